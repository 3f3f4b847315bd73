from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.moments import in_utc, parse_moment, stamp
from gameday.request import UsageError

NOW = datetime(2026, 1, 11, 14, 40, 5, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-01-11T14:30:00Z", "2026-01-11 14:30:00"),
        ("2026-01-11 14:30", "2026-01-11 14:30:00"),
        ("2026-01-11T09:30:00-05:00", "2026-01-11 14:30:00"),
        ("2026-01-11", "2026-01-11 00:00:00"),
        ("now", "2026-01-11 14:40:05"),
        ("90s ago", "2026-01-11 14:38:35"),
        ("2h ago", "2026-01-11 12:40:05"),
        ("1 hour ago", "2026-01-11 13:40:05"),
        ("3 days ago", "2026-01-08 14:40:05"),
        (" 2w ago ", "2025-12-28 14:40:05"),
    ],
)
def test_a_moment_is_understood_in_utc(typed: str, moment: str):
    assert in_utc(parse_moment(typed, NOW)) == f"{moment} UTC"


@pytest.mark.parametrize("typed", ["", "yesterday", "3 months ago", "2h", "2026-13-01", "ago"])
def test_what_is_no_moment_is_refused_with_an_example(typed: str):
    with pytest.raises(UsageError, match="2h ago"):
        parse_moment(typed, NOW)


def test_a_moment_to_come_is_refused():
    with pytest.raises(UsageError, match="still to come; it is 2026-01-11 14:40:05 UTC"):
        parse_moment("2026-01-11T15:00", NOW)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_moment_or_a_usage_error(typed: str):
    try:
        found = parse_moment(typed, NOW)
    except UsageError:
        return
    assert found <= NOW and found.tzinfo is UTC and found.microsecond == 0


@given(st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)))
def test_a_moment_typed_in_full_is_that_moment(moment: datetime):
    moment = moment.replace(tzinfo=UTC, microsecond=0)

    assert parse_moment(moment.isoformat(), NOW) == moment
    assert stamp(moment) == moment.strftime("%Y%m%dt%H%M%S")


@given(st.integers(0, 999_999))
def test_so_many_seconds_ago_is_that_moment(seconds: int):
    found = parse_moment(f"{seconds}s ago", NOW)

    assert found == (NOW - timedelta(seconds=seconds)).replace(microsecond=0)
