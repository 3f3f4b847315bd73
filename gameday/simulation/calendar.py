"""Which games an invented season has: men and women of one league, most on Saturdays.

Nobody plays on the days around Christmas and on a few others; the last three weeks are a
tournament, whose rounds get smaller until one game is left on the last evening.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

LEAGUE = "NCAA"
ZONE = ZoneInfo("America/New_York")

NAMES = (
    *("Blue Ridge", "Lakeshore State", "Cedar Valley", "North Sound", "Pine Hollow", "Silver Bay"),
    *("Fort Linden", "Prairie A&M", "Harbor Tech", "Sunfield", "Red Mesa", "Ironwood State"),
    *("Stone Creek", "Bellmont", "Great Plains", "Old Mill", "Westmoor", "Granite State"),
    *("St. Aldhelm's", "Rio Verde", "Kestrel Point", "Maple Fork", "Cape Lucerne", "Thornbury"),
)
WOMEN = " W"

# Games of a day, fewest and most, from Monday to Sunday.
GAMES = ((3, 5), (3, 6), (3, 6), (4, 7), (3, 5), (8, 12), (3, 7))
# Of the tournament's days, counted from its end; nobody plays on the others.
TOURNAMENT = {
    20: 6,
    19: 8,
    18: 8,
    17: 6,
    16: 6,
    13: 4,
    12: 4,
    10: 4,
    9: 4,
    7: 2,
    6: 2,
    2: 4,
    1: 1,
    0: 1,
}
SHORTEST_WITH_TOURNAMENT = 60
TIP_OFFS = (time(12), time(14), time(16, 30), time(19), time(20), time(21), time(22, 30), time(23))
LATE = (time(22, 30), time(23))  # these end on the next day


@dataclass(frozen=True)
class Fixture:
    """A game that is to be played. day: of its start, in New York."""

    id: int
    home: str
    away: str
    starts_at: datetime

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(ZONE).date()


def first_day(today: date) -> date:
    """The first Saturday of a November, the one of 2027 or of the first season after `today`.

    So the same season is made on any day until then, and the clock is never set back.
    """
    year = max(2027, today.year)
    while (day := _saturday(date(year, 11, 5))) <= today:
        year += 1
    return day


def fixtures(first: date, days: int, random: Random, *, games: float = 1.0) -> list[Fixture]:
    """The games of `days` days from `first`, in order. games: how many, as a factor."""
    dark = _dark_days(first, days, random)
    played = []
    for number in range(days):
        day, left = first + timedelta(days=number), days - 1 - number
        if day in dark:
            continue
        if days >= SHORTEST_WITH_TOURNAMENT and left <= max(TOURNAMENT):
            count = TOURNAMENT.get(left, 0)
        else:
            count = max(1, round(random.randint(*GAMES[day.weekday()]) * games))
        played += _of_day(day, count, random, first_id=700_000 + 100 * number)
    return played


def _of_day(day: date, count: int, random: Random, first_id: int) -> list[Fixture]:
    teams = {"": random.sample(NAMES, len(NAMES)), WOMEN: random.sample(NAMES, len(NAMES))}
    starts = sorted(random.choices(TIP_OFFS, k=count))
    made = []
    for number, start in enumerate(starts):
        who = random.choice(("", WOMEN))
        if len(teams[who]) < 2:
            who = "" if who else WOMEN
        home, away = teams[who].pop() + who, teams[who].pop() + who
        local = datetime.combine(day, start, ZONE)
        made.append(Fixture(first_id + number, home, away, local.astimezone(UTC)))
    return made


def _dark_days(first: date, days: int, random: Random) -> set[date]:
    """Christmas, and one other day in about twenty."""
    every = [first + timedelta(days=number) for number in range(days)]
    christmas = {day for day in every if (day.month, day.day) in ((12, 24), (12, 25))}
    free: Sequence[date] = [day for day in every[3:-3] if day.weekday() not in (5, 6)]
    return christmas | set(random.sample(free, len(free) // 20))


def _saturday(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)
