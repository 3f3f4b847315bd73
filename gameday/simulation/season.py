"""An invented season: its games, what the provider lists of them, and what goes wrong."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from gameday.simulation.calendar import ZONE, fixtures
from gameday.simulation.weather import Weather, weather
from gameday.simulation.world import LOOKS_END, Game, games_of


@dataclass(frozen=True)
class Season:
    """A season of `days` days from `first`; the same again for the same seed."""

    first: date
    days: int
    seed: int
    games: list[Game]
    weather: Weather

    @property
    def last(self) -> date:
        """The last day with games."""
        return self.first + timedelta(days=self.days - 1)

    @property
    def begins(self) -> datetime:
        """The first midnight in New York."""
        return midnight(self.first)

    @property
    def ends(self) -> datetime:
        """When all looks of the morning after the last day are done."""
        return datetime.combine(self.last + timedelta(days=1), LOOKS_END, ZONE).astimezone(UTC)

    def by_day(self) -> dict[date, list[Game]]:
        days: dict[date, list[Game]] = {}
        for game in self.games:
            days.setdefault(game.fixture.day, []).append(game)
        return days


def invent(first: date, days: int, seed: int, *, games: float = 1.0) -> Season:
    """A season of `days` days from `first`. games: how many a day, as a factor."""
    random = Random(seed)
    played = fixtures(first, days, random, games=games)
    return Season(first, days, seed, games_of(played, random), weather(first, days, random))


def midnight(day: date) -> datetime:
    """The beginning of a day in New York, in UTC."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)
