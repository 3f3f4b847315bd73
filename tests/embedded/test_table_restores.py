"""Tables come back from backups and from moments as DynamoDB brings them back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from account import Account
from botocore.exceptions import ClientError
from clock import Clock

from gameday.embedded.fixes import table_history

START = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)

CLIPS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "TableName": "clips",
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(START)
    monkeypatch.setattr(table_history, "now", clock)
    return clock


@pytest.fixture
def dynamodb(account: Account) -> Any:
    """The client of an account that has a table without recovery."""
    client = account.client("dynamodb")
    client.create_table(**CLIPS)
    return client


@pytest.fixture
def recoverable(dynamodb: Any, clock: Clock) -> Any:
    """The client of an account whose table can be restored to every moment from START on."""
    recover(dynamodb, True)
    return dynamodb


def recover(dynamodb: Any, enabled: bool, **settings: Any) -> dict[str, Any]:
    described = dynamodb.update_continuous_backups(
        TableName="clips",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled, **settings},
    )
    return described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]


def put(dynamodb: Any, *ids: str, **attributes: str) -> None:
    for id_ in ids:
        item = {"id": id_, **attributes}
        dynamodb.put_item(TableName="clips", Item={key: {"S": text} for key, text in item.items()})


def items(dynamodb: Any, table: str) -> dict[str, str | None]:
    """The titles of a table's items, once the table is ACTIVE."""
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 0})
    found = dynamodb.scan(TableName=table)["Items"]
    return {item["id"]["S"]: item.get("title", {}).get("S") for item in found}


def as_of(dynamodb: Any, moment: datetime) -> dict[str, str | None]:
    """The titles of the items that were there at a moment."""
    target = f"clips-{moment:%d-%H%M%S}"
    dynamodb.restore_table_to_point_in_time(
        SourceTableName="clips", TargetTableName=target, RestoreDateTime=moment
    )
    return items(dynamodb, target)


def restored(dynamodb: Any, target: str = "restored") -> dict[str, Any]:
    """The answer to the restore of a new backup."""
    backup = dynamodb.create_backup(TableName="clips", BackupName="clips-1")["BackupDetails"]
    return dynamodb.restore_table_from_backup(
        TargetTableName=target, BackupArn=backup["BackupArn"]
    )["TableDescription"]


def refusal(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return refused.value.response["Error"]["Code"]


def test_every_kind_of_write_is_undone_to_a_moment(recoverable: Any, clock: Clock):
    put(recoverable, "kept", "changed", "replaced", "removed", title="first")
    first = clock.time
    clock.passes(timedelta(seconds=1))
    key = {"id": {"S": "changed"}}
    recoverable.update_item(
        TableName="clips",
        Key=key,
        UpdateExpression="SET title = :t",
        ExpressionAttributeValues={":t": {"S": "second"}},
    )
    new = {"id": {"S": "new"}}
    recoverable.batch_write_item(
        RequestItems={
            "clips": [
                {"PutRequest": {"Item": new}},
                {"DeleteRequest": {"Key": {"id": {"S": "removed"}}}},
            ]
        }
    )
    recoverable.transact_write_items(
        TransactItems=[{"Put": {"TableName": "clips", "Item": {"id": {"S": "replaced"}}}}]
    )
    second = clock.time
    clock.passes(timedelta(seconds=1))
    recoverable.delete_item(TableName="clips", Key=new)
    recoverable.delete_item(TableName="clips", Key=key)
    put(recoverable, "removed", title="third")

    assert as_of(recoverable, first) == dict.fromkeys(
        ("kept", "changed", "replaced", "removed"), "first"
    )
    assert as_of(recoverable, second) == {
        "kept": "first",
        "changed": "second",
        "replaced": None,
        "new": None,
    }
    assert as_of(recoverable, clock.time) == items(recoverable, "clips")


def test_the_latest_moment_needs_no_name(recoverable: Any, clock: Clock):
    put(recoverable, "1")

    recoverable.restore_table_to_point_in_time(
        SourceTableName="clips", TargetTableName="latest", UseLatestRestorableTime=True
    )

    assert items(recoverable, "latest") == {"1": None}


def test_a_table_comes_back_from_the_days_it_is_set_to(dynamodb: Any, clock: Clock):
    enabled = clock.time
    described = recover(dynamodb, True, RecoveryPeriodInDays=2)
    assert described["EarliestRestorableDateTime"] == enabled
    put(dynamodb, "1", title="first")
    clock.passes(3 * DAY)
    put(dynamodb, "1", title="second")

    described = recover(dynamodb, True, RecoveryPeriodInDays=2)

    assert described["EarliestRestorableDateTime"] == clock.time - 2 * DAY
    assert described["LatestRestorableDateTime"] == clock.time
    assert as_of(dynamodb, clock.time - DAY) == {"1": "first"}


def test_recovery_that_was_off_begins_anew(recoverable: Any, clock: Clock):
    before = clock.passes(DAY)
    clock.passes(DAY)
    assert recover(recoverable, False) == {"PointInTimeRecoveryStatus": "DISABLED"}
    put(recoverable, "1")
    recover(recoverable, True)

    request = {"SourceTableName": "clips", "TargetTableName": "restored"}
    code = refusal(recoverable.restore_table_to_point_in_time, **request, RestoreDateTime=before)
    assert code == "InvalidRestoreTimeException"


def test_what_cannot_be_restored_is_refused_in_dynamodbs_order(dynamodb: Any, clock: Clock):
    restore = dynamodb.restore_table_to_point_in_time
    to = {"SourceTableName": "clips", "TargetTableName": "clips"}
    latest = {"UseLatestRestorableTime": True}

    assert refusal(restore, **to) == "ValidationException"
    assert refusal(restore, **to, **latest, RestoreDateTime=START) == "ValidationException"
    other = {**to, "SourceTableName": "other"}
    assert refusal(restore, **other, **latest) == "TableNotFoundException"
    assert refusal(restore, **to, **latest) == "PointInTimeRecoveryUnavailableException"
    recover(dynamodb, True)
    for moment in (START - DAY, START + DAY):
        assert refusal(restore, **to, RestoreDateTime=moment) == "InvalidRestoreTimeException"
    assert refusal(restore, **to, **latest) == "TableAlreadyExistsException"


def test_a_deleted_table_comes_back_from_its_system_backup(recoverable: Any, clock: Clock):
    put(recoverable, "1", title="first")
    recoverable.delete_table(TableName="clips")

    listed = recoverable.list_backups(TableName="clips", BackupType="SYSTEM")["BackupSummaries"]

    [backup] = listed
    assert backup["BackupName"] == "clips$DeletedTableBackup"
    kept = backup["BackupExpiryDateTime"] - backup["BackupCreationDateTime"]
    assert kept == timedelta(days=35)
    assert recoverable.list_backups(TableName="clips")["BackupSummaries"] == []
    arn = {"BackupArn": backup["BackupArn"]}
    assert refusal(recoverable.delete_backup, **arn) == "ValidationException"
    recoverable.restore_table_from_backup(TargetTableName="clips", **arn)
    assert items(recoverable, "clips") == {"1": "first"}
    clock.time = backup["BackupExpiryDateTime"] + timedelta(seconds=1)
    assert recoverable.list_backups(BackupType="ALL")["BackupSummaries"] == []


def test_a_table_without_recovery_leaves_nothing(dynamodb: Any):
    dynamodb.delete_table(TableName="clips")

    assert dynamodb.list_backups(BackupType="ALL")["BackupSummaries"] == []


def test_a_table_that_goes_with_its_stack_leaves_a_system_backup(account: Account):
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {**CLIPS, **recovery}}
    stack = account.deploy("create_stack", "storage", {"Table": table})["StackId"]
    account.client("cloudformation").delete_stack(StackName="storage")
    account.settled(stack)
    dynamodb = account.client("dynamodb")

    [backup] = dynamodb.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert backup["BackupName"] == "clips$DeletedTableBackup"
    dynamodb.create_table(**CLIPS)
    described = dynamodb.describe_continuous_backups(TableName="clips")
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_backup_restores_the_items_it_was_made_of(dynamodb: Any):
    put(dynamodb, "before")
    restored(dynamodb)
    put(dynamodb, "after")

    assert items(dynamodb, "restored") == {"before": None}


