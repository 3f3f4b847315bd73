"""Deletion of what a policy no longer keeps, in the time of one function."""

from datetime import timedelta

from lambdas.highlights.archive import Archive
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import backup_name
from lambdas.highlights.pins import Pins
from lambdas.highlights.retention import Policy
from lambdas.highlights.rotation import MOST_DELETED, as_time_allows, planned, rotate
from tests.unit.fakes.backups import NOW, TABLE, Clock, FakeDynamoDb, FakePinsS3

THREE = Policy(newest=3)
TIME_LIMIT = 120.0  # of the function that backs up the table


class LargePages(FakeDynamoDb):
    """A hundred backups to a page, as DynamoDB lists them; deletions that take a while."""

    page_size = 100

    def __init__(self, clock, seconds, backups):
        super().__init__()
        self._clock, self._seconds = clock, seconds
        for number in range(backups):
            made = NOW - timedelta(minutes=backups - number)
            self.add(backup_name(TABLE, made), created=made)

    def delete_backup(self, *, BackupArn):
        self._clock.seconds += self._seconds
        super().delete_backup(BackupArn=BackupArn)


def rotated(backups, seconds):
    """Rotate once, deletions taking `seconds` each; what came of it, and the clock."""
    clock = Clock()
    dynamodb = LargePages(clock, seconds, backups)
    store = BackupStore(dynamodb, TABLE, clock, clock.wait)
    pins = Pins(Archive(FakePinsS3(), "bucket"))
    plan = planned(store, pins, THREE, NOW)
    done = rotate(plan, store, pins, go_on=as_time_allows(lambda: TIME_LIMIT - clock()))
    return done, clock, dynamodb


def test_thousands_are_deleted_a_call_at_a_time_well_within_the_functions_time():
    done, clock, dynamodb = rotated(3_000, 0.03)

    assert len(done.deleted) == MOST_DELETED
    assert (done.kept, done.left) == (3_000 - MOST_DELETED, 2_997 - MOST_DELETED)
    assert clock() < TIME_LIMIT / 2
    assert len(dynamodb.backups) == done.kept
    assert done.deleted == sorted(done.deleted), "oldest first"


def test_slow_deletions_end_in_time_for_what_comes_after():
    done, clock, _ = rotated(500, 2.0)

    assert 0 < len(done.deleted) < MOST_DELETED
    assert done.left == 497 - len(done.deleted)
    assert clock() <= TIME_LIMIT - 40
