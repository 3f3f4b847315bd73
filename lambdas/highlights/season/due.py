"""Which game days are due: those that may still have something to keep.

A day that was closed, see `days.py`, is never due again. Of the others a scheduled look takes

* those of the window, in which clips may still appear;
* those that are older and open, such as one with a video that fails, for some weeks, and as long
  as work on them waits for a cap on spending;
* those that nobody ever looked at, such as the days of an outage, for half a year;

and a backfill takes all of its range. A day that was looked at a moment ago and has nothing left
to do is left alone, so that two looks at nearly the same time cost one provider call each day.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lambdas.highlights.season.days import is_fresh

# Longer than anything that passes by itself; what is open after that needs a person.
LONGEST_OPEN = 30  # days
# A season. Days of an earlier one are not asked for unless somebody names them.
LONGEST_GAP = 183  # days
# Two seasons: a backfill of the one before may be held back by a cap.
LONGEST_PAUSE = 600  # days

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Calendar:
    """When games are played. weekdays: as date.weekday() has them. months: 1 to 12."""

    weekdays: frozenset[int]
    months: frozenset[int]

    def has(self, day: date) -> bool:
        """Whether games may be played on `day`."""
        return day.weekday() in self.weekdays and day.month in self.months


def due_days(
    known: Mapping[date, Item],
    *,
    today: date,
    look_back_days: int,
    calendar: Calendar,
    room: bool,
    now: datetime,
) -> list[date]:
    """The days that the look of the morning `today` is due for, the newest first.

    known: items of days, as the season table has them, by date, back to `first_of_interest`. room:
    whether no cap on spending is reached.
    """
    yesterday = today - timedelta(days=1)
    # The last of a window's looks is on the morning after: a game may end in the evening.
    window = {yesterday - timedelta(days=n) for n in range(look_back_days + 1)}
    open_since = today - timedelta(days=LONGEST_OPEN)
    days = {day for day in window if calendar.has(day)}
    days |= {
        day
        for day, item in known.items()
        if day <= yesterday and (day >= open_since or (room and is_paused(item)))
    }
    days |= _gaps(known, today, calendar)
    return sorted((day for day in days if is_due(known.get(day), now)), reverse=True)


def first_of_interest(today: date) -> date:
    """The earliest day that a scheduled look asks about."""
    return today - timedelta(days=LONGEST_PAUSE)


def days_of_range(
    known: Mapping[date, Item], *, first: date, last: date, now: datetime
) -> list[date]:
    """The days from `first` to `last` that a backfill is due for, the oldest first."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if is_due(known.get(day), now)]


def is_due(day: Item | None, now: datetime) -> bool:
    """Whether a look at the day may find something to do.

    A day whose lock is held was begun and not finished, however fresh that look is.
    """
    if day is None or is_held(day):
        return True
    return not (day.get("closed_at") or is_fresh(day, now))


def is_paused(day: Item) -> bool:
    """Whether work of the day waits for a cap on spending to be lifted."""
    return bool(day.get("paused"))


def is_held(day: Item) -> bool:
    """Whether an execution works on the day, or was ended while it did."""
    return "lock_holder" in day


def in_order(days: Iterable[date], put_off: Container[date]) -> list[date]:
    """`days` with those that failed already at the end, so that one bad day delays no other."""
    return sorted(days, key=lambda day: day in put_off)


def _gaps(known: Mapping[date, Item], today: date, calendar: Calendar) -> set[date]:
    """Days without a look between the first that is known and today."""
    earliest = today - timedelta(days=LONGEST_GAP)
    looked = [day for day, item in known.items() if day >= earliest and item.get("looked_at")]
    if not looked:
        return set()
    first = min(looked)
    between = (first + timedelta(days=n) for n in range((today - first).days))
    return {day for day in between if calendar.has(day) and not _was_looked_at(known.get(day))}


def _was_looked_at(day: Item | None) -> bool:
    return day is not None and bool(day.get("looked_at"))
