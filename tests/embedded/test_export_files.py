"""Exports of tables hold what DynamoDB's exports hold, in the same files."""

import base64
import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from account import Account
from botocore.exceptions import ClientError
from clock import Clock

from gameday.embedded.fixes import table_history

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Exports:
    """A table `clips` whose exports go to `exports/` of a bucket."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self.dynamodb, self.s3 = account.client("dynamodb"), account.client("s3")
        self.clock = clock
        self.s3.create_bucket(Bucket="vault")
        created = self.dynamodb.create_table(
            TableName="clips",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.table = created["TableDescription"]["TableArn"]
        self.recover(True)

    def recover(self, enabled: bool) -> None:
        self.dynamodb.update_continuous_backups(
            TableName="clips",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
        )

    def put(self, id_: str, title: str) -> None:
        item = {"id": {"S": id_}, "title": {"S": title}}
        self.dynamodb.put_item(TableName="clips", Item=item)

    def delete(self, id_: str) -> None:
        self.dynamodb.delete_item(TableName="clips", Key={"id": {"S": id_}})

    def ask(self, **request: Any) -> dict[str, Any]:
        defaults = {"TableArn": self.table, "S3Bucket": "vault", "S3Prefix": "exports"}
        answer = self.dynamodb.export_table_to_point_in_time(**{**defaults, **request})
        return answer["ExportDescription"]

    def window(self, since: datetime, until: datetime | None = None, **view: str) -> dict[str, Any]:
        """The part of a request that asks for the changes of a window."""
        times = {"ExportFromTime": since, **({"ExportToTime": until} if until else {})}
        return {
            "ExportType": "INCREMENTAL_EXPORT",
            "IncrementalExportSpecification": {**times, **view},
        }

    def ended(self, export: dict[str, Any]) -> dict[str, Any]:
        for _ in range(2):
            answer = self.dynamodb.describe_export(ExportArn=export["ExportArn"])
        return answer["ExportDescription"]

    def object(self, key: str) -> bytes:
        return self.s3.get_object(Bucket="vault", Key=key)["Body"].read()

    def lines(self, export: dict[str, Any]) -> list[dict[str, Any]]:
        """The lines of an export's files, which are what its manifests say."""
        summary = json.loads(self.checked(export["ExportManifest"]))
        entries = [
            json.loads(line) for line in self.checked(summary["manifestFilesS3Key"]).splitlines()
        ]
        lines = []
        for entry in entries:
            body = self.object(entry["dataFileS3Key"])
            assert entry["md5Checksum"] == md5(body)
            held = [json.loads(line) for line in gzip.decompress(body).splitlines()]
            assert entry["itemCount"] == len(held)
            lines += held
        assert summary["itemCount"] == len(lines) == export["ItemCount"]
        return lines

    def checked(self, key: str) -> bytes:
        body = self.object(key)
        assert self.object(key.replace(".json", ".md5")).decode() == md5(body)
        return body

    def refusal(self, **request: Any) -> str:
        with pytest.raises(ClientError) as refused:
            self.ask(**request)
        return refused.value.response["Error"]["Code"]


def md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body).digest()).decode()


@pytest.fixture
def exports(account: Account, monkeypatch: pytest.MonkeyPatch) -> Exports:
    # A window cannot begin before its table was made, which the clock does not decide.
    clock = Clock(datetime.now(UTC).replace(microsecond=0) + MINUTE)
    monkeypatch.setattr(table_history, "now", clock)
    return Exports(account, clock)


def test_an_export_holds_the_items_of_its_moment(exports: Exports):
    exports.put("1", "first")
    exports.put("2", "first")
    moment = exports.clock.time
    exports.clock.passes(HOUR)
    exports.put("1", "second")

    export = exports.ended(exports.ask(ExportTime=moment))

    held = {line["Item"]["id"]["S"]: line["Item"]["title"]["S"] for line in exports.lines(export)}
    assert held == {"1": "first", "2": "first"}
    assert export["ExportTime"] == moment
    export_id = export["ExportArn"].rsplit("/", 1)[-1]
    assert export["ExportManifest"] == f"exports/AWSDynamoDB/{export_id}/manifest-summary.json"
    assert exports.object(f"exports/AWSDynamoDB/{export_id}/_started") == b""


