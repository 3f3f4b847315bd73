from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.backups import (
    Backup,
    backup_name,
    covering,
    earliest_complete,
    is_ours,
)

TABLE = "GameDayStorage-HighlightsB1E18388-1X"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3_000_000).map(lambda seconds: EPOCH + timedelta(seconds=seconds))


@given(moments)
def test_a_name_it_gives_is_known_as_its_own(moment):
    assert is_ours(Backup("arn", backup_name(TABLE, moment), moment, "AVAILABLE"), TABLE)


def test_backups_of_others_are_not_ours():
    for name in (
        "before-the-migration",
        f"{TABLE}-manual",
        f"{TABLE}2-20260101T000000Z",
        f"{TABLE}-20260101T000000Z-keep",
        f"my-{TABLE}-20260101T000000Z",
    ):
        assert not is_ours(Backup("arn", name, EPOCH, "AVAILABLE"), TABLE)
    name = backup_name(TABLE, EPOCH)
    for foreign in ({"kind": "SYSTEM"}, {"kind": "AWS_BACKUP"}, {"table": "Another"}):
        assert not is_ours(Backup("arn", name, EPOCH, "AVAILABLE", **foreign), TABLE)


@given(moments)
def test_a_backup_made_after_the_wait_covers_the_last_write(last_write):
    waited_until = earliest_complete(last_write)
    made = Backup("arn", "name", waited_until, "CREATING")

    assert covering([made], last_write, waited_until) == made


def test_a_backup_of_an_interrupted_execution_is_found_again():
    made = Backup("arn", "name", EPOCH + timedelta(minutes=3), "AVAILABLE")

    assert covering([made], EPOCH, waited_until=EPOCH + timedelta(hours=1)) == made


def test_a_backup_made_within_the_minute_does_not_surely_hold_the_write():
    made = Backup("arn", "name", EPOCH + timedelta(seconds=59), "AVAILABLE")

    assert covering([made], EPOCH, waited_until=EPOCH + timedelta(hours=1)) is None
