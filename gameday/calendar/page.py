"""The calendar as one HTML page, with every game of each day; it needs no scripts and no network."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from gameday.calendar.day import Day, DayState
from gameday.calendar.gaps import Gap, gaps, what_to_do
from gameday.calendar.heat_map import LOOKS, WEEKDAYS
from gameday.calendar.reading import Calendar, LeagueSeason
from gameday.calendar.shown import season_name, totals
from gameday.copies import write_text
from gameday.page import environment
from lambdas.highlights.season.story import without_secrets

# What stands in a cell that is not filled as far as its games are kept; every font has these.
SIGNS = {
    DayState.NONE: "0",
    DayState.WAITING: "…",
    DayState.EXPECTED: "o",
    DayState.NO_GAMES: "·",
    DayState.FAILED: "×",
    DayState.LATE: "!",
    DayState.UNSEEN: "?",
    DayState.PAUSED: "=",
}


@dataclass(frozen=True)
class LeagueShown:
    """A league as the page shows it. weeks: Mondays."""

    number: int
    season: LeagueSeason
    weeks: list[date]
    gaps: list[Gap]

    @property
    def rows(self) -> Iterator[tuple[str, list[Day | None]]]:
        """Each weekday with its days, week by week; None for one that is not in the season."""
        for weekday, name in enumerate(WEEKDAYS):
            days = (monday + timedelta(days=weekday) for monday in self.weeks)
            yield name, [self.season.days.get(day) for day in days]

    @property
    def months(self) -> list[tuple[str, int]]:
        """Each month's name and how many weeks it has."""
        found: list[tuple[str, int]] = []
        for monday in self.weeks:
            name = f"{monday + timedelta(days=6):%b}"
            weeks = found.pop()[1] if found and found[-1][0] == name else 0
            found.append((name, weeks + 1))
        return found

    def anchor(self, day: Day) -> str:
        """The id of the day's list."""
        return f"day-{self.number}-{day.date.isoformat()}"


def write_calendar(calendar: Calendar, path: Path, now: datetime, *, in_account: bool) -> None:
    """Write the page to `path`. Raises OSError."""
    write_text(render_calendar(calendar, now, in_account=in_account), path)


def render_calendar(calendar: Calendar, now: datetime, *, in_account: bool) -> str:
    """The page's HTML; whatever a name or a reason holds is shown as text."""
    template = environment().get_template("calendar.html")
    return template.render(
        season=season_name(calendar.season),
        leagues=[_shown(n, league) for n, league in enumerate(calendar.leagues, 1)],
        games=calendar.games,
        looks=LOOKS,
        signs=SIGNS,
        what_to_do=lambda gap: what_to_do(gap, in_account=in_account),
        totals=totals,
        clean=without_secrets,
        written=now.isoformat(),
    )


def _shown(number: int, league: LeagueSeason) -> LeagueShown:
    first, last = min(league.days), max(league.days)
    monday = first - timedelta(days=first.weekday())
    weeks = [monday + timedelta(days=7 * n) for n in range((last - monday).days // 7 + 1)]
    return LeagueShown(number, league, weeks, gaps(league.problems))
