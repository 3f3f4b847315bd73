"""The drill in the deployed vault: it passes when nothing is wrong, fails when something is, and
leaves no table behind."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gameday.drill import earlier_drills
from gameday.vault import Execution
from lambdas.highlights.backups import Backup
from lambdas.highlights.drill.scratch import ScratchTables
from tests.e2e.conftest import Pipeline, until
from tests.e2e.roles import policies_of, revoke, set_policies

FOLDER = "NCAA/2026-01-10"
CLIP = "412380371"
VIDEO = f"videos/{FOLDER}/{CLIP}.mp4"
SIDECAR = f"videos/{FOLDER}/{CLIP}.json"
EVERYTHING = {"objects": "all"}
LONG_AGO = "2026-01-01T00:00:00.000000+00:00"
NEEDED = [
    ("RestoreScratchRole", "dynamodb:RestoreTableFromBackup"),
    ("RestoreScratchRole", "dynamodb:DescribeTable"),
    ("RestoreScratchRole", "dynamodb:ListBackups"),
    ("RestoreScratchRole", "dynamodb:BatchWriteItem"),
    ("CompareTablesRole", "dynamodb:Scan"),
    ("CompareTablesRole", "dynamodb:ListBackups"),
    ("CompareTablesRole", "s3:GetObject*"),
    ("CheckObjectsRole", "dynamodb:BatchGetItem"),
    ("CheckObjectsRole", "s3:GetObject*"),
]

_numbers = itertools.count()


class Drills:
    """Holds drills in a vault with one kept day."""

    def __init__(self, pipeline: Pipeline):
        self.pipeline = pipeline
        self.vault = pipeline.vault
        self.states = pipeline.aws.client("stepfunctions")
        self.dynamodb = pipeline.aws.client("dynamodb")

    def start(self, given: dict[str, Any] | None = None) -> str:
        """Start a drill; its execution's ARN."""
        started = self.states.start_execution(
            stateMachineArn=self.vault.drill,
            name=f"drill-{next(_numbers)}",
            input=json.dumps(given or {}),
        )
        return started["executionArn"]

    def hold(self, given: dict[str, Any] | None = None) -> tuple[Execution, dict[str, Any]]:
        """A drill to its end, and its record."""
        arn = self.start(given)
        return self.pipeline.ended(arn), self.record(arn)

    def record(self, arn: str) -> dict[str, Any]:
        name = arn.rsplit(":", 1)[-1]
        (key,) = [one.key for one in self.vault.objects("drills/") if f"-{name}.json" in one.key]
        return json.load(self.vault.read_object(key))

    def scratch_tables(self) -> list[str]:
        return list(ScratchTables(self.dynamodb, self.vault.table).all())

    def backup(self) -> Backup:
        (backup,) = self.vault.backups.ours()
        return backup

    def alter(self, id_: str, **attributes: str) -> None:
        """Change an item behind the vault's back."""
        for name, value in attributes.items():
            self.dynamodb.update_item(
                TableName=self.vault.table,
                Key={"id": {"S": id_}},
                UpdateExpression="SET #name = :value",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues={":value": {"S": value}},
            )

    @contextmanager
    def nobody_sees_the_end(self) -> Iterator[None]:
        """Leave what a failed drill left to the sweep, without another attempt at its end."""
        events = self.pipeline.aws.client("events")
        [rule] = [
            one["Name"] for one in events.list_rules()["Rules"] if "DrillEnded" in one["Name"]
        ]
        events.disable_rule(Name=rule)
        yield
        events.enable_rule(Name=rule)

    def alarm(self, name: str) -> str:
        """The state of the alarm that is called `name`."""
        cloudwatch = self.pipeline.aws.client("cloudwatch")
        (found,) = cloudwatch.describe_alarms(AlarmNames=[f"GameDay - {name}"])["MetricAlarms"]
        return found["StateValue"]


@pytest.fixture(scope="module")
def kept(kept_deployment: Pipeline) -> Drills:
    """A kept day that all tests share; each leaves it whole."""
    return Drills(kept_deployment)


