"""The backup step, called again and again as Step Functions would."""

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.highlights.archive import Archive
from lambdas.highlights.back_up import back_up, unsaved
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import backup_name
from lambdas.highlights.errors import BackupFailed, BackupNotReady
from lambdas.highlights.keys import pin_key
from lambdas.highlights.ledger import is_backed_up, moment
from lambdas.highlights.pins import Pins
from lambdas.highlights.retention import Policy
from tests.unit.fakes.backups import TABLE, Clock, FakeDynamoDb, FakePinsS3, S3Error

PLANNED = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)
WAITED = PLANNED + timedelta(seconds=65)


class FakeLedger:
    """Marks items in place."""

    def mark_backed_up(self, item, name):
        item["backed_up"] = {"name": name, "updated_at": item["updated_at"]}


def item(number, written=PLANNED):
    return {"id": str(number), "updated_at": moment(written)}


def call(dynamodb, items, now, s3=None, most=1000):
    clock = Clock()
    return back_up(
        unsaved(items, PLANNED),
        waited_until=WAITED,
        now=now,
        policy=Policy(newest=3),
        store=BackupStore(dynamodb, TABLE, clock, clock.wait),
        pins=Pins(Archive(s3 or FakePinsS3(), "bucket")),
        ledger=FakeLedger(),
        go_on=lambda deleted: deleted < most,
    )


@pytest.fixture
def dynamodb():
    """Five backups of the days before, and the new one."""
    dynamodb = FakeDynamoDb()
    for day in range(5, 0, -1):
        old = PLANNED - timedelta(days=day)
        dynamodb.add(backup_name(TABLE, old), created=old)
    dynamodb.add(backup_name(TABLE, WAITED), created=WAITED)
    return dynamodb


def test_a_slow_backup_is_asked_for_once_though_others_write_meanwhile():
    dynamodb, items = FakeDynamoDb(), [item(1), item(2, PLANNED + timedelta(seconds=30))]
    for retry in range(12):
        dynamodb.now = WAITED + timedelta(seconds=10 * retry)
        with pytest.raises(BackupNotReady):
            call(dynamodb, items, dynamodb.now)
    (only,) = dynamodb.backups.values()
    only["BackupStatus"] = "AVAILABLE"

    done = call(dynamodb, items, WAITED + timedelta(minutes=5))

    assert done.name == only["BackupName"]
    assert [is_backed_up(one) for one in items] == [True, False]


def test_rotation_that_was_interrupted_is_finished_by_the_next_call(dynamodb):
    items = [item(1)]
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

    assert done.rotation.kept == 3
    assert len(dynamodb.backups) == 3
    assert is_backed_up(items[0])


def test_what_time_does_not_suffice_for_is_left_to_the_next_rotation(dynamodb):
    oldest = dynamodb.names()[:2]

    done = call(dynamodb, [item(1)], WAITED, most=2)

    assert (done.rotation.deleted, done.rotation.kept, done.rotation.left) == (oldest, 4, 1)


@pytest.mark.parametrize("status", ["CREATING", "DELETED"])
def test_nothing_is_deleted_while_the_new_backup_is_not_available(dynamodb, status):
    *_, new = dynamodb.backups.values()
    new["BackupStatus"] = status
    items = [item(1)]
    dynamodb.created_as = status

    with pytest.raises(BackupNotReady if status == "CREATING" else BackupFailed):
        call(dynamodb, items, WAITED)

    assert len(dynamodb.backups) >= 6
    assert not is_backed_up(items[0])


def test_nothing_is_deleted_when_the_new_backup_is_described_but_not_yet_listed(dynamodb):
    described = dynamodb.describe_backup
    *_, arn = dynamodb.backups

    def describe_backup(*, BackupArn):
        details = described(BackupArn=BackupArn)["BackupDescription"]["BackupDetails"]
        return {"BackupDescription": {"BackupDetails": {**details, "BackupStatus": "AVAILABLE"}}}

    dynamodb.backups[arn]["BackupStatus"] = "CREATING"
    dynamodb.describe_backup = describe_backup

    done = call(dynamodb, [item(1)], WAITED)

    assert (done.rotation.kept, done.rotation.deleted) == (5, [])
    assert "not listed as AVAILABLE" in done.rotation.held


@pytest.mark.parametrize("page", [0, 1, 2])
def test_nothing_is_deleted_when_a_page_of_the_list_fails(dynamodb, page):
    dynamodb.breaks_at = page

    with pytest.raises(ConnectionError):
        call(dynamodb, [item(1)], WAITED)

    assert len(dynamodb.backups) == 6


def test_nothing_is_deleted_when_the_pins_cannot_be_read(dynamodb):
    s3 = FakePinsS3()
    s3.refuses = True

    with pytest.raises(S3Error):
        call(dynamodb, [item(1)], WAITED, s3)

    assert len(dynamodb.backups) == 6


def test_nothing_is_deleted_while_the_clock_is_behind(dynamodb):
    done = call(dynamodb, [item(1)], WAITED - timedelta(days=40))

    assert (done.rotation.kept, done.rotation.deleted) == (6, [])
    assert "set the clock right" in done.rotation.held


def test_a_backup_stays_that_is_pinned_while_rotation_is_at_work(dynamodb):
    s3 = FakePinsS3()
    first, second, third = dynamodb.names()[:3]
    delete = dynamodb.delete_backup

    def pinning(*, BackupArn):
        s3.objects[pin_key(second)] = (b"", "etag")
        delete(BackupArn=BackupArn)

    dynamodb.delete_backup = pinning

    done = call(dynamodb, [item(1)], WAITED, s3)

    assert done.rotation.deleted == [first, third]
    assert (done.rotation.kept, done.rotation.left) == (4, 0)
    assert second in dynamodb.names()
