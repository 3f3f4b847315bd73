"""Reads a season's calendar from the vault: its game days, its games, and what they lack.

The rows of the season's table say what became of each game. Of a day that has none, since an
earlier version kept it, the games are those of its highlights, judged as a run would judge them.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import groupby
from typing import Any, Protocol

from gameday.calendar.day import Day, GameLine, is_late
from gameday.calendar.gaps import GapKind, Problem
from gameday.calendar.highlights import Highlights, status_of
from gameday.season.layout import FIRST_MONTH, season_of
from lambdas.highlights.season.games import Game, GameState, Settled

SEEN_BY = timedelta(days=2)  # behind a day's midnight the morning's look at it is over
UNSEEN_REASON = "no run asked for the highlights"
NO_ANSWER_REASON = "a run asked for the highlights and got no answer"

Item = dict[str, Any]


class SeasonRows(Protocol):
    """The season's table, as `lambdas.highlights.season.season.Season` reads it."""

    def leagues(self) -> Iterator[str]: ...

    def days(self, league: str, first: date, last: date) -> Iterator[Item]: ...

    def games(self, league: str, first: date, last: date) -> Iterator[Item]: ...


class NoRows:
    """The season's table of a vault that has none."""

    def leagues(self) -> Iterator[str]:
        return iter(())

    def days(self, league: str, first: date, last: date) -> Iterator[Item]:
        return iter(())

    games = days


@dataclass(frozen=True)
class Asked:
    """What is to be shown, and how it is judged.

    window: for how long after its end a game is looked at. months: those in which games are
    played. leagues: all where none is named.
    """

    now: datetime
    window: timedelta
    months: Collection[int]
    leagues: Collection[str] = ()


@dataclass
class LeagueSeason:
    """A league's season. days: those to be shown, in order, without those that were not due yet.

    problems: everything that is not as it should be.
    """

    league: str
    days: dict[date, Day]
    problems: list[Problem] = field(default_factory=list)


class Reading:
    """All that the vault knows, read once; for the calendars of its seasons.

    rows: the season's table. highlights: the ledger's items, in any order.
    """

    def __init__(self, rows: SeasonRows, highlights: Iterable[Item], asked: Asked):
        self.rows, self.asked = rows, asked
        followed = set(asked.leagues or rows.leagues())
        self.looks: dict[tuple[str, date], str | None] = {
            (league, date.fromisoformat(row["game_date"])): row.get("looked_at")
            for league in followed
            for row in rows.days(league, date.min, date.max)
        }
        looked_at = {day for day, moment in self.looks.items() if moment is not None}
        self.highlights = Highlights(looked_at).take(highlights, asked.leagues)
        self.leagues = sorted(followed | self.highlights.leagues)
        known = self.highlights.seasons | {season_of(day) for _, day in self.looks}
        self.seasons = sorted(known)

    def calendar(self, season: int | None = None) -> "Calendar":
        """That of the season which begins in the year `season`; of the newest without it."""
        current = season_of(self.asked.now.date())
        if season is None:
            begun = [one for one in self.seasons if one <= current]
            season = max(begun or self.seasons, default=current)
        return Calendar(self, season)


