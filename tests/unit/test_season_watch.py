"""The watch sees what no run reports: one that never started, a clip that never came, a lost backup."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lambdas.highlights.backups import Backup
from lambdas.highlights.season.watch import (
    Schedule,
    Standing,
    calls_left,
    days_behind,
    days_without_clip,
    is_missed,
    is_out_of_calls,
)

ZONE = ZoneInfo("America/New_York")
DAILY = Schedule(time(9, 30), frozenset(range(7)), frozenset({11, 12, 1, 2, 3, 4, 5}))
NOON = datetime(2026, 1, 12, 17, 0, tzinfo=UTC)
DUE = datetime(2026, 1, 12, 14, 30, tzinfo=UTC)
LONG_AGO = datetime(2025, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("looked", "now", "missed"),
    [
        (DUE + timedelta(seconds=2), NOON, False),
        (DUE - timedelta(days=1), NOON, True),
        (None, NOON, True),
        # Within the hour of grace yesterday's is the last that counts.
        (DUE - timedelta(days=1), DUE + timedelta(minutes=30), False),
        # In summer none is due.
        (None, datetime(2026, 7, 12, 17, 0, tzinfo=UTC), False),
    ],
)
def test_a_look_that_was_due_and_did_not_begin_is_missed(looked, now, missed):
    assert is_missed(DAILY, LONG_AGO, looked, now, ZONE) is missed


def test_nothing_was_due_before_there_was_a_schedule():
    assert not is_missed(DAILY, DUE + timedelta(minutes=5), None, NOON, ZONE)


def test_a_look_is_due_on_the_clock_of_its_zone():
    after_the_change = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)

    assert DAILY.last_due(after_the_change, ZONE) == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)


def game(day: int, state: str, **facts: Any) -> dict[str, Any]:
    played = date(2026, 1, day).isoformat()
    return {"id": f"{day}-{state}", "league": "NCAA", "game_date": played, "state": state, **facts}


@pytest.mark.parametrize(
    ("games", "days"),
    [
        ([game(8, "kept"), game(9, "waiting"), game(9, "unavailable"), game(10, "waiting")], 2),
        ([game(8, "waiting"), game(9, "kept"), game(9, "waiting")], 0),
        ([game(9, "unavailable", provider_state="Postponed")], 0),
        ([game(12, "expected")], 0),  # is not over yet
        ([game(5, "link_only"), game(7, "failed")], 2),
    ],
)
def test_game_days_without_a_clip_are_counted_since_the_last_that_is_kept(games, days):
    assert days_without_clip(games, 9, NOON) == days


def test_a_few_days_without_any_game_are_a_pause_and_a_week_of_them_a_wrong_name():
    assert days_without_clip([], 6, NOON) == 0
    assert days_without_clip([], 7, NOON) == 7
    assert days_without_clip([game(9, "kept")], 40, NOON) == 0


def backup(day: int, status: str = "AVAILABLE") -> Backup:
    made = datetime(2026, 1, day, 15, tzinfo=UTC)
    return Backup("arn", f"Highlights-{made:%Y%m%dT%H%M%SZ}", made, status)


def item(day: int, held_by: Backup | None = None) -> dict[str, Any]:
    changed = datetime(2026, 1, day, 14, tzinfo=UTC).isoformat(timespec="microseconds")
    held = {"name": held_by.name, "updated_at": changed} if held_by else {}
    return {"updated_at": changed} | ({"backed_up": held} if held else {})


@pytest.mark.parametrize(
    ("items", "backups", "behind"),
    [
        ([], [], 0),
        ([item(9, backup(9))], [backup(9)], 0),
        ([item(9, backup(9))], [backup(11)], 0),  # rotation deleted the first that held it
        ([item(9), item(11, backup(11))], [backup(11)], 0),  # made after it, though by hand
        ([item(11)], [backup(9)], 1.125),
        ([item(9, backup(9))], [], 3.125),
        ([item(9, backup(9))], [backup(9, "CREATING")], 3.125),
        ([item(10, backup(10))], [backup(9)], 2.125),  # the newest was deleted
    ],
)
def test_a_backup_is_behind_from_the_first_change_that_none_holds(items, backups, behind):
    assert days_behind(items, backups, NOON) == behind


def test_calls_are_left_as_far_as_both_the_budget_and_the_provider_go():
    assert calls_left({"provider_calls": 30}, 80) == 50
    assert calls_left({"provider_calls": 30, "calls_left": 12}, 80) == 12
    assert calls_left({"provider_calls": 90}, 80) == 0


def test_a_request_that_was_held_back_counts_for_a_day():
    refused = {"calls_refused_at": (NOON - timedelta(hours=20)).isoformat()}

    assert is_out_of_calls([{}, refused], NOON)
    assert not is_out_of_calls([{}, refused], NOON + timedelta(hours=5))


def test_a_provider_that_refuses_until_midnight_counts_until_then():
    blocked = {"blocked_until": "2026-01-13T00:00:00.000000+00:00"}

    assert is_out_of_calls([blocked], NOON)
    assert not is_out_of_calls([blocked], NOON + timedelta(hours=8))


def test_the_standing_counts_days_with_games_alone():
    standing = Standing()
    standing.add({"games": {"kept": 3, "unavailable": 1}, "closed_at": "2026-01-11"})
    standing.add({"games": {"kept": 1, "waiting": 2, "failed": 1}})
    standing.add({"games": {"kept": 0}, "closed_at": "2026-01-11"})

    assert standing == Standing(1, 1, 4, 2, 2)
