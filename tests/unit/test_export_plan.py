"""The exports that are asked for hold every change, within DynamoDB's limits."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.export_layout import Export
from lambdas.highlights.export_plan import (
    LARGEST_WINDOW,
    LEAST_WINDOW,
    LONGEST_CHAIN,
    LONGEST_GAP,
    Plan,
    Window,
    plan_export,
)
from lambdas.highlights.table_export import newest_chain

NOW = datetime(2026, 1, 11, 14, 30, 0, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/clips"

gaps = st.timedeltas(min_value=SECOND, max_value=timedelta(days=4))


def export(until: datetime, since: datetime | None = None, table_id: str = "table-1") -> Export:
    return Export(f"{TABLE}/export/{until:%s}", TABLE, table_id, since, until, 0, "")


def test_the_first_export_holds_all_items():
    assert plan_export([], "table-1", NOW) == Plan(full=True)


def test_another_table_of_the_name_begins_anew():
    assert plan_export([export(NOW, table_id="table-0")], "table-1", NOW) == Plan(full=True)


def test_what_changed_goes_on_from_the_whole_second_in_which_the_last_export_ended():
    last = NOW - timedelta(hours=5)

    plan = plan_export([export(last)], "table-1", NOW)

    window = Window(last.replace(microsecond=0), NOW.replace(microsecond=0))
    assert plan == Plan(windows=(window,))


def test_soon_after_an_export_none_is_due():
    assert plan_export([export(NOW - LEAST_WINDOW + SECOND)], "table-1", NOW) == Plan()


def test_after_a_long_gap_all_items_are_cheaper():
    assert plan_export([export(NOW - LONGEST_GAP - SECOND)], "table-1", NOW) == Plan(full=True)


def test_a_long_chain_begins_anew():
    times = [NOW - number * timedelta(hours=1) for number in range(1, LONGEST_CHAIN + 1)]
    first = export(times[-1])
    chain = [export(until, since) for until, since in itertools.pairwise(times)] + [first]

    assert plan_export(chain, "table-1", NOW) == Plan(full=True)
    assert plan_export(chain[1:], "table-1", NOW).windows


@given(gaps)
def test_windows_follow_each_other_within_dynamodbs_limits(gap: timedelta):
    last = NOW - gap
    plan = plan_export([export(last)], "table-1", NOW)

    for window in plan.windows:
        assert LEAST_WINDOW <= window.until - window.since <= LARGEST_WINDOW
        assert window.since.microsecond == window.until.microsecond == 0
    if plan.windows:
        bounds = [window.since for window in plan.windows] + [plan.windows[-1].until]
        assert bounds == [plan.windows[0].since, *(window.until for window in plan.windows)]
        assert bounds[0] == last.replace(microsecond=0)
        assert bounds[-1] == NOW.replace(microsecond=0)


@given(st.lists(gaps, min_size=1, max_size=60), st.sets(st.integers(0, 200)))
def test_whatever_fails_the_next_plan_leaves_no_change_out(
    waits: list[timedelta], failing: set[int]
):
    """What was exported last always reaches back to a full export without a gap."""
    now, asked, exports = NOW, 0, []
    for wait in waits:
        now += wait
        plan = plan_export(exports, "table-1", now)
        wanted = [export(now)] if plan.full else []
        wanted += [export(one.until, one.since) for one in plan.windows]
        for one in wanted:
            if asked not in failing:
                exports.insert(0, one)
            asked += 1
        chain = newest_chain(exports, "table-1")
        all_written = not any(number in failing for number in range(asked - len(wanted), asked))
        if wanted and all_written:
            assert now - chain[-1].until < SECOND
            assert len(chain) <= LONGEST_CHAIN + 1
