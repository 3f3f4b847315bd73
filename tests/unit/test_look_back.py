"""An execution of LookBack: what it is asked for, how it goes on, and what it says at its end."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.errors import InvalidInput
from lambdas.highlights.season.asked import MOST_DAYS, Backfill, Scheduled, asked_of
from lambdas.highlights.season.caps import Caps
from lambdas.highlights.season.progress import Outcome, Progress, outcomes_of, result_files
from lambdas.highlights.season.rounds import (
    Calls,
    Next,
    Step,
    kept_back,
    next_step,
    room_again,
    summary,
    tolerated,
)

ZONE = "America/New_York"
NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(10)]
MIDNIGHT = datetime(2026, 1, 12, 0, 5, tzinfo=UTC)


def test_a_schedule_looks_on_the_morning_of_its_own_time_zone():
    late = {"league": "NCAA", "scheduled_time": "2026-01-11T03:00:00Z"}

    assert asked_of(late, ZONE, NOW) == Scheduled("NCAA", date(2026, 1, 10))


def test_a_person_asks_for_a_range_with_both_its_ends():
    given_input = {"league": "NCAA", "from": "2026-01-09", "to": "2026-01-10"}

    assert asked_of(given_input, ZONE, NOW) == Backfill("NCAA", DAYS[8], DAYS[9])


@pytest.mark.parametrize(
    ("given_input", "words"),
    [
        ([], "no JSON object"),
        ({"from": "2026-01-01", "to": "2026-01-02"}, "league is None"),
        ({"league": "NCAA", "from": "2026-01-01"}, "'to' is None"),
        ({"league": "NCAA", "from": "1/1/2026", "to": "2026-01-02"}, "'from' is '1/1/2026'"),
        ({"league": "NCAA", "from": "2026-02-30", "to": "2026-01-02"}, "'2026-02-30'"),
        ({"league": "NCAA", "from": "2026-01-05", "to": "2026-01-02"}, "turn the two round"),
        ({"league": "NCAA", "from": "2026-01-05", "to": "2026-01-11"}, "at most yesterday"),
        ({"league": "NCAA", "from": "2020-01-01", "to": "2026-01-01"}, f"at most {MOST_DAYS}"),
        ({"league": "NCAA", "scheduled_time": "2026-01-11T14:30:00"}, "with its offset"),
        ({"league": "NCAA", "scheduled_time": 5}, "scheduled_time is 5"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(given_input, words):
    with pytest.raises(InvalidInput, match=words.replace("(", r"\(")):
        asked_of(given_input, ZONE, NOW)


def step(days, calls, *, may_wait=True, started=NOW):
    return next_step(days, calls, may_wait=may_wait, started=started, now=NOW)


def test_only_as_many_days_are_begun_as_there_are_calls_for():
    assert step(DAYS, Calls(80, MIDNIGHT)) == Next(Step.RUN, tuple(DAYS))
    assert step(DAYS, Calls(6, MIDNIGHT)) == Next(Step.RUN, tuple(DAYS[:3]), left=7)
    assert step([], Calls(0, MIDNIGHT)) == Next(Step.DONE)


def test_without_calls_a_backfill_waits_and_a_morning_leaves_the_rest_to_the_next():
    assert step(DAYS, Calls(0, MIDNIGHT)) == Next(Step.WAIT, until=MIDNIGHT, left=10)
    assert step(DAYS, Calls(0, MIDNIGHT), may_wait=False) == Next(Step.DONE, left=10)


def test_a_morning_that_takes_too_long_ends():
    long_ago = NOW - timedelta(hours=13)

    assert step(DAYS, Calls(80, MIDNIGHT), may_wait=False, started=long_ago).step is Step.DONE
    assert step(DAYS, Calls(80, MIDNIGHT), started=long_ago).step is Step.RUN


@pytest.mark.parametrize(
    ("used", "left"),
    [
        ({}, 72),
        ({"provider_calls": 70}, 2),
        ({"provider_calls": 100}, 0),
        ({"provider_calls": 10, "calls_left": 30}, 22),
        ({"calls_left": 0}, 0),
    ],
)
def test_calls_are_left_of_the_budget_and_of_the_providers_own_quota(used, left):
    assert Calls.of(used, 80, 8, NOW) == Calls(left, MIDNIGHT)


def test_a_blocked_provider_is_waited_for_until_it_said():
    until = datetime(2026, 1, 11, 18, 0, tzinfo=UTC)

    calls = Calls.of({"blocked_until": until.isoformat()}, 80, 0, NOW)

    assert (calls.left, calls.until) == (0, until + timedelta(minutes=5))
    assert Calls.of({"blocked_until": NOW.isoformat()}, 80, 0, NOW).left == 80


@given(st.integers(1, 500), st.integers(1, 20), st.integers(1, 14))
def test_a_backfill_leaves_calls_to_the_mornings_and_is_never_left_without(budget, leagues, days):
    kept = kept_back(budget, leagues, days)

    assert kept <= 2 * (days + 1) * leagues
    assert Calls.of({}, budget, kept, NOW).left >= 1
    assert step(DAYS, Calls.of({}, budget, kept, NOW)).step is Step.RUN


def test_one_bad_day_stops_no_round_and_a_wrong_key_each_soon():
    assert [tolerated(days) for days in (1, 4, 19, 40)] == [1, 1, 1, 4]


def description(error: str, cause: str) -> str:
    return json.dumps({"ExecutionArn": "arn:x", "Status": "FAILED", "Error": error, "Cause": cause})


RESULTS = [
    {"Status": "SUCCEEDED", "Output": json.dumps({"date": d, "outcome": what, "reason": why})}
    for d, what, why in (
        ("2026-01-01", "looked", "2 playable"),
        ("2026-01-02", "no_calls", description("ProviderBudgetSpent", "{}")),
        ("2026-01-03", "unfinished", description("RerunNeeded", "1 playable, 1 failed")),
    )
] + [
    {
        "Status": "FAILED",
        "Input": json.dumps({"date": "2026-01-04"}),
        "Error": "States.TaskFailed",
        "Cause": description("ProviderRefusedKey", json.dumps({"errorMessage": "no such key"})),
    },
    {"Status": "ABORTED", "Input": json.dumps({"date": "2026-01-05"})},
]


def test_what_came_of_each_day_is_read_from_the_files_of_the_map_run():
    assert outcomes_of(RESULTS) == [
        Outcome("2026-01-01", "looked", "looked: 2 playable"),
        Outcome("2026-01-02", "no_calls", "ProviderBudgetSpent: {}"),
        Outcome("2026-01-03", "unfinished", "RerunNeeded: 1 playable, 1 failed"),
        Outcome("2026-01-04", "failed", "ProviderRefusedKey: no such key"),
        Outcome("2026-01-05", "failed", "ABORTED"),
    ]


def test_pending_children_are_no_tries():
    files = {"SUCCEEDED": [{"Key": "a"}], "FAILED": [{"Key": "b"}], "PENDING": [{"Key": "c"}]}

    assert result_files(json.dumps({"ResultFiles": files})) == ["a", "b"]


@pytest.mark.parametrize("tried", ["", "null", "{}", "Test"])
def test_a_manifest_that_only_tried_the_bucket_names_no_results(tried):
    assert result_files(tried) == []


def test_a_day_is_tried_twice_and_a_try_without_calls_is_none():
    progress = Progress()
    for _ in range(2):
        assert all(progress.may_try(day) for day in DAYS[1:])
        progress = Progress.of(json.loads(json.dumps(progress.after(outcomes_of(RESULTS)).state())))

    assert [day.day for day in DAYS if not progress.may_try(day)] == [1, 3, 4, 5]
    assert progress.looked == {"2026-01-01"}
    assert progress.failed_days == {date(2026, 1, day) for day in (3, 4, 5)}
    assert progress.after([Outcome("2026-01-04", "looked")]).failed_days == {DAYS[2], DAYS[4]}


@pytest.mark.parametrize("reason", ["x" * 500, "\N{BASKETBALL AND HOOP}" * 500])
def test_progress_fits_an_executions_state_whatever_failed(reason):
    days = [(date(2025, 1, 1) + timedelta(days=n)).isoformat() for n in range(MOST_DAYS)]

    state = Progress().after(Outcome(day, "failed", reason) for day in days).state()

    assert len(json.dumps(state, ensure_ascii=False).encode()) < 262_144


def test_a_summary_says_what_is_done_what_failed_and_what_is_left():
    progress = Progress(frozenset("abc"), {"2026-01-04": (2, "ProviderRefusedKey: no such key")})
    stopped = "States.ExceedToleratedFailureThreshold"

    text = summary(Next(Step.DONE, left=5), progress, in_use=1, paused=2, closed=2, stopped=stopped)

    assert text == (
        "3 days looked at, 2 closed, 1 failed (2026-01-04: ProviderRefusedKey: no such key), "
        "1 in use by another execution, 2 with work that waits for a cap on spending, 5 left, stopped, since too many failed"
    )
    waiting = Next(Step.WAIT, until=MIDNIGHT, left=5)
    assert summary(
        waiting, Progress(frozenset("a")), in_use=0, paused=0, closed=1, stopped=None
    ) == (
        "1 day looked at, 1 closed, 5 left, waiting for provider calls until 2026-01-12 00:05 UTC"
    )


def test_days_behind_a_cap_are_tried_again_after_a_wait_as_long_as_that_is_of_use():
    progress = Progress(looked=frozenset(day.isoformat() for day in DAYS))
    assert progress.may_wait_for_room(3)

    progress = Progress.of(progress.waiting_for_room(DAYS[:3]).state())

    assert [day for day in DAYS if progress.may_try(day)] == DAYS[:3]
    assert [progress.may_wait_for_room(paused) for paused in (0, 2, 3)] == [False, True, False]


HOURS = Caps.of(transcode_minutes_per_day=60, transcode_minutes_per_month=600)
HELD_BACK = {"transcode_seconds_reached_at": NOW.isoformat()}


@pytest.mark.parametrize(
    ("today", "month", "again"),
    [
        ({}, {}, None),
        ({"transcode_seconds": 3590}, {"transcode_seconds": 3590}, None),
        ({"transcode_seconds": 3590, **HELD_BACK}, {"transcode_seconds": 3590}, MIDNIGHT),
        ({}, {"transcode_seconds": 35990, **HELD_BACK}, datetime(2026, 2, 1, 0, 5, tzinfo=UTC)),
        ({}, {"transcode_seconds": 20000, **HELD_BACK}, None),
    ],
)
def test_there_is_room_again_when_the_cap_that_held_work_back_begins_anew(today, month, again):
    assert room_again(today, month, HOURS, NOW) == again
    assert room_again(today, month, Caps(), NOW) is None
