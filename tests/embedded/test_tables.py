"""Tables are protected as their template says, and backups follow DynamoDB's rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from account import Account
from botocore.exceptions import ClientError

KEY = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "TableName": "clips",
}
RECOVERY = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 14}
EXPIRY = {"AttributeName": "expires", "Enabled": True}

PROTECTED = {
    "AWS::DynamoDB::Table": {
        **KEY,
        "DeletionProtectionEnabled": True,
        "PointInTimeRecoverySpecification": RECOVERY,
        "TimeToLiveSpecification": EXPIRY,
    },
    "AWS::DynamoDB::GlobalTable": {
        **KEY,
        "TimeToLiveSpecification": EXPIRY,
        "Replicas": [
            {
                "Region": "us-east-1",
                "DeletionProtectionEnabled": True,
                "PointInTimeRecoverySpecification": RECOVERY,
            }
        ],
    },
}
UNPROTECTED = {
    "AWS::DynamoDB::Table": KEY,
    "AWS::DynamoDB::GlobalTable": {**KEY, "Replicas": [{"Region": "us-east-1"}]},
}
KINDS = sorted(PROTECTED)


def deploy(account: Account, call: str, kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    """What protects the table after a stack operation."""
    account.deploy(call, "storage", {"Table": {"Type": kind, "Properties": properties}})
    tables = account.client("dynamodb")
    backups = tables.describe_continuous_backups(TableName="clips")["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]
    expiry = tables.describe_time_to_live(TableName="clips")["TimeToLiveDescription"]
    return {
        "recovery": recovery["PointInTimeRecoveryStatus"],
        "days": recovery.get("RecoveryPeriodInDays"),
        "expiry": expiry["TimeToLiveStatus"],
        "kept": tables.describe_table(TableName="clips")["Table"]["DeletionProtectionEnabled"],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_sets_and_removes_the_protection_of_a_table(account: Account, kind: str):
    full = {"recovery": "ENABLED", "days": 14, "expiry": "ENABLED", "kept": True}
    none = {"recovery": "DISABLED", "days": None, "expiry": "DISABLED", "kept": False}

    assert deploy(account, "create_stack", kind, PROTECTED[kind]) == full
    assert deploy(account, "update_stack", kind, UNPROTECTED[kind]) == none
    assert deploy(account, "update_stack", kind, PROTECTED[kind]) == full


@pytest.mark.parametrize("kind", KINDS)
def test_a_protected_table_is_deleted_neither_by_call_nor_with_its_stack(
    account: Account, kind: str
):
    deploy(account, "create_stack", kind, PROTECTED[kind])

    with pytest.raises(ClientError, match="protected against deletion"):
        account.client("dynamodb").delete_table(TableName="clips")
    account.client("cloudformation").delete_stack(StackName="storage")

    assert account.settled("storage")["StackStatus"] == "DELETE_FAILED"
    assert account.client("dynamodb").describe_table(TableName="clips")


@pytest.fixture
def table(account: Account) -> str:
    account.client("dynamodb").create_table(**KEY)
    return "clips"


@pytest.mark.parametrize("name", ["a b c", "2026-11-21T09:30:00Z", "x" * 256])
def test_a_backup_needs_a_name_that_dynamodb_takes(account: Account, table: str, name: str):
    with pytest.raises(ClientError) as refused:
        account.client("dynamodb").create_backup(TableName=table, BackupName=name)

    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_backups_are_listed_by_time_and_type(account: Account, table: str):
    dynamodb = account.client("dynamodb")
    backup = dynamodb.create_backup(TableName=table, BackupName="clips-20261121T093000Z")
    created = backup["BackupDetails"]["BackupCreationDateTime"]

    def names(**filters: Any) -> list[str]:
        found = dynamodb.list_backups(TableName=table, **filters)["BackupSummaries"]
        return [summary["BackupName"] for summary in found]

    hour = timedelta(hours=1)
    assert names() == names(BackupType="ALL") == ["clips-20261121T093000Z"]
    assert names(BackupType="SYSTEM") == []
    assert names(TimeRangeLowerBound=created - hour, TimeRangeUpperBound=created + hour) != []
    assert names(TimeRangeLowerBound=created + hour) == []
    assert names(TimeRangeUpperBound=datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_a_deleted_backup_is_said_to_be_deleted(account: Account, table: str):
    dynamodb = account.client("dynamodb")
    backup = dynamodb.create_backup(TableName=table, BackupName="clips-1")["BackupDetails"]

    deleted = dynamodb.delete_backup(BackupArn=backup["BackupArn"])["BackupDescription"]

    assert deleted["BackupDetails"]["BackupStatus"] == "DELETED"
    assert dynamodb.list_backups()["BackupSummaries"] == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("create_backup", "arn:aws:dynamodb:us-east-1:*:table/clips"),
        ("delete_backup", "arn:aws:dynamodb:us-east-1:*:table/clips/backup/*"),
        ("describe_backup", "arn:aws:dynamodb:us-east-1:*:table/clips/backup/*"),
        ("list_backups", "*"),
    ],
)
def test_a_function_handles_backups_only_with_the_grant_aws_documents(
    account: Account, table: str, action: str, resource: str
):
    backup = account.client("dynamodb").create_backup(TableName=table, BackupName="clips-1")
    arguments = {
        "create_backup": {"TableName": table, "BackupName": "clips-2"},
        "list_backups": {"TableName": table},
    }.get(action, {"BackupArn": backup["BackupDetails"]["BackupArn"]})
    role = account.role("lambda")
    function = account.function(
        "import boto3\n"
        "def handler(event, context):\n"
        "    getattr(boto3.client('dynamodb'), event['call'])(**event['arguments'])\n",
        role,
    )
    event = {"call": action, "arguments": arguments}

    refused = account.invoke(function, event)
    account.allow(role, "dynamodb:" + action.title().replace("_", ""), resource)

    assert "AccessDenied" in refused["errorMessage"]
    assert account.invoke(function, event) is None
