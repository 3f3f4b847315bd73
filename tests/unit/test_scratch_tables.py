"""Scratch tables: made, waited for and deleted; and no other table is ever touched."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.drill.scratch import SURELY_LISTED_AFTER, ScratchTables
from lambdas.highlights.errors import ScratchInUse
from tests.unit.fakes.tables import NOW, FakeTables

TABLE = "GameDayStorage-Highlights-1X"
OTHERS = (TABLE, f"{TABLE}-restored-20260111T144000", f"{TABLE}-drill", "Another-drill-1")


def never(seconds: float) -> bool:
    return False


def always(seconds: float) -> bool:
    return True


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_each_execution_has_a_table_of_its_own_that_dynamodb_takes(one: str, other: str):
    scratches = ScratchTables(FakeTables(), TABLE)
    name = scratches.name(one)

    assert name.startswith(f"{TABLE}-drill-")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert len(name) <= 255
    assert (name == scratches.name(other)) == (one == other)


def test_a_restore_that_was_asked_for_is_not_asked_for_again():
    dynamodb = FakeTables(TABLE)
    scratches = ScratchTables(dynamodb, TABLE)
    name = scratches.name("one")

    scratches.restore("arn:backup", name)
    scratches.restore("arn:backup", name)

    (asked,) = dynamodb.restored
    assert asked["GlobalSecondaryIndexOverride"] == []
    assert scratches.find(name).is_restoring
    assert scratches.find(name).source == "arn:backup"
    assert not scratches.find(name).is_restoring


def test_a_table_that_is_being_restored_is_waited_for_and_deleted():
    dynamodb = FakeTables(TABLE)
    dynamodb.requests_while_creating = 9
    scratches, waits = ScratchTables(dynamodb, TABLE), []
    name = scratches.name("one")
    scratches.restore("arn:backup", name)

    assert scratches.delete(name, lambda seconds: bool(waits.append(seconds)) or True)

    assert sorted(dynamodb.tables) == [TABLE]
    assert waits == sorted(waits)


def test_without_time_to_wait_the_table_is_left_for_the_next_call():
    dynamodb = FakeTables(TABLE)
    scratches = ScratchTables(dynamodb, TABLE)
    name = scratches.name("one")
    scratches.restore("arn:backup", name)

    with pytest.raises(ScratchInUse, match="still being restored"):
        scratches.delete(name, never)

    scratches.delete(name, always)
    assert scratches.delete(name, never) is False


@pytest.mark.parametrize("name", [*OTHERS, f"{TABLE}-drill-"])
def test_no_other_table_can_be_named(name: str):
    dynamodb = FakeTables(*OTHERS)
    scratches = ScratchTables(dynamodb, TABLE)

    for refused in (
        lambda: scratches.delete(name, never),
        lambda: scratches.restore("arn:backup", name),
        lambda: scratches.find(name),
    ):
        with pytest.raises(ValueError, match="is no scratch table"):
            refused()
    assert set(dynamodb.tables) == set(OTHERS)


def test_a_sweep_finds_the_tables_of_drills_that_no_longer_run():
    dynamodb = FakeTables(*OTHERS)
    scratches = ScratchTables(dynamodb, TABLE)
    for execution in ("runs", "killed", "killed too"):
        dynamodb.tables[scratches.name(execution)] = dict(dynamodb.tables[TABLE])
    later = NOW + SURELY_LISTED_AFTER + timedelta(seconds=1)

    assert set(scratches.leftovers(["runs"], later)) == {
        scratches.name("killed"),
        scratches.name("killed too"),
    }
    # One that was started a moment ago may not be listed as running yet.
    assert list(scratches.leftovers([], NOW + timedelta(minutes=1))) == []
