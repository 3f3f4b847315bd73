"""What `gameday backfill` understands, and what it says before it starts."""

from datetime import UTC, date, datetime

import pytest

from gameday.backfill_plan import Typical, calls_of, days_needed, plan
from gameday.backfill_range import days_asked
from gameday.request import UsageError
from lambdas.highlights.season.due import Calendar
from lambdas.highlights.season.rounds import Calls

SEASON = Calendar(frozenset(range(7)), frozenset({11, 12, 1, 2, 3, 4}))
TODAY = date(2026, 1, 11)
NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("options", "first", "last"),
    [
        (("2026-01-01", "2026-01-05", None), date(2026, 1, 1), date(2026, 1, 5)),
        (("2026-01-01", None, None), date(2026, 1, 1), date(2026, 1, 10)),
        ((None, None, "30"), date(2025, 12, 12), date(2026, 1, 10)),
        ((None, None, "30 days"), date(2025, 12, 12), date(2026, 1, 10)),
        ((None, None, "1-day"), date(2026, 1, 10), date(2026, 1, 10)),
        ((None, None, "season"), date(2025, 11, 1), date(2026, 1, 10)),
    ],
)
def test_a_range_is_days_the_last_days_or_the_season(options, first, last):
    assert days_asked(*options, SEASON, TODAY) == (first, last)


def test_in_summer_the_season_is_the_one_that_is_over():
    assert days_asked(None, None, "season", SEASON, date(2026, 7, 4)) == (
        date(2025, 11, 1),
        date(2026, 4, 30),
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((None, None, None), "--last 30, season"),
        (("2026-01-01", None, "30"), "not both"),
        ((None, "2026-01-05", None), "give --from"),
        ((None, None, "soon"), "a number of days"),
        ((None, None, "0"), "a number of days"),
        ((None, None, "99999"), "at most 400"),
        (("01/02/2026", None, None), "--from '01/02/2026'"),
        (("2026-01-05", "2026-01-02", None), "turn the two round"),
        (("2026-01-05", "2026-01-11", None), "at most yesterday, 2026-01-10"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused_in_plain_words(options, words):
    with pytest.raises(UsageError, match=words):
        days_asked(*options, SEASON, TODAY)


@pytest.mark.parametrize(
    ("due", "now", "each", "days"),
    [(0, 0, 72, 0), (36, 72, 72, 1), (37, 72, 72, 2), (150, 72, 72, 5), (3, 0, 1, 4)],
)
def test_days_are_needed_as_the_calls_of_each_allow(due, now, each, days):
    assert days_needed(due, now, each) == days


def test_a_whole_day_has_no_more_calls_than_the_provider_grants():
    assert calls_of({"calls_limit": 50, "calls_left": 20}, 80, 8, NOW)[0].left == 12
    assert calls_of({"calls_limit": 50}, 80, 8, NOW)[1] == 42


def kept(day: str, **facts: object) -> dict:
    return {"league": "NCAA", "game_date": day, **facts}


def test_what_a_day_brings_is_taken_from_what_was_kept_so_far():
    clip = {
        "video": {"bytes": 3_000_000},
        "rendition": {"bytes": 1_000_000, "duration_milliseconds": 60_000, "width": 640}
        | {"height": 360},
    }
    items = [kept("2026-01-01", **clip), kept("2026-01-01", **clip), kept("2026-01-02")]

    assert Typical.of(items, 10) == Typical(1.0, 1.0, 4_000_000, True)
    assumed = Typical.of([], 10)
    assert (assumed.clips, assumed.minutes, assumed.is_measured) == (10, 1.5, False)


def test_a_plan_counts_calls_minutes_gigabytes_and_dollars():
    found = plan(
        "NCAA",
        date(2026, 1, 1),
        date(2026, 1, 10),
        due=8,
        games={"2026-01-03": 4},
        typical=Typical(10, 1.5, 50_000_000, True),
        calls=Calls(6, NOW),
        calls_a_day=72,
    )

    assert (found.days, found.closed, found.games, found.calls) == (8, 2, 4, 16)
    assert (found.clips, found.transcode_minutes, found.gigabytes) == (80, 120.0, 4.0)
    assert 120 * 0.0075 < found.dollars < 120 * 0.0075 + 0.2
    assert found.days_needed == 2
    assert found.as_json()["first"] == "2026-01-01"