@pytest.fixture
def drills(kept: Drills) -> Iterator[Drills]:
    """The kept day; whole again afterwards, and without a scratch table whatever happened."""
    items = raw_items(kept)
    s3, bucket = kept.pipeline.aws.client("s3"), kept.vault.bucket
    objects = {key: kept.vault.read_object(key).read() for key in (VIDEO, SIDECAR)}
    yield kept
    for item in raw_items(kept):
        kept.dynamodb.delete_item(TableName=kept.vault.table, Key={"id": item["id"]})
    for item in items:
        kept.dynamodb.put_item(TableName=kept.vault.table, Item=item)
    for key, body in objects.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    until(lambda: kept.scratch_tables() == [])


def raw_items(drills: Drills) -> list[dict[str, Any]]:
    return drills.dynamodb.scan(TableName=drills.vault.table)["Items"]


def put(drills: Drills, key: str, change: Callable[[bytes], bytes]) -> None:
    body = change(drills.vault.read_object(key).read())
    drills.pipeline.aws.client("s3").put_object(Bucket=drills.vault.bucket, Key=key, Body=body)


def test_a_whole_vault_passes_and_the_alarm_that_nobody_drills_ends(drills: Drills):
    assert drills.alarm("No good drill for too long") == "ALARM"

    execution, record = drills.hold(EVERYTHING)

    assert execution.status == "SUCCEEDED"
    assert drills.scratch_tables() == []
    assert earlier_drills(drills.vault) == (record, record)
    assert record["problems"] == []
    assert record["backup"]["name"] == drills.backup().name
    assert record["items"]["equal"] == record["items"]["expected"] == 7
    assert record["rebuild"]["sidecars"] == record["rebuild"]["equal"] == 7
    assert (record["objects"]["objects"], record["objects"]["wrong"]) == (15, 0)
    assert drills.alarm("No good drill for too long") == drills.alarm("A drill failed") == "OK"


def test_an_altered_item_fails_the_drill_and_sets_off_its_alarm(drills: Drills):
    drills.alter(CLIP, title="Another title")

    execution, record = drills.hold()

    assert execution.status == "FAILED"
    assert f"1 item different from the backup: {CLIP}" in execution.message
    assert record["items"]["named"]["different"] == [CLIP]
    assert drills.scratch_tables() == []
    until(lambda: drills.alarm("A drill failed") == "ALARM")
    assert drills.alarm("A drill was aborted") == "OK"


def test_an_item_that_was_lost_or_slipped_in_fails_the_drill(drills: Drills):
    item = next(one for one in raw_items(drills) if one["id"]["S"] == CLIP)
    drills.dynamodb.delete_item(TableName=drills.vault.table, Key={"id": {"S": CLIP}})
    slipped_in = {**item, "id": {"S": "1"}, "updated_at": {"S": LONG_AGO}}
    drills.dynamodb.put_item(TableName=drills.vault.table, Item=slipped_in)

    execution, record = drills.hold()

    assert execution.status == "FAILED"
    assert record["items"]["named"]["unexpected"] == [CLIP]
    assert record["items"]["named"]["missing"] == ["1"]


def test_what_changed_since_the_backup_and_what_is_under_repair_do_not_fail_it(drills: Drills):
    changed = (datetime.now(UTC) + timedelta(seconds=50)).isoformat(timespec="microseconds")
    drills.alter(CLIP, title="Corrected", updated_at=changed)
    repaired = drills.vault.ledger.read(["412380195"])["412380195"]
    assert drills.vault.ledger.refuse_playable(repaired)

    execution, record = drills.hold()

    assert execution.status == "SUCCEEDED", execution.message
    assert record["items"]["changed_since"] == 1
    assert record["items"]["passing"] == 1


@pytest.mark.parametrize("given", [{}, EVERYTHING], ids=["sample", "all"])
def test_a_truncated_object_fails_the_drill(drills: Drills, given: dict[str, Any]):
    put(drills, VIDEO, lambda body: body[:-1])

    execution, record = drills.hold(given)

    assert execution.status == "FAILED"
    assert f"1 object damaged or missing: {VIDEO}" in execution.message
    assert [one["key"] for one in record["objects"]["named"]] == [VIDEO]
    assert drills.scratch_tables() == []


def test_a_damaged_sidecar_fails_the_rebuild_of_its_day(drills: Drills):
    put(drills, SIDECAR, lambda body: body[:-9])

    execution, record = drills.hold()

    assert execution.status == "FAILED"
    assert f"NCAA 2026-01-10: 1 highlight damaged: {SIDECAR}" in record["problems"]


