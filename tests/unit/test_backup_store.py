"""This product's backups, through an API that pages, lags and gives up."""

from datetime import timedelta

import pytest

from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import backup_name
from lambdas.highlights.errors import BackupFailed, BackupNotReady
from tests.unit.fakes.backups import NOW, TABLE, Clock, FakeDynamoDb


def store_of(dynamodb, clock=None):
    clock = clock or Clock()
    return BackupStore(dynamodb, TABLE, clock, clock.wait)


def test_every_page_is_read_and_only_its_own_are_seen():
    dynamodb = FakeDynamoDb()
    ours = [backup_name(TABLE, NOW - timedelta(hours=hour)) for hour in range(5)]
    for name in ours:
        dynamodb.add(name)
        dynamodb.add(f"{name}-by-hand")

    assert sorted(one.name for one in store_of(dynamodb).ours()) == sorted(ours)


def test_a_backup_in_the_making_is_waited_for():
    dynamodb = FakeDynamoDb()
    store = store_of(dynamodb)
    backup = store.create(NOW)
    with pytest.raises(BackupNotReady):
        store.require_available(backup)

    dynamodb.backups[backup.arn]["BackupStatus"] = "AVAILABLE"
    store.require_available(backup)


def test_a_backup_that_is_not_listed_yet_is_waited_for():
    dynamodb = FakeDynamoDb()
    store = store_of(dynamodb)
    backup = store.create(NOW)
    dynamodb.backups.clear()

    with pytest.raises(BackupNotReady):
        store.require_available(backup)


def test_a_backup_that_dynamodb_gave_up_is_a_failure():
    dynamodb = FakeDynamoDb()
    store = store_of(dynamodb)
    backup = store.create(NOW)
    dynamodb.backups[backup.arn]["BackupStatus"] = "DELETED"

    with pytest.raises(BackupFailed, match="older backups were left alone"):
        store.require_available(backup)


def test_deleting_what_is_gone_is_fine():
    dynamodb = FakeDynamoDb()
    store = store_of(dynamodb)
    backup = store.create(NOW)

    store.delete(backup)
    store.delete(backup)

    assert store.ours() == []


def test_what_is_listed_says_when_how_large_and_whose():
    dynamodb = FakeDynamoDb()
    dynamodb.add("by-hand", kind="SYSTEM", table="Other")

    (backup,) = store_of(dynamodb).listed()

    assert (backup.created_at, backup.size_bytes) == (NOW, 12_000)
    assert (backup.kind, backup.table) == ("SYSTEM", "Other")


def test_lists_and_deletions_stay_below_the_rates_that_dynamodb_allows():
    dynamodb, clock = FakeDynamoDb(), Clock()
    for hour in range(40):
        dynamodb.add(backup_name(TABLE, NOW - timedelta(hours=hour)))
    store = store_of(dynamodb, clock)

    backups = store.ours()
    listed_in = clock.seconds
    for backup in backups:
        store.delete(backup)

    assert 20 / 5 <= listed_in <= 20 / 4
    assert 40 / 10 <= clock.seconds - listed_in <= 40 / 8
