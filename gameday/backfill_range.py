"""Which days `gameday backfill` is asked for: a range, the last days, or a season."""

import re
from datetime import date, timedelta

from gameday.cost.months import Season
from gameday.request import UsageError
from lambdas.highlights.season.asked import problem_of_range
from lambdas.highlights.season.due import Calendar
from stacks.game_days import MONTHS

LAST = re.compile(r"(\d{1,5}) ?-?(d|days?)?")


def days_asked(
    first: str | None, last: str | None, recent: str | None, calendar: Calendar, today: date
) -> tuple[date, date]:
    """The first and the last day. first, last: `--from` and `--to`; recent: `--last`.

    today: in the vault's time zone; its games are not over. Raises UsageError.
    """
    yesterday = today - timedelta(days=1)
    if recent is not None:
        if first or last:
            raise UsageError("give --from and --to, or --last, not both")
        begin, end = _recent(recent, calendar, yesterday)
    elif not first:
        raise UsageError("give --from DAY, with --to DAY or up to yesterday; or --last 30, season")
    else:
        begin = _day("--from", first)
        end = _day("--to", last) if last else yesterday
    problem = problem_of_range(begin, end, today)
    if problem:
        raise UsageError(problem)
    return begin, end


def _recent(recent: str, calendar: Calendar, yesterday: date) -> tuple[date, date]:
    text = recent.strip().lower()
    if text == "season":
        season = Season.around([MONTHS[number - 1] for number in calendar.months], yesterday)
        return season.start.date(), min(yesterday, season.end.date() - timedelta(days=1))
    found = LAST.fullmatch(text)
    if not found or not int(found[1]):
        raise UsageError(f"--last {recent!r}: give a number of days, such as 30, or season")
    return yesterday - timedelta(days=int(found[1]) - 1), yesterday


def _day(option: str, text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip(), re.ASCII):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise UsageError(f"{option} {text!r}: give a calendar day as YYYY-MM-DD")
