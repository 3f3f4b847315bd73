"""What the ledger of an invented season must say, from what is known of every game and clip."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gameday.simulation.world import Fate, Game, Row
from lambdas.highlights.highlight import Status
from lambdas.highlights.season.games import GameState

LONGEST_GAME = timedelta(hours=3)
CALLED_OFF = "cancelled"


@dataclass(frozen=True)
class GameTruth:
    """What is so of a game. reason: words that the reason must have."""

    day: date
    state: GameState
    reason: str = ""


def games(of: Iterable[Game], last_look: datetime, look_back_days: int) -> dict[str, GameTruth]:
    """Of each game whose day was over before the last look, by its id."""
    ended = [game for game in of if game.fixture.day < last_look.date()]
    return {game.id: _game(game, last_look, look_back_days) for game in ended}


def highlights(of: Iterable[Game], last_look: datetime) -> dict[str, Status]:
    """Of each row that was listed at a look, by its id; days after the last look's have none."""
    return {
        str(row.id): _row(row, last_look)
        for game in of
        if game.fixture.day < last_look.date()
        for row in game.rows
        if row.is_listed(last_look)
    }


def _game(game: Game, last_look: datetime, look_back_days: int) -> GameTruth:
    day = game.fixture.day
    if game.fate is Fate.CANCELLED:
        return GameTruth(day, GameState.UNAVAILABLE, CALLED_OFF)
    states = {_row(row, last_look) for row in game.rows if row.is_listed(last_look)}
    for status, state, reason in (
        (Status.PLAYABLE, GameState.KEPT, ""),
        (Status.LINK_ONLY, GameState.LINK_ONLY, ""),
        (Status.UNAVAILABLE, GameState.UNAVAILABLE, "404"),
    ):
        if status in states:
            return GameTruth(day, state, reason)
    until = game.fixture.starts_at + LONGEST_GAME + timedelta(days=look_back_days)
    if last_look >= until:
        return GameTruth(day, GameState.UNAVAILABLE, "no clip was listed")
    return GameTruth(day, GameState.WAITING, "no clip is out yet")


def _row(row: Row, last_look: datetime) -> Status:
    """The last look at the day may have been long ago, and then nothing changed after it."""
    address = row.address(last_look)
    if address.startswith("https:"):
        return Status.LINK_ONLY
    return Status.UNAVAILABLE if address.endswith("/gone.mp4") else Status.PLAYABLE
