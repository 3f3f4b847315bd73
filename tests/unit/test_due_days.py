"""Which game days are due: none that may still have a clip is left out, none is asked in vain."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.season.due import (
    LONGEST_GAP,
    LONGEST_OPEN,
    LONGEST_PAUSE,
    Calendar,
    days_of_range,
    due_days,
    first_of_interest,
    in_order,
)

EVERY_DAY = Calendar(frozenset(range(7)), frozenset(range(1, 13)))
TODAY = date(2026, 1, 11)
NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
A_WHILE_AGO = (NOW - timedelta(hours=23)).isoformat()
JUST_NOW = (NOW - timedelta(minutes=30)).isoformat()


def before(days: int) -> date:
    return TODAY - timedelta(days=days)


def due(known: dict[date, dict], **other: object) -> list[date]:
    usual = {"look_back_days": 3, "calendar": EVERY_DAY, "room": True}
    return due_days(known, today=TODAY, now=NOW, **usual | other)


def test_at_first_the_window_is_due_and_nothing_else_the_newest_day_first():
    assert due({}) == [before(1), before(2), before(3), before(4)]


def test_a_closed_day_is_due_no_more():
    known = {before(n): {"looked_at": A_WHILE_AGO, "closed_at": A_WHILE_AGO} for n in (1, 3)}

    assert due(known) == [before(2), before(4)]


def test_a_day_that_was_just_looked_at_is_left_alone_unless_it_has_work_left():
    known = {
        before(1): {"looked_at": JUST_NOW, "unsettled": 0},
        before(2): {"looked_at": JUST_NOW, "unsettled": 2},
        before(3): {"looked_at": JUST_NOW, "unsettled": 0, "lock_holder": "a killed execution"},
        before(4): {"looked_at": A_WHILE_AGO, "unsettled": 0},
    }

    assert due(known) == [before(2), before(3), before(4)]


def test_an_older_day_is_due_while_it_is_open_for_some_weeks():
    known = {before(n): {"looked_at": A_WHILE_AGO} for n in range(1, LONGEST_OPEN + 5)}

    assert due(known)[-1] == before(LONGEST_OPEN)


def test_days_of_an_outage_are_due_though_it_was_long():
    known = {
        before(40): {"looked_at": A_WHILE_AGO, "closed_at": A_WHILE_AGO},
        before(39): {"lock_holder": "of one that never got to ask"},
    }

    assert due(known) == [before(n) for n in range(1, 40)]


def test_days_before_the_first_look_are_for_a_backfill():
    known = {before(LONGEST_GAP + 1): {"looked_at": A_WHILE_AGO, "closed_at": A_WHILE_AGO}}

    assert due(known) == [before(n) for n in range(1, 5)]


def test_work_behind_a_cap_is_due_however_old_once_there_is_room():
    old = before(LONGEST_PAUSE)
    known = {old: {"looked_at": A_WHILE_AGO, "unsettled": 1, "paused": 1}}

    assert old in due(known)
    assert old not in due(known, room=False)
    assert first_of_interest(TODAY) == old


def test_days_on_which_nobody_plays_are_not_asked_about():
    saturdays = Calendar(frozenset({5}), frozenset({1}))

    assert due({}, look_back_days=14, calendar=saturdays) == [date(2026, 1, 10), date(2026, 1, 3)]
    assert due({}, calendar=Calendar(frozenset(range(7)), frozenset({2}))) == []


def test_a_backfill_takes_its_whole_range_but_what_is_closed_the_oldest_day_first():
    known = {before(8): {"closed_at": A_WHILE_AGO}, before(7): {"looked_at": A_WHILE_AGO}}

    found = days_of_range(known, first=before(9), last=before(6), now=NOW)

    assert found == [before(9), before(7), before(6)]


def test_days_that_failed_come_last_in_the_order_of_the_others():
    days = [before(4), before(3), before(2)]

    assert in_order(days, {before(4)}) == [before(3), before(2), before(4)]


calendars = st.builds(
    Calendar,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.integers(1, 12), min_size=1),
)


@given(
    calendars,
    st.integers(1, 14),
    st.lists(st.booleans(), min_size=30, max_size=90),
    st.sets(st.integers(0, 60)),
)
def test_whatever_mornings_are_missed_every_game_day_is_looked_at_until_it_is_closed(
    calendar, look_back_days, mornings, stubborn
):
    """mornings: whether the schedule comes. stubborn: days that close a week later than others."""
    start, known = date(2025, 11, 3), {}
    looked_on: dict[date, list[date]] = {}
    caught_up = [True] * (look_back_days + 12)
    for number, comes in enumerate([True, *mornings, *caught_up]):
        today = start + timedelta(days=number)
        if not comes:
            continue
        now = datetime.combine(today, time(14, 30), UTC)
        found = due_days(
            known,
            today=today,
            look_back_days=look_back_days,
            calendar=calendar,
            room=True,
            now=now,
        )
        assert found == sorted(set(found), reverse=True)
        for day in found:
            assert day < today
            assert "closed_at" not in known.get(day, {})
            looked_on.setdefault(day, []).append(today)
            known[day] = {"looked_at": now.isoformat(), "unsettled": 0}
            late = 7 if (day - start).days in stubborn else 0
            if today > day + timedelta(days=look_back_days + late):
                known[day]["closed_at"] = now.isoformat()

    first = min(known, default=None)
    for number in range(len(mornings)):
        day = start + timedelta(days=number)
        if first and day >= first and calendar.has(day):
            assert "closed_at" in known[day], day
    assert all(calendar.has(day) for day in looked_on)
