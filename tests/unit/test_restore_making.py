"""Tables that are made from their source, by an API that refuses and lags."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from gameday import highlights_table
from gameday.request import UsageError
from gameday.restore.making import RESTORED, RESTORING, is_begun, is_unfinished
from gameday.restore.making import _ask as ask
from gameday.restore.replacing import condition, is_newer
from gameday.restore.sources import FromBackup, FromExport
from lambdas.highlights.backups import Backup
from lambdas.highlights.drill.as_of import AsOf
from lambdas.highlights.errors import RestoreFailed
from lambdas.highlights.export_layout import Export

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/Highlights"
NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)
SOURCE = FromBackup(Backup(f"{ARN}/backup/1", "a-backup", NOW, "AVAILABLE"))
OF_SOURCE = {"SourceBackupArn": SOURCE.backup.arn, "RestoreInProgress": False}
EXPORT = FromExport((Export(f"{ARN}/export/017-1", ARN, "id", None, NOW, 7, "files"),))


class FakeDynamoDb:
    """One table, or none, with its tags; a restore is not allowed."""

    def __init__(self, table: dict[str, Any] | None = None, **tags: str):
        self.table, self.tags = table, tags

    def describe_table(self, *, TableName: str) -> dict[str, Any]:
        if self.table is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DescribeTable")
        return {"Table": {"TableArn": ARN, "TableStatus": "ACTIVE"} | self.table}

    def get_paginator(self, call: str) -> "FakeDynamoDb":
        assert call == "list_tags_of_resource"
        return self

    def paginate(self, *, ResourceArn: str) -> list[dict[str, Any]]:
        return [{"Tags": [{"Key": key, "Value": value}]} for key, value in self.tags.items()]

    def restore_table_from_backup(self, **asked: Any) -> None:
        message = "User: arn:aws:iam::1:user/anna is not authorized"
        error = {"Code": "AccessDeniedException", "Message": message}
        raise ClientError({"Error": error}, "RestoreTableFromBackup")


def test_a_restore_that_is_not_allowed_says_what_it_needs():
    with pytest.raises(RestoreFailed) as refused:
        ask(FakeDynamoDb(), SOURCE, "beside")

    said = str(refused.value)
    assert "anna is not authorized" in said
    assert "dynamodb:RestoreTableFromBackup" in said and "BatchWriteItem" in said


@pytest.mark.parametrize(
    ("table", "tags", "begun"),
    [
        (None, {}, False),
        ({"TableStatus": "CREATING", "RestoreSummary": OF_SOURCE}, {}, True),
        ({"RestoreSummary": OF_SOURCE}, {}, True),
    ],
)
def test_a_restore_that_was_begun_is_known_again(table, tags, begun):
    assert is_begun(FakeDynamoDb(table, **tags), "beside", SOURCE) is begun
    assert is_unfinished(FakeDynamoDb(table, **tags), "beside") is begun


@pytest.mark.parametrize(
    ("table", "tags"),
    [
        ({}, {}),
        ({"TableStatus": "CREATING", "RestoreSummary": {"SourceBackupArn": "another"}}, {}),
        ({"RestoreSummary": OF_SOURCE}, {RESTORED: SOURCE.tag}),
        ({}, {RESTORING: "another"}),
    ],
)
def test_any_other_table_is_left_alone(table, tags):
    with pytest.raises(UsageError, match="--to NAME"):
        is_begun(FakeDynamoDb(table, **tags), "beside", SOURCE)


def test_a_table_that_was_being_filled_from_an_export_is_known_by_its_tag():
    assert is_begun(FakeDynamoDb({}, **{RESTORING: EXPORT.tag}), "beside", EXPORT)
    with pytest.raises(UsageError):
        is_begun(FakeDynamoDb({}, **{RESTORING: EXPORT.tag}), "beside", SOURCE)


def test_a_table_that_is_being_deleted_is_no_restore_to_go_on_with(monkeypatch):
    deleted = FakeDynamoDb({"TableStatus": "DELETING", "RestoreSummary": OF_SOURCE})
    monkeypatch.setattr(highlights_table.time, "sleep", lambda _: setattr(deleted, "table", None))

    assert not is_begun(deleted, "beside", SOURCE)


def test_an_item_is_written_only_over_what_was_read():
    read = {"id": {"S": "1"}, "status": {"S": "playable"}}

    assert condition(read) == {
        "ConditionExpression": "#0 = :0 AND #1 = :1",
        "ExpressionAttributeNames": {"#0": "id", "#1": "status"},
        "ExpressionAttributeValues": {":0": {"S": "1"}, ":1": {"S": "playable"}},
    }
    assert condition(None) == {"ConditionExpression": "attribute_not_exists(id)"}


def test_what_was_added_after_what_is_restored_is_newer():
    as_of = AsOf(NOW, NOW)

    assert is_newer({"updated_at": "2026-01-11T14:40:00.000001+00:00"}, as_of)
    assert not is_newer({"updated_at": "2026-01-11T14:40:00.000000+00:00"}, as_of)
    assert not is_newer({}, as_of)
