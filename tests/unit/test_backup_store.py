"""This product's backups, through an API that pages, lags and gives up."""

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import backup_name
from lambdas.highlights.errors import BackupFailed, BackupNotReady

TABLE = "Highlights"
NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)


class NotFound(Exception):
    """DynamoDB's BackupNotFoundException."""


class InUse(Exception):
    """DynamoDB's BackupInUseException."""


class FakeDynamoDb:
    """Backups by ARN, listed two to a page."""

    class exceptions:
        BackupNotFoundException = NotFound
        BackupInUseException = InUse

    def __init__(self):
        self.backups = {}

    def add(self, name, status="AVAILABLE", created=NOW):
        arn = f"arn:aws:dynamodb:::table/{TABLE}/backup/{len(self.backups):04}"
        self.backups[arn] = {
            "BackupArn": arn,
            "BackupName": name,
            "BackupStatus": status,
            "BackupCreationDateTime": created,
        }
        return self.backups[arn]

    def list_backups(self, *, TableName, BackupType, ExclusiveStartBackupArn=""):
        rest = [arn for arn in sorted(self.backups) if arn > ExclusiveStartBackupArn]
        page = {"BackupSummaries": [self.backups[arn] for arn in rest[:2]]}
        if len(rest) > 2:
            page["LastEvaluatedBackupArn"] = rest[1]
        return page

    def create_backup(self, *, TableName, BackupName):
        return {"BackupDetails": self.add(BackupName, "CREATING")}

    def describe_backup(self, *, BackupArn):
        if BackupArn not in self.backups:
            raise NotFound
        return {"BackupDescription": {"BackupDetails": self.backups[BackupArn]}}

    def delete_backup(self, *, BackupArn):
        if BackupArn not in self.backups:
            raise NotFound
        del self.backups[BackupArn]


def test_every_page_is_read_and_only_its_own_are_seen():
    dynamodb = FakeDynamoDb()
    ours = [backup_name(TABLE, NOW - timedelta(hours=hour)) for hour in range(5)]
    for name in ours:
        dynamodb.add(name)
        dynamodb.add(f"{name}-by-hand")

    assert sorted(one.name for one in BackupStore(dynamodb, TABLE).ours()) == sorted(ours)


def test_a_backup_in_the_making_is_waited_for():
    dynamodb = FakeDynamoDb()
    store = BackupStore(dynamodb, TABLE)
    backup = store.create(NOW)
    with pytest.raises(BackupNotReady):
        store.require_available(backup)

    dynamodb.backups[backup.arn]["BackupStatus"] = "AVAILABLE"
    store.require_available(backup)


def test_a_backup_that_is_not_listed_yet_is_waited_for():
    dynamodb = FakeDynamoDb()
    store = BackupStore(dynamodb, TABLE)
    backup = store.create(NOW)
    dynamodb.backups.clear()

    with pytest.raises(BackupNotReady):
        store.require_available(backup)


def test_a_backup_that_dynamodb_gave_up_is_a_failure():
    dynamodb = FakeDynamoDb()
    store = BackupStore(dynamodb, TABLE)
    backup = store.create(NOW)
    dynamodb.backups[backup.arn]["BackupStatus"] = "DELETED"

    with pytest.raises(BackupFailed, match="older backups were left alone"):
        store.require_available(backup)


def test_deleting_what_is_gone_is_fine():
    dynamodb = FakeDynamoDb()
    store = BackupStore(dynamodb, TABLE)
    backup = store.create(NOW)

    store.delete(backup)
    store.delete(backup)

    assert store.ours() == []
