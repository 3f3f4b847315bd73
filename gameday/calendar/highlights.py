"""What the ledger's highlights say of their game days, counted in one pass over all of them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from gameday.calendar.day import Day, GameLine
from gameday.season.layout import season_of
from lambdas.highlights.highlight import SETTLED, Status
from lambdas.highlights.ledger import is_backed_up
from lambdas.highlights.season.games import Game, state_of

# What is asked of a highlight to tell its game, and what became of that.
ASKED = (
    *("id", "league", "game_date", "match_id", "home_team", "away_team", "match_date"),
    *("title", "status", "reason", "type", "paused"),
)

Item = dict[str, Any]
Key = tuple[str, date]


@dataclass
class Counts:
    """Of a day's highlights; see `Day`."""

    statuses: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    unsaved: int = 0

    def put(self, day: Day) -> None:
        """Note them in the day."""
        day.highlights, day.bytes, day.unsaved = self.statuses, self.bytes, self.unsaved


class Highlights:
    """The ledger's highlights by league and game day.

    has_rows: days whose games are in the season's table. Of their highlights only those are held
    that wait, or whose game is not known; of all others what tells their games.
    """

    def __init__(self, has_rows: Collection[Key] = ()):
        self._has_rows = has_rows
        self.counts: dict[Key, Counts] = {}
        self.unmatched: dict[Key, list[Item]] = {}
        self.paused: dict[tuple[str, date, str], str] = {}
        self._games: dict[Key, dict[str, tuple[Game, list[Item]]]] = {}

    def take(self, items: Iterable[Item], leagues: Collection[str] = ()) -> "Highlights":
        """Count `items`, in any order; those of `leagues`, or of all where none is named."""
        for item in items:
            if not leagues or item["league"] in leagues:
                self._take(item)
        return self

    def _take(self, item: Item) -> None:
        key = item["league"], date.fromisoformat(item["game_date"])
        counts = self.counts.setdefault(key, Counts())
        counts.statuses[item["status"]] += 1
        counts.bytes += sum(
            int(item[part]["bytes"]) for part in ("video", "rendition") if part in item
        )
        counts.unsaved += not is_backed_up(item)
        game = Game.from_highlight(item)
        facts = {name: item[name] for name in ASKED if name in item}
        if game is None:
            self.unmatched.setdefault(key, []).append(facts)
            return
        if is_paused(item):
            self.paused[(*key, game.id)] = str(item["paused"])
        if key not in self._has_rows:
            games = self._games.setdefault(key, {})
            games.setdefault(game.id, (game, []))[1].append(facts)

    @property
    def leagues(self) -> set[str]:
        return {league for league, _ in self.counts}

    @property
    def seasons(self) -> set[int]:
        """The years in which they begin."""
        return {season_of(day) for _, day in self.counts}

    def games(
        self, league: str, first: date, last: date, window: timedelta, now: datetime
    ) -> Iterator[GameLine]:
        """The games of days without rows, in order of their days, judged as a run would `now`."""
        days = sorted(day for of, day in self._games if of == league and first <= day <= last)
        for day in days:
            for game, items in self._games[league, day].values():
                settled = state_of(game, items, now=now, window=window, room=True)
                paused = (league, day, game.id) in self.paused
                yield GameLine(game, settled, paused=paused)


def is_paused(item: Item) -> bool:
    """Whether a cap keeps a highlight waiting."""
    return bool(item.get("paused")) and item["status"] not in SETTLED


def status_of(item: Item) -> str:
    """`paused`, or its status, where whatever is not settled has failed so far."""
    if is_paused(item):
        return "paused"
    return item["status"] if item["status"] in SETTLED else Status.FAILED.value
