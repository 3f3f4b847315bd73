"""What is counted is counted once, and no cap is exceeded, whoever else counts at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.errors import ProviderBudgetSpent, ProviderQuotaExceeded
from lambdas.highlights.season.caps import Cap, Caps, Kind
from lambdas.highlights.season.provider_budget import ProviderBudget, is_a_persons
from lambdas.highlights.season.usage import Usage
from tests.unit.fakes.sorted_table import SortedTable

NOW = datetime(2026, 1, 31, 14, 30, tzinfo=UTC)
TODAY = NOW.date()
TRANSCODE, BYTES = Kind.TRANSCODE_SECONDS, Kind.STORED_BYTES


def minutes(day: int = 0, month: int = 0) -> Caps:
    return Caps.of(transcode_minutes_per_day=day, transcode_minutes_per_month=month)


def test_what_was_never_counted_is_zero():
    usage = Usage(SortedTable())

    nothing = {"provider_calls": 0, "transcode_seconds": 0, "stored_bytes": 0}
    assert usage.day(TODAY) == nothing
    assert usage.month("2026-01") == nothing


@given(
    wanted=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400)), max_size=30),
    day=st.integers(0, 10),
    month=st.integers(0, 10),
)
def test_no_cap_is_exceeded_and_a_retry_counts_once(
    wanted: list[tuple[int, int]], day: int, month: int
):
    usage, granted = Usage(SortedTable()), {}
    for highlight, seconds in wanted:
        if usage.reserve(TRANSCODE, str(highlight), seconds, minutes(day, month), NOW) is None:
            granted.setdefault(highlight, seconds)

    used = usage.day(TODAY)["transcode_seconds"]
    assert used == usage.month("2026-01")["transcode_seconds"] == sum(granted.values())
    assert used <= min((cap * 60 for cap in (day, month) if cap), default=used)


def test_those_who_reserve_at_once_share_what_there_is():
    usage = Usage(SortedTable())

    def reserve(number: int) -> bool:
        return usage.reserve(TRANSCODE, str(number % 40), 60, minutes(day=25), NOW) is None

    with ThreadPoolExecutor(16) as pool:
        granted = list(pool.map(reserve, range(80)))

    assert usage.day(TODAY)["transcode_seconds"] == 25 * 60
    assert 25 <= sum(granted) <= 50  # each of 25 once, and again where its retry came later


def test_a_refusal_names_the_cap_and_when_it_goes_on_and_is_the_first_once():
    usage = Usage(SortedTable())
    assert usage.reserve(TRANSCODE, "1", 170, minutes(day=3), NOW) is None

    first = usage.reserve(TRANSCODE, "2", 30, minutes(day=3), NOW)
    second = usage.reserve(TRANSCODE, "3", 30, minutes(day=3), NOW)

    assert first.reason == (
        "transcoding is paused: 2.8 of 3 minutes of transcode_minutes_per_day are used; it goes on "
        "at 2026-02-01 00:00 UTC, or with a larger transcode_minutes_per_day"
    )
    assert (first.is_first, second.is_first) == (True, False)
    assert usage.day(TODAY)["transcode_seconds_reached_at"] == "2026-01-31T14:30:00.000000+00:00"
    assert usage.reserve(TRANSCODE, "2", 30, minutes(day=3), NOW + timedelta(days=1)) is None


def test_the_months_cap_lasts_to_its_end_in_utc():
    usage, caps = Usage(SortedTable()), minutes(month=1)
    late = datetime(2026, 1, 31, 18, 59, tzinfo=timezone(timedelta(hours=-5)))
    assert usage.reserve(TRANSCODE, "1", 60, caps, datetime(2026, 1, 3, tzinfo=UTC)) is None

    assert "2026-02-01 00:00 UTC" in str(usage.reserve(TRANSCODE, "2", 10, caps, late))
    assert usage.reserve(TRANSCODE, "2", 10, caps, late + timedelta(minutes=1)) is None
    assert usage.month("2026-02")["transcode_seconds"] == 10


def test_a_video_over_the_whole_cap_waits_for_a_larger_one():
    refusal = Usage(SortedTable()).reserve(TRANSCODE, "1", 61, minutes(day=1), NOW)

    assert "goes on with a larger transcode_minutes_per_day" in str(refusal)


def test_a_download_that_has_its_bytes_already_may_go_on_when_nothing_else_may_begin():
    usage, caps = Usage(SortedTable()), Caps(stored_bytes=Cap(day=100))
    assert usage.room(BYTES, "1#video", caps, NOW) is None
    assert usage.reserve(BYTES, "1#video", 100, caps, NOW) is None

    assert usage.room(BYTES, "1#video", caps, NOW) is None
    assert "stored_gigabytes_per_day" in str(usage.room(BYTES, "2#video", caps, NOW))


def test_what_is_there_already_is_counted_whatever_the_cap():
    usage = Usage(SortedTable())
    for _ in range(2):
        usage.count(BYTES, "1#rendition", 7, NOW)

    assert usage.day(TODAY)["stored_bytes"] == 7


def test_marks_of_what_was_counted_go_by_themselves():
    table = SortedTable()
    Usage(table).count(BYTES, "1#rendition", 7, NOW)

    assert table.items["spent#2026-01-31", "stored_bytes#1#rendition"]["expires_at"] == int(
        datetime(2026, 2, 3, 14, 30, tzinfo=UTC).timestamp()
    )


@given(budget=st.integers(1, 8), calls=st.integers(0, 12))
def test_the_vault_makes_no_more_requests_than_its_budget(budget: int, calls: int):
    usage, made = Usage(SortedTable()), 0
    for _ in range(calls):
        try:
            usage.reserve_call(budget, NOW)
            made += 1
        except ProviderBudgetSpent:
            pass

    assert made == usage.day(TODAY)["provider_calls"] == min(budget, calls)


def test_a_spent_budget_says_when_it_goes_on_and_a_person_may_still_ask():
    usage = Usage(SortedTable())
    usage.reserve_call(1, NOW)

    with pytest.raises(ProviderBudgetSpent, match="goes on at 2026-02-01 00:00 UTC"):
        usage.reserve_call(1, NOW)
    usage.reserve_call(None, NOW)
    assert usage.day(TODAY)["provider_calls"] == 2
    usage.reserve_call(1, NOW + timedelta(days=1))


def test_no_request_is_made_while_the_providers_quota_is_used_up():
    usage = Usage(SortedTable())
    usage.note_quota(100, 0, NOW)

    with pytest.raises(ProviderQuotaExceeded, match="2026-02-01 00:00 UTC"):
        usage.reserve_call(80, NOW)
    usage.reserve_call(80, NOW + timedelta(hours=9, minutes=30))


def test_a_refusal_by_the_provider_stops_the_day_until_it_answers_a_person():
    moments = iter([NOW] * 9)
    usage = Usage(SortedTable())
    budget = ProviderBudget(usage, 80, lambda: next(moments))

    assert budget.used_up() == datetime(2026, 2, 1, tzinfo=UTC)
    with pytest.raises(ProviderQuotaExceeded, match="2026-02-01 00:00 UTC"):
        budget.before_call()
    persons = ProviderBudget(usage, None, lambda: NOW)
    persons.before_call()
    persons.after_call(None, None)
    budget.before_call()
    assert (budget.calls, usage.day(TODAY)["provider_calls"]) == (1, 2)


@given(limit=st.none() | st.integers(), left=st.none() | st.integers())
def test_a_quota_that_cannot_be_is_not_kept(limit: int | None, left: int | None):
    usage = Usage(SortedTable())
    usage.note_quota(limit, left, NOW)

    kept = usage.day(date(2026, 1, 31))
    for name, value in (("calls_limit", limit), ("calls_left", left)):
        assert kept.get(name) == (value if value is not None and 0 <= value <= 10**9 else None)


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ({"league": "NCAA", "date": "2026-01-10"}, True),
        ({"league": "NCAA", "date": "2026-01-10", "asked_by": "look-back-1"}, False),
        ({"league": "NCAA", "scheduled_time": "2026-01-11T14:30:00Z", "days_after": 1}, False),
    ],
)
def test_a_run_is_a_persons_unless_a_schedule_or_a_look_back_started_it(asked: dict, own: bool):
    assert is_a_persons(asked) is own
