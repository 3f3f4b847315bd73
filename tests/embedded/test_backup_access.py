"""Backups, restores and exports need the permissions that AWS documents."""

from typing import Any

import pytest
from account import Account

TABLES = "arn:aws:dynamodb:us-east-1:*:table/"
CALLS = """
import boto3
def handler(event, context):
    answer = getattr(boto3.client("dynamodb"), event["call"])(**event["arguments"])
    return {key: answer["ExportDescription"][key] for key in answer.get("ExportDescription", {})
            if key in ("ExportStatus", "FailureCode")}
"""
ON_TARGET = [
    f"dynamodb:{action}"
    for action in (
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "UpdateItem",
    )
]


class Caller:
    """A function that calls DynamoDB under a role of its own, on a table that can be recovered."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.dynamodb = account.client("dynamodb")
        created = self.dynamodb.create_table(
            TableName="clips",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.table = created["TableDescription"]["TableArn"]
        self.dynamodb.update_continuous_backups(
            TableName="clips", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        account.client("s3").create_bucket(Bucket="vault")
        self._role = account.role("lambda")
        self._function = account.function(CALLS, self._role)

    def allow(self, action: str, resource: str) -> None:
        self._account.allow(self._role, action, resource)

    def call(self, call: str, **arguments: Any) -> Any:
        return self._account.invoke(self._function, {"call": call, "arguments": arguments})

    def is_refused(self, call: str, **arguments: Any) -> bool:
        return "AccessDenied" in str(self.call(call, **arguments))


@pytest.fixture
def caller(account: Account) -> Caller:
    return Caller(account)


@pytest.mark.parametrize("source", ["backup", "moment"])
def test_a_restore_needs_its_source_and_the_table_it_makes(caller: Caller, source: str):
    backup = caller.dynamodb.create_backup(TableName="clips", BackupName="clips-1")
    call, action, resource, arguments = {
        "backup": (
            "restore_table_from_backup",
            "dynamodb:RestoreTableFromBackup",
            TABLES + "clips/backup/*",
            {"BackupArn": backup["BackupDetails"]["BackupArn"]},
        ),
        "moment": (
            "restore_table_to_point_in_time",
            "dynamodb:RestoreTableToPointInTime",
            TABLES + "clips",
            {"SourceTableName": "clips", "UseLatestRestorableTime": True},
        ),
    }[source]
    arguments["TargetTableName"] = "clips-drill-1"

    caller.allow(action, resource)
    assert caller.is_refused(call, **arguments)
    for one in ON_TARGET:
        caller.allow(one, TABLES + "clips-drill-*")

    assert caller.is_refused(call, **{**arguments, "TargetTableName": "clips-restored"})
    assert caller.call(call, **arguments) == {}


def test_a_scratch_table_is_used_and_deleted_with_grants_on_its_name(caller: Caller):
    for action in ("DescribeTable", "Scan", "BatchWriteItem", "DeleteTable", "TagResource"):
        caller.allow(f"dynamodb:{action}", TABLES + "clips-drill-*")
    scratch = caller.dynamodb.create_table(
        TableName="clips-drill-1",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    put = [{"PutRequest": {"Item": {"id": {"S": "1"}}}}]
    tags = [{"Key": "for", "Value": "drill"}]

    for name, arn, refused in (("clips", caller.table, True), ("clips-drill-1", scratch, False)):
        assert caller.is_refused("describe_table", TableName=name) is refused
        assert caller.is_refused("scan", TableName=name) is refused
        assert caller.is_refused("batch_write_item", RequestItems={name: put}) is refused
        assert caller.is_refused("tag_resource", ResourceArn=arn, Tags=tags) is refused
        assert caller.is_refused("delete_table", TableName=name) is refused


def test_an_export_needs_its_table_and_fails_later_without_its_bucket(caller: Caller):
    asked = {"TableArn": caller.table, "S3Bucket": "vault", "S3Prefix": "exports"}
    caller.allow("s3:PutObject", "arn:aws:s3:::vault/other/*")

    assert caller.is_refused("export_table_to_point_in_time", **asked)
    caller.allow("dynamodb:ExportTableToPointInTime", TABLES + "clips")
    began = caller.call("export_table_to_point_in_time", **asked, ClientToken="1")
    assert began == {"ExportStatus": "IN_PROGRESS"}
    [export] = caller.dynamodb.list_exports()["ExportSummaries"]
    described = {"ExportArn": export["ExportArn"]}
    assert caller.is_refused("describe_export", **described)
    caller.allow("dynamodb:DescribeExport", TABLES + "clips/export/*")
    assert caller.call("describe_export", **described) == {
        "ExportStatus": "FAILED",
        "FailureCode": "S3AccessDenied",
    }

    assert caller.is_refused("list_exports", TableArn=caller.table)
    caller.allow("dynamodb:ListExports", "*")
    assert caller.call("list_exports", TableArn=caller.table) == {}
    caller.allow("s3:PutObject", "arn:aws:s3:::vault/exports/*")
    caller.call("export_table_to_point_in_time", **asked, ClientToken="2")
    for _ in range(2):
        newest = caller.dynamodb.list_exports(TableArn=caller.table)["ExportSummaries"][0]
    assert newest["ExportStatus"] == "COMPLETED"
