"""One look at a game day: which games it has, and after the run what became of each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import VaultError
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import matches_key
from lambdas.highlights.ledger import moment
from lambdas.highlights.provider import MatchListing, Provider
from lambdas.highlights.season.days import counts, is_closed, is_list_due, is_settled
from lambdas.highlights.season.games import Game, GameState, Settled, state_of
from lambdas.highlights.season.season import Season

Item = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """A look at `game_day` through `season`, begun at `now`; time_zone: of the game day."""

    season: Season
    game_day: GameDay
    time_zone: str
    now: datetime

    def take_games(
        self,
        provider: Provider,
        archive: Archive,
        highlights: Sequence[Item],
        unlisted: Callable[[VaultError], object],
    ) -> None:
        """Have a row for each of the day's games, and note that the day was looked at.

        highlights: all of the day. unlisted: told why the provider does not list the games; those
        known by their highlights are there all the same.
        """
        day = self.season.day(self.game_day)
        if day is None or "first_looked_at" not in day:
            self.season.note_league(self.game_day.league)
        known = {item["id"]: item for item in self._known(with_dropped=True)}
        here = {id_: item for id_, item in known.items() if "dropped_at" not in item}
        listing = None
        if provider.lists_games and is_list_due(day, map(Game.from_item, here.values())):
            listing = self._listing(provider, archive, unlisted)
        by_game = _by_game(highlights)
        listed = [] if listing is None else listing.games
        self.season.put_games(listed, known, self.now)
        heard_of = known.keys() | {game.id for game in listed}
        derived = [Game.from_highlight(items[0]) for items in by_game.values()]
        self.season.put_games(
            [
                game
                for game in derived
                if game and game.id not in heard_of and game.date == self.game_day.date
            ],
            {},
            self.now,
        )
        if listing is not None:
            self._let_go(here, listing, by_game)
        facts: Item = {} if listing is None else {"listed_at": moment(self.now)}
        self.season.note_look(
            self.game_day,
            self.now,
            facts
            | {
                "highlights": len(highlights),
                "unsettled": sum(not is_settled(item) for item in highlights),
            },
        )

    def _known(self, with_dropped: bool = False) -> Iterable[Item]:
        league, date = self.game_day.league, self.game_day.date
        return self.season.games(league, date, date, with_dropped=with_dropped)

    def _listing(
        self, provider: Provider, archive: Archive, unlisted: Callable[[VaultError], object]
    ) -> MatchListing | None:
        try:
            listing = provider.list_games(self.game_day, self.time_zone)
        except VaultError as error:
            unlisted(error)
            return None
        for body in listing.answers:
            archive.put_once(matches_key(self.game_day, body), body, "application/json")
        return listing

    def _let_go(
        self,
        known: Mapping[str, Item],
        listing: MatchListing,
        by_game: Mapping[str, Sequence[Item]],
    ) -> None:
        """Drop games that are played on another day: there, the days they left; here, those gone.

        A list may lack a game by mistake once, so it has to lack it twice.
        """
        listed = {game.id for game in listing.games}
        for item in known.values():
            game = Game.from_item(item)
            if game.id in listed or game.id in by_game or game.is_final:
                continue
            if "unlisted_at" in item:
                self.season.drop(item, self.now)
            else:
                self.season.note_unlisted(item, self.now)
        if listed - known.keys():
            for item in self.season.postponed(self.game_day):
                if item["id"] in listed and item["state"] == GameState.UNAVAILABLE:
                    self.season.drop(item, self.now)


@dataclass(frozen=True)
class Report:
    """What a day came to. games: a line for each, as the run record has it."""

    games: list[dict[str, Any]]
    counts: dict[str, int]
    is_closed: bool

    def as_json(self) -> dict[str, Any]:
        """What the run record says of the games, beside what it says of highlights."""
        return {
            "games": self.games,
            "games_by_state": self.counts,
            "day_closed": self.is_closed,
        }


def settle(
    season: Season,
    game_day: GameDay,
    highlights: Sequence[Item],
    *,
    holder: str,
    now: datetime,
    window: timedelta,
    limit: int,
) -> Report:
    """Write what became of each game and of the day, and release the day's lock.

    holder: the execution that has it. highlights: all of the day. limit: the most kept of a day.
    """
    day = season.day(game_day) or {"game_date": game_day.date.isoformat()}
    looked_at = day.get("looked_at")
    asked_at = now if looked_at is None else datetime.fromisoformat(looked_at)
    room = len(highlights) < limit
    by_game = _by_game(highlights)
    games: list[tuple[Game, Settled]] = []
    for item in season.games(game_day.league, game_day.date, game_day.date):
        game = Game.from_item(item)
        settled = state_of(game, by_game.get(game.id, ()), now=asked_at, window=window, room=room)
        season.settle(item, settled, now)
        games.append((game, settled))
    outcomes = [settled for _, settled in games]
    found = counts(one.state for one in outcomes)
    closed = is_closed(day, outcomes, highlights, window=window, room=room)
    unsettled = [item for item in highlights if not is_settled(item)]
    facts = {
        "games": found,
        "highlights": len(highlights),
        "unsettled": len(unsettled),
        "paused": sum("paused" in item for item in unsettled),
    }
    closed_at = day.get("closed_at", moment(now)) if closed else None
    season.finish(game_day, holder, facts, closed_at)
    games.sort(key=lambda one: (one[0].ends_at, one[0].id))
    return Report([_line(*one) for one in games], found, closed)


def _by_game(highlights: Iterable[Item]) -> dict[str, list[Item]]:
    """The highlights of each game by its id; those of no known game are left out."""
    found: dict[str, list[Item]] = defaultdict(list)
    for item in highlights:
        if (game := Game.from_highlight(item)) is not None:
            found[game.id].append(item)
    return dict(found)


def _line(game: Game, settled: Settled) -> dict[str, Any]:
    return {
        "id": game.id,
        "home_team": game.home,
        "away_team": game.away,
        "starts_at": None if game.starts_at is None else game.starts_at.isoformat(),
        "provider_state": game.provider_state,
        "state": settled.state.value,
        "reason": settled.reason,
        "closed": settled.closed,
    }
