"""From game days, what a person thinks in, to the days on which the schedule runs.

A game of day D can end after midnight, around 02:00 in New York, and its verified clips appear
1 to 48 hours later. So a look belongs to game days before it, in the morning, in the time zone
that also says what a game day is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True)
class CronFields:
    """The fields of a cron schedule whose days are days of the week.

    Days and months are listed by name, never as ranges: a range that wraps, `TUE-SUN` on a
    calendar that starts with Sunday, is read differently by different schedulers.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """

    minute: str
    hour: str
    month: str
    week_day: str


def run_schedule(
    game_days: Sequence[str],
    season_months: Sequence[str],
    run_time: time,
    days_after: int,
) -> CronFields:
    """When to run for `game_days` of `season_months`, `days_after` days later at `run_time`.

    A cron schedule cannot say "the 1st only if the game was in the season", so the runs of the
    month after the season's last also happen; their game days are empty, which is a success.
    """
    return _cron(game_days, season_months, run_time, [days_after])


def look_schedule(
    game_days: Sequence[str],
    season_months: Sequence[str],
    run_time: time,
    look_back_days: int,
) -> CronFields:
    """When to look for clips of `game_days`: every morning on which a game may still be open.

    A game that ends in the evening stays open until `look_back_days` later, in the evening, so its
    last look is on the morning after that. What is left over of the month after the season's last
    finds nothing to do, which is a success.
    """
    return _cron(game_days, season_months, run_time, range(1, look_back_days + 2))


def _cron(
    game_days: Sequence[str],
    season_months: Sequence[str],
    run_time: time,
    days_after: Iterable[int],
) -> CronFields:
    days = {WEEKDAYS[(WEEKDAYS.index(day) + n) % 7] for n in days_after for day in game_days}
    months = set(season_months)
    months |= {MONTHS[(MONTHS.index(month) + 1) % 12] for month in season_months}
    return CronFields(
        minute=str(run_time.minute),
        hour=str(run_time.hour),
        month=",".join(month for month in MONTHS if month in months) if len(months) < 12 else "*",
        week_day=",".join(day for day in WEEKDAYS if day in days),
    )


def later(run_time: time, minutes: int) -> time:
    """`run_time` moved by `minutes`, within the same day."""
    return (datetime.combine(datetime.min, run_time) + timedelta(minutes=minutes)).time()