def test_a_restored_table_has_none_of_what_protected_it(dynamodb: Any):
    arn = dynamodb.describe_table(TableName="clips")["Table"]["TableArn"]
    recover(dynamodb, True)
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "season", "Value": "2026"}])
    dynamodb.update_time_to_live(
        TableName="clips", TimeToLiveSpecification={"AttributeName": "until", "Enabled": True}
    )
    dynamodb.update_table(
        TableName="clips",
        DeletionProtectionEnabled=True,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )

    restored(dynamodb)

    assert items(dynamodb, "restored") == {}
    table = dynamodb.describe_table(TableName="restored")["Table"]
    assert not table["DeletionProtectionEnabled"]
    assert "LatestStreamArn" not in table
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == []
    expiry = dynamodb.describe_time_to_live(TableName="restored")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "DISABLED"}
    described = dynamodb.describe_continuous_backups(TableName="restored")
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_table_says_what_it_is_restored_from(dynamodb: Any):
    begun = restored(dynamodb)
    described = [dynamodb.describe_table(TableName="restored")["Table"] for _ in range(3)]

    statuses = [table["TableStatus"] for table in (begun, *described)]
    assert statuses == ["CREATING", "CREATING", "CREATING", "ACTIVE"]
    summary = described[0]["RestoreSummary"]
    [backup] = dynamodb.list_backups()["BackupSummaries"]
    assert summary == {
        "SourceBackupArn": backup["BackupArn"],
        "SourceTableArn": backup["TableArn"],
        "RestoreDateTime": backup["BackupCreationDateTime"],
        "RestoreInProgress": True,
    }
    assert described[-1]["RestoreSummary"] == summary | {"RestoreInProgress": False}


def test_a_table_is_not_there_for_others_before_it_is_active(dynamodb: Any):
    def code(call: str, **request: Any) -> str:
        restored(dynamodb, target=call)
        return refusal(getattr(dynamodb, call), TableName=call, **request)

    assert code("scan") == "ResourceNotFoundException"
    assert code("describe_time_to_live") == "ResourceNotFoundException"
    assert code("update_table", DeletionProtectionEnabled=True) == "ResourceNotFoundException"
    assert code("create_backup", BackupName="clips-2") == "TableNotFoundException"
    assert code("describe_continuous_backups") == "TableNotFoundException"
    assert code("delete_table") == "ResourceInUseException"
