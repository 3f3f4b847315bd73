"""Which backup a drill restores, and what tells that a newer one was there."""

from datetime import UTC, datetime, timedelta

from lambdas.highlights.backups import Backup, backup_name
from lambdas.highlights.drill.choice import Named, newest

TABLE = "GameDayStorage-Highlights-1X"
NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)


def backup(hours: int, status: str = "AVAILABLE") -> Backup:
    made = NOW - timedelta(hours=hours)
    name = backup_name(TABLE, made)
    return Backup(f"arn:{name}", name, made, status)


def named(*hours: int) -> Named:
    """What items tell that were first held by backups of so many hours ago."""
    found = Named()
    for one in hours:
        found.see({"id": "1", "backed_up": {"name": backup(one).name, "updated_at": "…"}})
    return found


def test_the_newest_restorable_backup_is_taken():
    backups = [backup(1, "CREATING"), backup(2), backup(3), backup(0, "DELETED")]

    assert newest(backups) == backup(2)
    assert newest([backup(1, "CREATING")]) is None


def test_a_backup_that_the_ledger_names_and_nobody_has_is_missing():
    assert named(5, 1, 3).missing_from([backup(2), backup(5)]) == backup(1).name
    assert named(1).missing_from([]) == backup(1).name
    assert named(1).missing_from([backup(1, "DELETED")]) == backup(1).name


def test_rotated_backups_are_not_missed_while_a_newer_one_is_there():
    assert named(5, 3).missing_from([backup(3)]) is None
    assert named(5, 3).missing_from([backup(1)]) is None
    assert named(5, 3).missing_from([backup(1, "CREATING")]) is None


def test_items_that_name_no_backup_miss_none():
    found = Named()
    for item in ({}, {"backed_up": {}}, {"backed_up": "x"}, {"backed_up": {"name": "by hand"}}):
        found.see(item)

    assert found.missing_from([]) is None
