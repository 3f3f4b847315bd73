"""Which league and game day a run is about."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lambdas.highlights.errors import InvalidInput

LEAGUE_NAME = re.compile(r"[A-Za-z0-9][\w .&'()-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class GameDay:
    """One league's day of games, in the time zone that the provider is asked in."""

    league: str
    date: date

    @property
    def folder(self) -> str:
        """`<league>/<date>` as the archive's keys hold it; safe in any key or path."""
        return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', self.league)}/{self.date.isoformat()}"


def game_day_of(execution_input: Any, time_zone: str) -> GameDay:
    """The game day that an execution's input names.

    Either `{"league", "date": "YYYY-MM-DD"}`, as a person writes it, or `{"league",
    "scheduled_time": ISO 8601, "days_after": int}`, as a schedule of your own may: the game day is
    then that many days before the scheduled moment's day in `time_zone`. Raises InvalidInput.
    """
    if not isinstance(execution_input, dict):
        raise InvalidInput('the input is no JSON object; give {"league": ..., "date": ...}')
    league = execution_input.get("league")
    if not isinstance(league, str) or not LEAGUE_NAME.fullmatch(league):
        raise InvalidInput(
            f'the input\'s league is {league!r}; give its name, as {{"league": "NCAA", ...}}'
        )
    if "date" in execution_input:
        return GameDay(league, _date(execution_input["date"]))
    if "scheduled_time" in execution_input:
        return GameDay(league, _date_before(execution_input, time_zone))
    raise InvalidInput('the input names no game day; give {"league": ..., "date": "YYYY-MM-DD"}')


def _date(value: Any) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidInput(f"the input's date is {value!r}; give a calendar day as YYYY-MM-DD")


def _date_before(execution_input: dict[str, Any], time_zone: str) -> date:
    scheduled, days = execution_input["scheduled_time"], execution_input.get("days_after")
    try:
        moment = datetime.fromisoformat(scheduled)
        if moment.tzinfo is None or isinstance(days, bool) or not isinstance(days, int):
            raise ValueError
    except (TypeError, ValueError):
        raise InvalidInput(
            f"the input's scheduled_time is {scheduled!r} and its days_after {days!r}; "
            "give an ISO 8601 moment with its offset and a whole number of days"
        ) from None
    # Here, because only the first of the functions needs it and importing it takes 2 ms.
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=days)
