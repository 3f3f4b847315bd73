"""What an execution of LookBack is asked for, by its input."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lambdas.highlights.errors import InvalidInput
from lambdas.highlights.game_day import LEAGUE_NAME

# A season of all leagues of the world ends within a year; more is a slip of the hand.
MOST_DAYS = 400


@dataclass(frozen=True)
class Scheduled:
    """The look of a morning; `today` is its date in the vault's time zone."""

    league: str
    today: date


@dataclass(frozen=True)
class Backfill:
    """A range of game days, both ends included."""

    league: str
    first: date
    last: date


def asked_of(execution_input: Any, time_zone: str, now: datetime) -> Scheduled | Backfill:
    """`{"league", "scheduled_time": ISO 8601}` or `{"league", "from", "to": "YYYY-MM-DD"}`.

    Raises InvalidInput, also for a range that is the wrong way round, longer than MOST_DAYS, or
    not over yet: the last day may be yesterday in `time_zone`, since today's games are not played.
    """
    if not isinstance(execution_input, dict):
        raise InvalidInput('the input is no JSON object; give {"league", "from", "to"}')
    league = execution_input.get("league")
    if not isinstance(league, str) or not LEAGUE_NAME.fullmatch(league):
        raise InvalidInput(
            f'the input\'s league is {league!r}; give its name, as {{"league": "NCAA", ...}}'
        )
    # Here, because only these functions need it and importing it takes 2 ms.
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(time_zone)
    if "scheduled_time" in execution_input:
        moment = _moment(execution_input["scheduled_time"])
        return Scheduled(league, moment.astimezone(zone).date())
    first, last = (_day(execution_input, end) for end in ("from", "to"))
    problem = problem_of_range(first, last, now.astimezone(zone).date())
    if problem:
        raise InvalidInput(problem)
    return Backfill(league, first, last)


def problem_of_range(first: date, last: date, today: date) -> str | None:
    """What is wrong with a range of days to backfill, as a sentence; None when nothing is."""
    if first > last:
        return f"the range is from {first} to {last}, which is before it; turn the two round"
    if last >= today:
        yesterday = today - timedelta(days=1)
        return f"{last} is not over yet; give at most yesterday, {yesterday}"
    days = (last - first).days + 1
    if days > MOST_DAYS:
        return f"the range is {days:,} days long; give at most {MOST_DAYS} at a time"
    return None


def _day(execution_input: dict[str, Any], end: str) -> date:
    value = execution_input.get(end)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidInput(f"the input's {end!r} is {value!r}; give a calendar day as YYYY-MM-DD")


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(
            f"the input's scheduled_time is {value!r}; give an ISO 8601 moment with its offset"
        ) from None