def test_a_missing_backup_fails_the_drill_though_an_older_one_comes_back(drills: Drills):
    backup = drills.backup()
    older = f"{drills.vault.table}-20260101T000000Z"
    made = drills.dynamodb.create_backup(TableName=drills.vault.table, BackupName=older)
    drills.dynamodb.delete_backup(BackupArn=backup.arn)

    execution, record = drills.hold()
    drills.dynamodb.delete_backup(BackupArn=made["BackupDetails"]["BackupArn"])
    without, _ = drills.hold()
    drills.dynamodb.create_backup(TableName=drills.vault.table, BackupName=backup.name)

    assert execution.status == without.status == "FAILED"
    assert record["backup"]["missing"] == backup.name
    assert "no backup" in without.message
    assert drills.scratch_tables() == []
    assert drills.hold()[0].status == "SUCCEEDED"


def test_a_stopped_drill_leaves_nothing_behind(drills: Drills, monkeypatch: pytest.MonkeyPatch):
    from ministack.services import stepfunctions

    # Between two looks at the restore there is so all the time that it takes to see the table.
    monkeypatch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 10.0)
    arn = drills.start()
    until(lambda: drills.scratch_tables() != [])

    drills.vault.stop(arn)

    until(lambda: drills.scratch_tables() == [])
    until(lambda: drills.alarm("A drill was aborted") == "ALARM")


@pytest.mark.parametrize(("role", "action"), NEEDED, ids=lambda value: value)
def test_a_drill_that_may_not_do_its_work_fails_and_still_cleans_up(
    drills: Drills, role: str, action: str
):
    before = policies_of(drills.pipeline.aws, role)
    revoke(drills.pipeline.aws, role, action)
    execution, _ = drills.hold()
    set_policies(drills.pipeline.aws, role, before)

    assert execution.status == "FAILED"
    assert drills.scratch_tables() == []


def test_a_table_that_nobody_may_delete_is_told_and_swept_later(drills: Drills):
    before = policies_of(drills.pipeline.aws, "DeleteScratchRole")
    revoke(drills.pipeline.aws, "DeleteScratchRole", "dynamodb:DeleteTable")
    with drills.nobody_sees_the_end():
        execution, record = drills.hold()
    set_policies(drills.pipeline.aws, "DeleteScratchRole", before)

    assert "the scratch table could not be deleted" in execution.message
    assert record["passed"] is False
    (left,) = drills.scratch_tables()
    ScratchTables(drills.dynamodb, drills.vault.table).delete(left, lambda seconds: False)


def test_the_schedule_holds_a_drill_in_summer_too(drills: Drills):
    july = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)  # 05:00 in New York

    firings = drills.pipeline.aws.pass_time(july - timedelta(minutes=1), july)

    (arn,) = [one.execution_arn for one in firings if one.target == drills.vault.drill]
    assert drills.pipeline.ended(arn).status == "SUCCEEDED"


def test_the_age_of_the_last_good_drill_is_measured(drills: Drills):
    s3, listed = drills.pipeline.aws.client("s3"), list(drills.vault.objects("drills/"))
    for one in listed:
        s3.delete_object(Bucket=drills.vault.bucket, Key=one.key)
    ended = (datetime.now(UTC) - timedelta(days=41)).isoformat()
    old = json.dumps({"passed": True, "ended_at": ended}).encode()
    s3.put_object(Bucket=drills.vault.bucket, Key="drills/2026-01-01-old.json", Body=old)
    functions = drills.pipeline.aws.client("lambda")
    (name,) = [
        one["FunctionName"]
        for one in functions.list_functions()["Functions"]
        if "RecordDrill" in one["FunctionName"]
    ]

    said = json.load(functions.invoke(FunctionName=name, Payload=b"{}")["Payload"])

    assert 41 <= said["days_since_good"] < 41.1
    measured = drills.pipeline.aws.client("cloudwatch").get_metric_statistics(
        Namespace="GameDayVault",
        MetricName="DaysSinceGoodDrill",
        Dimensions=[{"Name": "service", "Value": "drill"}],
        StartTime=datetime.now(UTC) - timedelta(hours=1),
        EndTime=datetime.now(UTC) + timedelta(hours=1),
        Period=3600,
        Statistics=["Maximum"],
    )
    assert max(one["Maximum"] for one in measured["Datapoints"]) >= 41
