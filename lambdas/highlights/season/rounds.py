"""What an execution of LookBack does next: look at some days, wait for provider calls, or end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from lambdas.highlights.season.caps import Caps, Kind, moment_in_words, next_day, next_month
from lambdas.highlights.season.progress import Progress

# Of a day of games: one for the list of games, one for the list of highlights.
CALLS_A_DAY = 2
# A scheduled look that is still not through then leaves the rest to the next morning's.
LONGEST_MORNING = timedelta(hours=12)
# The provider's clock may be behind: what is asked in a day's first minutes may count for the last.
AFTER_MIDNIGHT = timedelta(minutes=5)
NEARLY = 0.9  # of a cap; the next video may need more than what is left
DAYS_NAMED = 3  # of those that failed, with why


class Step(StrEnum):
    """run: look at the days. wait: until provider calls are left again. done: to the end."""

    RUN = "run"
    WAIT = "wait"
    DONE = "done"


@dataclass(frozen=True)
class Next:
    """days: to look at, in order. until: when to ask again, of a wait. left: days not begun."""

    step: Step
    days: tuple[date, ...] = ()
    until: datetime | None = None
    left: int = 0


@dataclass(frozen=True)
class Calls:
    """Provider calls that may be made now, and when there are more."""

    left: int
    until: datetime

    @classmethod
    def of(cls, used: Mapping[str, Any], budget: int, kept_back: int, now: datetime) -> "Calls":
        """From the day's counters, see `usage.Usage.day`.

        budget: what the vault may ask a day by itself. kept_back: calls of these for others.
        """
        left = budget - kept_back - int(used.get("provider_calls", 0))
        until = next_day(now) + AFTER_MIDNIGHT
        blocked_until = used.get("blocked_until")
        if blocked_until and datetime.fromisoformat(blocked_until) > now:
            return cls(0, datetime.fromisoformat(blocked_until) + AFTER_MIDNIGHT)
        if used.get("calls_left") is not None:
            left = min(left, int(used["calls_left"]) - kept_back)
        return cls(max(0, left), until)


def kept_back(budget: int, leagues: int, look_back_days: int) -> int:
    """Calls that a backfill leaves to the day's scheduled looks: what they need, or half.

    Without them a backfill of days would take every call in the first hour of each, and the
    mornings of the season would find none.
    """
    return min(budget // 2, CALLS_A_DAY * (look_back_days + 1) * leagues)


def next_step(
    days: Sequence[date], calls: Calls, *, may_wait: bool, started: datetime, now: datetime
) -> Next:
    """What to do about `days`, which are due, in order.

    may_wait: a backfill waits for the next day's calls; a scheduled look leaves what is left to
    the next morning's, also when it took too long already.
    """
    if not days:
        return Next(Step.DONE)
    if not may_wait and now - started > LONGEST_MORNING:
        return Next(Step.DONE, left=len(days))
    # One call may do for a day whose games are known already.
    room = (calls.left + 1) // CALLS_A_DAY
    if room:
        return Next(Step.RUN, days=tuple(days[:room]), left=len(days[room:]))
    if may_wait:
        return Next(Step.WAIT, until=calls.until, left=len(days))
    return Next(Step.DONE, left=len(days))


def room_again(
    used_today: Mapping[str, Any], used_this_month: Mapping[str, Any], caps: Caps, now: datetime
) -> datetime | None:
    """When there is room again under the caps on spending; None when there is now.

    A cap counts as reached once something was held back by it and little of it is left: of one
    that was raised since, more is.
    """
    if _is_reached(used_this_month, {kind: caps.cap(kind).month for kind in Kind}):
        return next_month(now) + AFTER_MIDNIGHT
    if _is_reached(used_today, {kind: caps.cap(kind).day for kind in Kind}):
        return next_day(now) + AFTER_MIDNIGHT
    return None


def _is_reached(used: Mapping[str, Any], most: Mapping[Kind, int]) -> bool:
    return any(
        f"{kind}_reached_at" in used and int(used.get(kind, 0)) >= cap * NEARLY
        for kind, cap in most.items()
        if cap
    )


def summary(
    chosen: Next, progress: Progress, *, in_use: int, paused: int, closed: int, stopped: str | None
) -> str:
    """How far it is, as a sentence without a full stop.

    paused: days with work behind a cap. closed: days of those asked for that need no look any
    more. stopped: the error by which the last round was stopped.
    """
    parts = [f"{_days(len(progress.looked))} looked at", f"{closed} closed"]
    if progress.failed:
        named = "; ".join(f"{day}: {why}" for day, (_, why) in _first(progress.failed))
        parts.append(f"{len(progress.failed)} failed ({named})")
    if in_use:
        parts.append(f"{in_use} in use by another execution")
    if paused:
        parts.append(f"{paused} with work that waits for a cap on spending")
    if chosen.left:
        parts.append(f"{chosen.left} left")
    if stopped:
        parts.append("stopped, since too many failed" if _too_many(stopped) else f"({stopped})")
    if chosen.until:
        for_what = "provider calls" if chosen.left else "room under the caps"
        parts.append(f"waiting for {for_what} until {moment_in_words(chosen.until)}")
    return ", ".join(parts)


def _first(failed: Mapping[str, tuple[int, str]]) -> list[tuple[str, tuple[int, str]]]:
    return sorted(failed.items())[:DAYS_NAMED]


def _too_many(error: str) -> bool:
    return error == "States.ExceedToleratedFailureThreshold"


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


def tolerated(days: int) -> int:
    """How many days of a round may fail: never does one bad day stop it, soon does a wrong key."""
    return max(1, days // 10)
