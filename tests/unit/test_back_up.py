"""The backup step, called again and again as Step Functions would."""

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.highlights.back_up import back_up, unsaved
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import backup_name
from lambdas.highlights.errors import BackupNotReady
from lambdas.highlights.ledger import is_backed_up, moment
from tests.unit.test_backup_store import TABLE, FakeDynamoDb

PLANNED = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)
WAITED = PLANNED + timedelta(seconds=65)


class FakeLedger:
    """Marks items in place."""

    def mark_backed_up(self, item, name):
        item["backed_up"] = {"name": name, "updated_at": item["updated_at"]}


def item(number, written=PLANNED):
    return {"id": str(number), "updated_at": moment(written)}


def call(dynamodb, items, now, keep=3):
    return back_up(
        unsaved(items, PLANNED),
        waited_until=WAITED,
        now=now,
        keep=keep,
        store=BackupStore(dynamodb, TABLE),
        ledger=FakeLedger(),
    )


def create_at(dynamodb, now):
    """Let the fake date what it creates as DynamoDB does: now."""
    create = type(dynamodb).create_backup

    def dated(*, TableName, BackupName):
        details = create(dynamodb, TableName=TableName, BackupName=BackupName)
        details["BackupDetails"]["BackupCreationDateTime"] = now
        return details

    dynamodb.create_backup = dated


def test_a_slow_backup_is_asked_for_once_though_others_write_meanwhile():
    dynamodb, items = FakeDynamoDb(), [item(1), item(2, PLANNED + timedelta(seconds=30))]
    for retry in range(12):
        now = WAITED + timedelta(seconds=10 * retry)
        create_at(dynamodb, now)
        with pytest.raises(BackupNotReady):
            call(dynamodb, items, now)
    (only,) = dynamodb.backups.values()
    only["BackupStatus"] = "AVAILABLE"

    done = call(dynamodb, items, WAITED + timedelta(minutes=5))

    assert done.name == only["BackupName"]
    assert [is_backed_up(one) for one in items] == [True, False]


def test_rotation_that_was_interrupted_is_finished_by_the_next_call():
    dynamodb, items = FakeDynamoDb(), [item(1)]
    for day in range(1, 6):
        old = PLANNED - timedelta(days=day)
        dynamodb.add(backup_name(TABLE, old), created=old)
    dynamodb.add(backup_name(TABLE, WAITED), created=WAITED)
    delete, deleted = dynamodb.delete_backup, []

    def refused_once(*, BackupArn):
        if deleted:
            raise ConnectionError
        deleted.append(BackupArn)
        delete(BackupArn=BackupArn)

    dynamodb.delete_backup = refused_once
    with pytest.raises(ConnectionError):
        call(dynamodb, items, WAITED)
    assert not is_backed_up(items[0])
    dynamodb.delete_backup = delete

    done = call(dynamodb, items, WAITED)

    assert done.kept == 3
    assert len(dynamodb.backups) == 3
    assert is_backed_up(items[0])