def test_an_incremental_export_holds_each_change_of_its_window_once(exports: Exports):
    for id_ in ("changed", "deleted", "untouched"):
        exports.put(id_, "first")
    since = exports.clock.passes(HOUR)
    exports.put("changed", "second")
    exports.put("changed", "third")
    exports.delete("deleted")
    exports.put("new", "first")
    exports.put("passing", "first")
    exports.delete("passing")
    until = exports.clock.passes(HOUR)
    exports.put("changed", "fourth")

    export = exports.ended(exports.ask(**exports.window(since, until)))

    lines = {line["Keys"]["id"]["S"]: line for line in exports.lines(export)}
    titles = {
        id_: tuple(
            line.get(image, {}).get("title", {}).get("S") for image in ("OldImage", "NewImage")
        )
        for id_, line in lines.items()
    }
    assert titles == {
        "changed": ("first", "third"),
        "deleted": ("first", None),
        "new": (None, "first"),
    }
    written = int(lines["new"]["Metadata"]["WriteTimestampMicros"]["N"])
    assert written == since.timestamp() * 1_000_000
    summary = json.loads(exports.object(export["ExportManifest"]))
    assert (summary["exportFromTime"], summary["exportToTime"]) == tuple(
        f"{time:%Y-%m-%dT%H:%M:%S}.000Z" for time in (since, until)
    )


def test_an_incremental_export_may_hold_new_images_only(exports: Exports):
    exports.put("changed", "first")
    exports.put("deleted", "first")
    since = exports.clock.passes(HOUR)
    exports.put("changed", "second")
    exports.delete("deleted")
    until = exports.clock.passes(HOUR)

    asked = exports.window(since, until, ExportViewType="NEW_IMAGE")
    lines = exports.lines(exports.ended(exports.ask(**asked)))

    assert {line["Keys"]["id"]["S"]: "NewImage" in line for line in lines} == {
        "changed": True,
        "deleted": False,
    }
    assert not any("OldImage" in line for line in lines)


def test_a_window_has_15_minutes_to_24_hours_in_the_past(exports: Exports):
    start = exports.clock.time
    exports.clock.passes(2 * DAY)
    now = exports.clock.time
    invalid = "InvalidExportTimeException"

    assert exports.refusal(**exports.window(now - 15 * MINUTE + timedelta(seconds=1))) == invalid
    assert exports.refusal(**exports.window(now - DAY - MINUTE, now)) == invalid
    assert exports.refusal(**exports.window(now - HOUR, now + MINUTE)) == invalid
    assert exports.refusal(**exports.window(start - HOUR, start + HOUR)) == invalid
    for moment in (start - HOUR, now + HOUR):
        assert exports.refusal(ExportTime=moment) == invalid
    exports.ask(**exports.window(now - DAY, now))
    exports.ask(**exports.window(now - 15 * MINUTE))


def test_an_export_is_in_progress_at_first(exports: Exports):
    export = exports.ask()

    seen = [
        exports.dynamodb.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]
        for _ in range(2)
    ]

    statuses = [one["ExportStatus"] for one in (export, *seen)]
    assert statuses == ["IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
    assert "ExportManifest" not in seen[0]


def test_the_same_token_is_the_same_export(exports: Exports):
    first = exports.ask(ClientToken="once")

    assert exports.ask(ClientToken="once")["ExportArn"] == first["ExportArn"]
    assert exports.refusal(ClientToken="once", S3Prefix="other") == "ExportConflictException"
    exports.clock.passes(9 * HOUR)
    assert exports.ask(ClientToken="once")["ExportArn"] != first["ExportArn"]


def test_exports_of_a_table_are_listed_newest_first(exports: Exports):
    arns = []
    for _ in range(3):
        arns.append(exports.ask()["ExportArn"])
        exports.clock.passes(MINUTE)

    first = exports.dynamodb.list_exports(TableArn=exports.table, MaxResults=2)
    second = exports.dynamodb.list_exports(
        TableArn=exports.table, MaxResults=2, NextToken=first["NextToken"]
    )

    listed = [[one["ExportArn"] for one in page["ExportSummaries"]] for page in (first, second)]
    assert listed == [arns[:0:-1], arns[:1]]
    assert "NextToken" not in second


def test_what_cannot_be_exported_is_refused(exports: Exports):
    other = exports.table.replace("clips", "other")
    assert exports.refusal(TableArn=other) == "TableNotFoundException"
    assert exports.refusal(ExportType="INCREMENTAL_EXPORT") == "ValidationException"
    exports.recover(False)
    assert exports.refusal() == "PointInTimeRecoveryUnavailableException"


def test_an_export_fails_later_when_the_bucket_is_missing(exports: Exports):
    export = exports.ended(exports.ask(S3Bucket="nowhere"))

    assert (export["ExportStatus"], export["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
