"""What a table is restored from, and what that takes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.protection import Protection
from gameday.request import UsageError
from gameday.restore.plan import TablePlan, Way, price_of_restore
from gameday.restore.sources import (
    FromBackup,
    FromExport,
    FromMoment,
    Wanted,
    matching_export,
    newest_of_ours,
    require_restorable,
)
from lambdas.highlights.backups import Backup, backup_name
from lambdas.highlights.export_layout import Export

TABLE = "Highlights"
ARN = f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}"
NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)


def backup(hours_ago: float = 1, status: str = "AVAILABLE", **facts: Any) -> Backup:
    made = NOW - timedelta(hours=hours_ago)
    name = facts.pop("name", backup_name(TABLE, made))
    return Backup(f"{ARN}/backup/{name}", name, made, status, table=TABLE, **facts)


def export(until: datetime, since: datetime | None = None, items: int = 7) -> Export:
    arn = f"{ARN}/export/01768142400000-00c0ffee"
    return Export(arn, ARN, "id", since, until, items, "manifest-files.json")


def plan(source: Any, way: Way = Way.ASIDE) -> dict[str, str]:
    protection = Protection(35, deletion_protection=True)
    return dict(TablePlan(source, way, f"{TABLE}-2", TABLE, protection).in_words())


made = st.builds(
    backup,
    st.floats(0, 1000),
    st.sampled_from(["AVAILABLE", "CREATING", "DELETED"]),
    kind=st.sampled_from(["USER", "SYSTEM", "AWS_BACKUP"]),
)


@given(st.lists(st.one_of(made, st.builds(backup, st.floats(0, 1000), name=st.just("mine")))))
def test_the_newest_backup_is_one_that_the_vault_made_and_that_can_be_restored(listed):
    found = newest_of_ours(listed, TABLE)

    usable = [
        one
        for one in listed
        if (one.status, one.kind) == ("AVAILABLE", "USER") and one.name != "mine"
    ]
    assert (found is None) is (not usable)
    if found:
        assert found in usable
        assert found.created_at == max(one.created_at for one in usable)


def test_two_sources_are_one_too_many():
    with pytest.raises(UsageError, match="--backup and --at"):
        Wanted(backup="newest", at="2h ago")


def test_a_moment_beyond_recovery_is_refused_with_one_that_is_within():
    earliest, latest = NOW - timedelta(days=35), NOW - timedelta(minutes=5)
    require_restorable(earliest, earliest, latest)
    require_restorable(latest, earliest, latest)

    with pytest.raises(UsageError, match="gameday backups"):
        require_restorable(earliest - timedelta(seconds=1), earliest, latest)
    with pytest.raises(UsageError, match="--backup 'Highlights.DeletedTableBackup'"):
        former = backup(3, name="Highlights$DeletedTableBackup", kind="SYSTEM")
        require_restorable(earliest - timedelta(seconds=1), earliest, latest, former)
    with pytest.raises(UsageError, match="--at 2026-01-11T14:35:00Z"):
        require_restorable(NOW, earliest, latest)


def test_an_export_is_named_by_as_much_as_says_which():
    ids = ["01768142400000-00c0ffee", "01768142400001-0000cafe"]

    assert matching_export("01768142400001", ids) == ids[1]
    assert matching_export(f"exports/AWSDynamoDB/{ids[0]}/manifest-summary.json", ids) == ids[0]
    with pytest.raises(UsageError, match="any of 2"):
        matching_export("0176", ids)
    with pytest.raises(UsageError, match=f"there are {ids[0]}"):
        matching_export("01768142400000-00c0ffef", ids)
    with pytest.raises(UsageError, match="there is none"):
        matching_export("0176", [])


def test_a_table_is_known_by_what_it_is_restored_from():
    one, other = FromBackup(backup(1)), FromBackup(backup(2))
    summary = {"SourceBackupArn": one.backup.arn, "SourceTableArn": ARN}
    moment = FromMoment(NOW, ARN, 0)
    at = {"SourceTableArn": ARN, "RestoreDateTime": NOW}

    assert one.is_of(summary) and not other.is_of(summary) and not moment.is_of(summary)
    assert moment.is_of(at) and not one.is_of(at)
    assert not moment.is_of(at | {"RestoreDateTime": NOW - timedelta(seconds=1)})
    assert not moment.is_of({})


def test_a_plan_says_all_that_happens_and_what_it_costs():
    said = plan(FromBackup(backup(size_bytes=20_000_000_000), items=7))

    assert backup().name in said["restores"] and "2026-01-11 13:40:00 UTC" in said["restores"]
    assert "new table" in said["into"] and "left alone" in said["into"]
    assert said["puts back"] == "point-in-time recovery of 35 days, deletion protection"
    assert said["costs"] == "about $3.00 for the restore, about $9.00 a month for the table"
    assert "hour" in said["takes"] and "20.0" in said["takes"]


def test_a_deleted_tables_moment_is_said_exactly():
    deleted = backup(3, name="Highlights$DeletedTableBackup", kind="SYSTEM")
    said = plan(FromBackup(deleted, asked=NOW - timedelta(days=2)), Way.ANEW)

    assert "when it was deleted, 2026-01-11 11:40:00 UTC" in said["restores"]
    assert said["not"] == "as of 2026-01-09 14:40:00 UTC, which cannot be had"


def test_over_the_live_table_a_backup_comes_first_and_nothing_is_deleted():
    said = plan(FromMoment(NOW, ARN, 1_000), Way.OVER)

    assert "in place" in said["into"]
    assert "backup of Highlights" in said["first"]
    assert "not in what is restored" in said["leaves"]
    assert "puts back" not in said


def test_an_export_costs_what_is_written():
    chain = (export(NOW - timedelta(days=1)), export(NOW, NOW - timedelta(days=1), 3))
    source = FromExport(chain)

    assert source.moment == NOW
    assert "and what changed until 2026-01-11 14:40:00 UTC (1 exports)" in source.in_words()
    assert price_of_restore(source) == pytest.approx(20 * 0.625e-6)
