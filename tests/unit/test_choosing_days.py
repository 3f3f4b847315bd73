"""LookBack over a season's table: it leaves alone what is done or in use, and waits where it may."""

from datetime import UTC, date, datetime, timedelta

from lambdas.highlights.season.asked import Backfill, Scheduled
from lambdas.highlights.season.caps import Caps
from lambdas.highlights.season.due import Calendar
from lambdas.highlights.season.look_back import Choice, LookBack, Rules
from lambdas.highlights.season.progress import Outcome, Progress
from lambdas.highlights.season.rounds import Step
from lambdas.highlights.season.season import Season
from lambdas.highlights.season.usage import Usage
from tests.unit.fakes.sorted_table import SortedTable

NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
YESTERDAY = "2026-01-10T14:30:00+00:00"
WEEK = [date(2026, 1, 4) + timedelta(days=n) for n in range(7)]
RANGE = Backfill("NCAA", WEEK[0], WEEK[-1])
MORNING = Scheduled("NCAA", NOW.date())
RULES = Rules(
    leagues=1,
    look_back_days=3,
    provider_calls_per_day=80,
    caps=Caps.of(transcode_minutes_per_day=60),
    calendar=Calendar(frozenset(range(7)), frozenset({1})),
)
CAP_REACHED = {"transcode_seconds": 3600, "transcode_seconds_reached_at": YESTERDAY}


def day(when: date, **facts: object) -> dict:
    key = {"pk": "day#NCAA", "sk": when.isoformat()}
    return key | {"league": "NCAA", "game_date": when.isoformat(), **facts}


def used(**counters: object) -> dict:
    return {"pk": "usage", "sk": "2026-01-11", **counters}


def choose(
    *items: dict, asked: Backfill | Scheduled = RANGE, running: bool = False, **more: object
) -> Choice:
    table = SortedTable(*items)
    look_back = LookBack(
        asked, RULES, season=Season(table), usage=Usage(table), is_running=lambda arn: running
    )
    usual = {"progress": Progress(), "stopped": None, "started": NOW, "now": NOW}
    return look_back.choose(**usual | more)


def test_a_range_is_looked_at_but_for_the_days_that_are_done():
    found = choose(day(WEEK[2], looked_at=YESTERDAY, closed_at=YESTERDAY))

    assert found.next.step is Step.RUN
    assert list(found.next.days) == [*WEEK[:2], *WEEK[3:]]
    assert found.summary == "0 days looked at, 1 closed"


def test_a_day_that_another_execution_works_on_is_left_to_it_unless_that_has_ended():
    held = day(WEEK[0], lock_holder="arn:other", lock_taken_at=NOW.isoformat())
    long_ago = held | {"lock_taken_at": YESTERDAY}

    assert WEEK[0] not in choose(held, running=True).next.days
    assert "1 in use by another execution" in choose(held, running=True).summary
    assert WEEK[0] in choose(held, running=False).next.days
    assert WEEK[0] in choose(long_ago, running=True).next.days


def test_a_backfill_leaves_the_mornings_their_calls_and_then_waits_for_the_next_day():
    last_calls = used(provider_calls=68)

    assert len(choose(last_calls).next.days) == 2
    assert len(choose(last_calls, asked=MORNING).next.days) == 4
    waiting = choose(used(provider_calls=72))
    assert (waiting.next.step, waiting.next.until) == (
        Step.WAIT,
        datetime(2026, 1, 12, 0, 5, tzinfo=UTC),
    )


def test_days_behind_a_cap_are_waited_for_by_a_backfill_as_long_as_it_helps():
    rows = [day(one, looked_at=YESTERDAY, closed_at=YESTERDAY) for one in WEEK[1:]]
    paused = day(WEEK[0], looked_at=NOW.isoformat(), unsettled=1, paused=1)
    looked = Progress().after([Outcome(WEEK[0].isoformat(), "looked")])

    first = choose(*rows, paused, used(**CAP_REACHED), progress=looked)
    tomorrow = NOW + timedelta(days=1)
    second = choose(*rows, paused, progress=first.progress, now=tomorrow)
    third = choose(*rows, paused, progress=second.progress.after([Outcome("2026-01-04", "looked")]))

    assert first.next.step is Step.WAIT
    assert "waiting for room under the caps until 2026-01-12 00:05 UTC" in first.summary
    assert list(second.next.days) == [WEEK[0]]
    assert third.next.step is Step.DONE
    assert "1 with work that waits for a cap on spending" in third.summary


def test_a_morning_goes_on_with_old_work_behind_a_cap_only_when_there_is_room():
    old = date(2025, 3, 1)
    paused = day(old, looked_at=YESTERDAY, unsettled=1, paused=1)

    assert old in choose(paused, asked=MORNING).next.days
    assert old not in choose(paused, used(**CAP_REACHED), asked=MORNING).next.days


def test_what_stopped_a_round_ends_the_execution_in_failure():
    failed = Progress().after([Outcome("2026-01-04", "failed", "ProviderRefusedKey: no such key")])

    found = choose(progress=failed, stopped="States.ExceedToleratedFailureThreshold")

    assert (found.next.step, found.succeeded) == (Step.DONE, False)
    assert "7 left, stopped, since too many failed" in found.summary