class Calendar:
    """A season of the leagues asked for. others: seasons that are known besides."""

    def __init__(self, reading: Reading, season: int):
        self._rows, self._asked = reading.rows, reading.asked
        self._looks, self._highlights = reading.looks, reading.highlights
        self._first, self._last = date(season, FIRST_MONTH, 1), _end_of(season)
        self.season = season
        self.others = [one for one in reading.seasons if one != season]
        self.leagues = [one for one in map(self._league, reading.leagues) if one.days]

    def games(self, of: LeagueSeason) -> Iterator[tuple[Day, list[GameLine]]]:
        """Its days with their games, in order; read anew, so that no more than a day is held."""
        by_day = groupby(self._lines(of.league), key=lambda line: line.game.date)
        upcoming = next(by_day, None)
        for one, day in of.days.items():
            games = []
            if upcoming is not None and upcoming[0] == one:
                games = list(upcoming[1])
                upcoming = next(by_day, None)
            yield day, games

    def _league(self, league: str) -> LeagueSeason:
        days: dict[date, Day] = {}
        for of, day in [*self._looks, *self._highlights.counts]:
            if of == league and self._first <= day <= self._last:
                days.setdefault(day, Day(league, day, looked_at=self._looks.get((of, day))))
        found = LeagueSeason(league, days)
        for line in self._lines(league):
            day = days.setdefault(line.game.date, Day(league, line.game.date))
            day.count(line)
            found.problems += _problem(line)
        for one, day in days.items():
            self._count_highlights(day, found, (league, one))
        self._add_unseen(found)
        found.days = dict(sorted(days.items()))
        return found

    def _lines(self, league: str) -> Iterator[GameLine]:
        """The games of a league's season in order of their days."""
        asked = self._asked
        kept = (self._line(item) for item in self._rows.games(league, self._first, self._last))
        derived = (
            self._with_late(line)
            for line in self._highlights.games(
                league, self._first, self._last, asked.window, asked.now
            )
        )
        return merge(kept, derived, key=lambda line: line.game.date)

    def _line(self, item: Item) -> GameLine:
        game = Game.from_item(item)
        state = GameState(item.get("state", GameState.EXPECTED))
        settled = Settled(state, item.get("reason"), bool(item.get("closed")))
        reason = self._highlights.paused.get((game.league, game.date, game.id))
        if reason is None:
            return self._with_late(GameLine(game, settled))
        return GameLine(game, replace(settled, reason=reason), paused=True)

    def _with_late(self, line: GameLine) -> GameLine:
        looked_at = self._looks.get((line.game.league, line.game.date))
        late = is_late(line.game, line.settled, looked_at, self._asked.window, self._asked.now)
        return replace(line, late=late and not line.paused)

    def _count_highlights(self, day: Day, found: LeagueSeason, key: tuple[str, date]) -> None:
        if key in self._highlights.counts:
            self._highlights.counts[key].put(day)
        kinds = {"failed": GapKind.FAILED, "paused": GapKind.PAUSED}
        for item in self._highlights.unmatched.get(key, ()):
            status = status_of(item)
            day.unmatched[status] += 1
            if status in kinds:
                name = item.get("title") or f"highlight {item['id']}"
                reason = item.get("paused") if status == "paused" else item.get("reason")
                problem = (day.league, day.date, name, item["id"], reason or "not finished yet")
                found.problems.append(Problem(kinds[status], *problem))

    def _add_unseen(self, found: LeagueSeason) -> None:
        """Note the days between the first and today at which nobody looked though it was due.

        Of a season that is over, days behind the last known one are not missed.
        """
        if not found.days:
            return
        today = self._asked.now.date()
        is_over = season_of(today) != self.season
        last = max(found.days) if is_over else min(today - SEEN_BY, self._last)
        first = min(found.days)
        for one in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            day = found.days.get(one)
            if day is None and one.month in self._asked.months:
                found.days[one] = Day(found.league, one)
                found.problems.append(_unseen(found.league, one, UNSEEN_REASON))
        for one, day in found.days.items():
            if not day.is_seen and (found.league, one) in self._looks:
                found.problems.append(_unseen(found.league, one, NO_ANSWER_REASON))


def _problem(line: GameLine) -> list[Problem]:
    """What is wrong with a game, or nothing."""
    game, settled = line.game, line.settled
    if line.paused:
        kind, reason = GapKind.PAUSED, settled.reason
    elif settled.state is GameState.FAILED:
        kind, reason = GapKind.FAILED, settled.reason
    elif line.late:
        kind, reason = GapKind.LATE, "still open, and the look at it is overdue"
    elif settled.state is GameState.UNAVAILABLE and not line.is_called_off:
        kind, reason = GapKind.UNAVAILABLE, settled.reason
    else:
        return []
    reason = reason or "no reason is known"
    return [Problem(kind, game.league, game.date, line.name, game.id, reason)]


def _unseen(league: str, day: date, reason: str) -> Problem:
    return Problem(GapKind.UNSEEN, league, day, day.isoformat(), day.isoformat(), reason)


def _end_of(season: int) -> date:
    return date(season + 1, FIRST_MONTH, 1) - timedelta(days=1)
