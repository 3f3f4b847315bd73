"""One look at a game day: its highlights, and which games it has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import VaultError
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.intake import Intake, take_in
from lambdas.highlights.keys import matches_key
from lambdas.highlights.ledger import Ledger, moment
from lambdas.highlights.provider import NOT_ASKED, MatchListing, Provider
from lambdas.highlights.season.days import is_list_due, is_settled
from lambdas.highlights.season.due import is_due
from lambdas.highlights.season.games import Game, GameState, by_game
from lambdas.highlights.season.season import Season

Item = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """A look at `game_day` through `season`, begun at `now`.

    time_zone: of the game day. limit: the most highlights kept of it, over all its looks.
    """

    season: Season
    game_day: GameDay
    time_zone: str
    now: datetime
    limit: int

    def take_in(
        self,
        provider: Provider,
        archive: Archive,
        ledger: Ledger,
        *,
        own: bool,
        tell_listed: Callable[[str, dict[str, str]], object],
        unlisted: Callable[[VaultError], object],
    ) -> Intake:
        """Take what the provider says of the day into the archive and both tables.

        own: a person asks, so the provider is asked too; else only where the day is due, since two
        schedules may look at nearly the same time. tell_listed: see `intake.take_in`. unlisted:
        told why the provider does not list the games; those that its highlights name are known all
        the same. Raises what `Provider.list_highlights` does.
        """
        day = self.season.day(self.game_day)
        asks = own or is_due(day, self.now)
        listing = NOT_ASKED
        if asks:
            listing = provider.list_highlights(self.game_day, self.time_zone, self.limit)
        intake = take_in(
            listing,
            self.game_day,
            archive=archive,
            ledger=ledger,
            now=self.now,
            limit=self.limit,
            tell_listed=tell_listed,
        )
        if asks:
            self._take_games(day, provider, archive, intake.items, unlisted)
        return intake

    def _take_games(
        self,
        day: Item | None,
        provider: Provider,
        archive: Archive,
        highlights: Sequence[Item],
        unlisted: Callable[[VaultError], object],
    ) -> None:
        """Have a row for each of the day's games, and note that the day was looked at."""
        if day is None or "first_looked_at" not in day:
            self.season.note_league(self.game_day.league)
        league, date = self.game_day.league, self.game_day.date
        rows = self.season.games(league, date, date, with_dropped=True)
        known = {item["id"]: item for item in rows}
        here = {id_: item for id_, item in known.items() if "dropped_at" not in item}
        listing = None
        if provider.lists_games and is_list_due(day, map(Game.from_item, here.values())):
            listing = self._listing(provider, archive, unlisted)
        clips = by_game(highlights)
        listed = [] if listing is None else listing.games
        self.season.put_games(listed, known, self.now)
        derived = (Game.from_highlight(items[0]) for items in clips.values())
        heard_of = known.keys() | {game.id for game in listed}
        unheard = [game for game in derived if game.date == date and game.id not in heard_of]
        self.season.put_games(unheard, {}, self.now)
        if listing is not None:
            self._let_go(here, listing, clips)
        facts: Item = {
            "highlights": len(highlights),
            "unsettled": sum(not is_settled(item) for item in highlights),
        }
        if listing is not None:
            facts["listed_at"] = moment(self.now)
        self.season.note_look(self.game_day, self.now, facts)

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
        clips: Mapping[str, Sequence[Item]],
    ) -> None:
        """Drop games that are played on another day: there, the days they left; here, those gone.

        A list may lack a game by mistake once, so it has to lack it twice.
        """
        listed = {game.id for game in listing.games}
        for item in known.values():
            game = Game.from_item(item)
            if game.id in listed or game.id in clips or game.is_final:
                continue
            if "unlisted_at" in item:
                self.season.drop(item, self.now)
            else:
                self.season.note_unlisted(item, self.now)
        if listed - known.keys():
            for item in self.season.postponed(self.game_day):
                if item["id"] in listed and item["state"] == GameState.UNAVAILABLE:
                    self.season.drop(item, self.now)
