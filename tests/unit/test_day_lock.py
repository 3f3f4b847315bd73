from datetime import UTC, date, datetime, timedelta

import pytest

from lambdas.highlights.errors import DayInUse
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.season.lock import LONGEST_EXECUTION, DayLock
from lambdas.highlights.season.season import Season
from tests.unit.fakes.sorted_table import SortedTable

DAY = GameDay("NCAA", date(2026, 1, 10))
NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
ONE, OTHER = "arn:aws:states:x:1:execution:GameDay:one", "arn:aws:states:x:1:execution:GameDay:b"


class Executions:
    """Those that run. asked: about which ones."""

    def __init__(self, *running: str):
        self.running = set(running)
        self.asked: list[str] = []

    def is_running(self, arn: str) -> bool:
        self.asked.append(arn)
        return arn in self.running


def test_one_execution_alone_works_on_a_day():
    executions = Executions(ONE)
    lock = DayLock(SortedTable(), executions.is_running)
    lock.acquire(DAY, ONE, NOW)

    with pytest.raises(DayInUse, match="NCAA 2026-01-10 .* the execution one"):
        lock.acquire(DAY, OTHER, NOW)
    lock.acquire(GameDay("NCAA", date(2026, 1, 11)), OTHER, NOW)
    lock.acquire(GameDay("WNCAA", DAY.date), OTHER, NOW)


def test_a_step_that_is_tried_again_has_its_lock_already():
    executions = Executions(ONE)
    lock = DayLock(SortedTable(), executions.is_running)
    lock.acquire(DAY, ONE, NOW)
    lock.acquire(DAY, ONE, NOW)

    assert executions.asked == []


def test_an_execution_that_ended_without_a_report_leaves_its_day_to_the_next():
    table, executions = SortedTable(), Executions(OTHER)
    lock = DayLock(table, executions.is_running)
    lock.acquire(DAY, ONE, NOW)
    lock.acquire(DAY, OTHER, NOW)

    assert not Season(table).finish(DAY, ONE, {"highlights": 1}, None)
    with pytest.raises(DayInUse):
        lock.acquire(DAY, ONE, NOW)


def test_no_lock_outlives_the_longest_execution_even_if_nobody_can_say_whether_it_runs():
    def unknown(_: str) -> bool:
        raise PermissionError

    lock = DayLock(SortedTable(), unknown)
    lock.acquire(DAY, ONE, NOW)
    lock.acquire(DAY, OTHER, NOW + LONGEST_EXECUTION + timedelta(hours=1))


def test_an_execution_of_a_state_machine_that_was_deployed_anew_has_ended_and_is_not_asked_about():
    executions = Executions(ONE)
    lock = DayLock(SortedTable(), executions.is_running)
    lock.acquire(DAY, ONE, NOW)
    lock.acquire(DAY, ONE.replace("GameDay:", "GameDay-2:"), NOW)

    assert executions.asked == []


def test_an_execution_that_nobody_knows_yet_has_just_begun_and_later_never_will():
    lock = DayLock(SortedTable(), lambda _: None)
    lock.acquire(DAY, ONE, NOW)

    with pytest.raises(DayInUse):
        lock.acquire(DAY, OTHER, NOW + timedelta(seconds=5))
    lock.acquire(DAY, OTHER, NOW + timedelta(minutes=1))


def test_a_report_releases_the_lock_and_may_be_repeated():
    table = SortedTable()
    lock, season = DayLock(table, Executions(ONE).is_running), Season(table)
    lock.acquire(DAY, ONE, NOW)

    assert season.finish(DAY, ONE, {"highlights": 2}, "2026-01-11")
    assert not season.finish(DAY, ONE, {"highlights": 2}, "2026-01-11")
    lock.acquire(DAY, OTHER, NOW)
    assert season.finish(DAY, OTHER, {"highlights": 3}, None)
    assert season.day(DAY) == {
        "pk": "day#NCAA",
        "sk": "2026-01-10",
        "league": "NCAA",
        "game_date": "2026-01-10",
        "highlights": 3,
    }


class Racing(SortedTable):
    """Another execution takes the lock over right before this one does."""

    def get_item(self, key):
        found = super().get_item(key)
        if found:
            self.items[key["pk"], key["sk"]] = {**found, "lock_holder": "third"}
        return found


def test_two_that_take_a_lock_over_at_once_do_not_both_get_it():
    lock = DayLock(Racing(), Executions().is_running)
    lock.acquire(DAY, ONE, NOW)

    with pytest.raises(DayInUse):
        lock.acquire(DAY, OTHER, NOW)
