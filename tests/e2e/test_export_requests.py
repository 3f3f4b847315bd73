"""Exports that are asked for hold the table, and each goes on from the last one."""

from datetime import UTC, datetime, timedelta

import pytest
from boto3.dynamodb.types import TypeDeserializer

from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.fixes import table_history
from lambdas.highlights import export_requests
from lambdas.highlights.archive import Archive
from lambdas.highlights.export_requests import Exported, ExportRequests, Occasion
from lambdas.highlights.lasting import digest
from lambdas.highlights.table_export import complete_exports, newest_chain, read_export

HOUR = timedelta(hours=1)


class Exporting:
    """The exports of a table that can be restored to every moment, at a time that is let pass."""

    table = "clips"

    def __init__(self, aws: EmbeddedAws) -> None:
        self.dynamodb = aws.client("dynamodb")
        self.archive = Archive(aws.client("s3"), "vault")
        # No earlier than the table, which is made by another clock.
        self.time = datetime.now(UTC) + HOUR

    def begin(self) -> None:
        self.archive.s3.create_bucket(Bucket=self.archive.bucket)
        self.dynamodb.create_table(
            TableName=self.table,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.recover(True)

    def put(self, *ids: str, title: str = "first") -> None:
        for id_ in ids:
            item = {"id": {"S": id_}, "title": {"S": title}}
            self.dynamodb.put_item(TableName=self.table, Item=item)

    def recover(self, enabled: bool) -> None:
        self.dynamodb.update_continuous_backups(
            TableName=self.table,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
        )

    def export(self, name: str = "test") -> Exported:
        requests = ExportRequests(self.dynamodb, self.archive, self.table, lambda: self.time)
        return requests.export(Occasion(name, self.time))

    def finish(self) -> None:
        """Look at what is under way as often as it needs to end."""
        for _ in range(2):
            self.dynamodb.list_exports()

    def titles(self) -> dict[str, str]:
        chain = newest_chain(complete_exports(self.archive))
        return {item["id"]: item["title"] for item in read_export(self.archive, chain)}


@pytest.fixture
def exporting(running_aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Exporting:
    running_aws.reset()
    exporting = Exporting(running_aws)
    monkeypatch.setattr(table_history, "now", lambda: exporting.time.timestamp())
    exporting.begin()
    return exporting


def test_what_changed_follows_a_full_export_until_the_gap_is_too_long(exporting: Exporting):
    exporting.put("kept", "changed", "removed")
    exporting.time += timedelta(seconds=1)
    assert len(exporting.export().asked) == 1
    assert exporting.export() == Exported()  # while that one is under way
    exporting.finish()
    exporting.time += HOUR
    exporting.put("changed", title="second")
    exporting.put("new")
    key = {"id": {"S": "removed"}}
    exporting.dynamodb.delete_item(TableName=exporting.table, Key=key)
    exporting.time += 30 * HOUR

    assert len(exporting.export().asked) == 2
    exporting.finish()
    assert exporting.titles() == {"kept": "first", "changed": "second", "new": "first"}

    exporting.time += 72 * HOUR
    exporting.export()
    exporting.finish()
    [newest] = newest_chain(complete_exports(exporting.archive))
    assert newest.is_full
    assert exporting.titles() == {"kept": "first", "changed": "second", "new": "first"}


def test_without_recovery_the_table_is_scanned_into_the_same_files(exporting: Exporting):
    exporting.put(*(str(number) for number in range(30)))
    exporting.recover(False)

    first = exporting.export()
    again = exporting.export()

    assert (first.asked, again) == ([], Exported())
    [export] = complete_exports(exporting.archive)
    assert export.id == first.written
    held = {item["id"]: digest(item) for item in read_export(exporting.archive, [export])}
    read = TypeDeserializer().deserialize
    scanned = exporting.dynamodb.scan(TableName=exporting.table)["Items"]
    plain = [{name: read(value) for name, value in item.items()} for item in scanned]
    assert held == {item["id"]: digest(item) for item in plain}


def test_a_past_that_began_after_the_last_export_is_exported_whole(exporting: Exporting):
    exporting.export()
    exporting.finish()
    exporting.time += HOUR
    exporting.recover(False)
    exporting.put("meanwhile")
    exporting.recover(True)
    exporting.time += HOUR

    exporting.export()
    exporting.finish()

    assert exporting.titles() == {"meanwhile": "first"}


def test_an_export_that_failed_is_told_by_the_next(exporting: Exporting):
    exporting.dynamodb.export_table_to_point_in_time(
        TableArn=exporting.dynamodb.describe_table(TableName=exporting.table)["Table"]["TableArn"],
        S3Bucket=exporting.archive.bucket,
        S3Prefix=export_requests.PREFIX,
    )
    # What only S3 can do to an export in an account is done here to its description.
    from ministack.services import dynamodb

    [description] = list(dynamodb._exports.values())[-1:]
    description.update(ExportStatus="FAILED", FailureCode="S3AccessDenied", FailureMessage="no")
    exporting.time += HOUR

    told = exporting.export()

    assert told.asked
    assert "S3AccessDenied" in (told.failure or "")
    with pytest.raises(export_requests.ExportFailed):
        told.require_success()
