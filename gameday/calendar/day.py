"""A game day as the calendar shows it, and what is to be said of each of its games."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from gameday import wording
from lambdas.highlights.season.games import Game, GameState, Phase, Settled

# A look that was due this long ago has not come: the schedules look once a day.
LATE = timedelta(hours=36)
MOST, SOME = 2 / 3, 1 / 3  # shares of a day's games


class DayState(StrEnum):
    """What a day's cell says: what is to be done, else how many of its games are kept.

    The first that holds, in this order. late: a look is overdue. unseen: never looked at.
    """

    FAILED = "failed"
    LATE = "late"
    UNSEEN = "unseen"
    PAUSED = "paused"
    WAITING = "waiting"
    EXPECTED = "expected"
    ALL = "all_kept"
    MOST = "most_kept"
    SOME = "some_kept"
    FEW = "few_kept"
    NONE = "none_kept"
    NO_GAMES = "no_games"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class GameLine:
    """A game in a list. paused: a cap keeps its clip waiting. late: a look at it is overdue."""

    game: Game
    settled: Settled
    paused: bool = False
    late: bool = False

    @property
    def name(self) -> str:
        return name_of(self.game)

    @property
    def state(self) -> str:
        """Its state in one word, that of what is to be done first."""
        if self.paused:
            return "paused"
        return "late" if self.late else self.settled.state.value

    @property
    def is_called_off(self) -> bool:
        return self.game.phase in (Phase.CANCELLED, Phase.POSTPONED)


@dataclass
class Day:
    """A league's game day. games: those that were not called off, by state.

    late, paused: how many of them are. highlights: by status; unmatched: those among them whose
    game is not known, likewise. bytes: of videos and renditions. unsaved: highlights as they are
    in no backup. looked_at: when the provider was asked last; None when it never was, or by an
    earlier version.
    """

    league: str
    date: date
    games: Counter[GameState] = field(default_factory=Counter)
    called_off: int = 0
    late: int = 0
    paused: int = 0
    highlights: Counter[str] = field(default_factory=Counter)
    unmatched: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    unsaved: int = 0
    looked_at: str | None = None

    def count(self, line: GameLine) -> None:
        """Take a game into account."""
        if line.is_called_off and line.settled.state is GameState.UNAVAILABLE:
            self.called_off += 1
            return
        self.games[line.settled.state] += 1
        self.late += line.late
        self.paused += line.paused

    @property
    def is_seen(self) -> bool:
        """Whether anything is known of the day."""
        return bool(self.looked_at or self.games or self.called_off or self.highlights)

    @property
    def state(self) -> DayState:
        if self.games[GameState.FAILED] or self.unmatched["failed"]:
            return DayState.FAILED
        if self.late:
            return DayState.LATE
        if self.paused or self.unmatched["paused"]:
            return DayState.PAUSED
        if not self.is_seen:
            return DayState.UNSEEN
        if self.games[GameState.WAITING]:
            return DayState.WAITING
        if self.games[GameState.EXPECTED]:
            return DayState.EXPECTED
        return self._share()

    def _share(self) -> DayState:
        """How many of its games are kept; of a day whose games are not known, its highlights."""
        if self.games:
            kept, total = self.games[GameState.KEPT], self.games.total()
        else:
            kept, total = self.unmatched["playable"], self.unmatched.total()
        if not total:
            return DayState.NO_GAMES
        if kept in (0, total):
            return DayState.ALL if kept else DayState.NONE
        share = kept / total
        if share >= MOST:
            return DayState.MOST
        return DayState.SOME if share >= SOME else DayState.FEW

    def in_words(self) -> str:
        """`Saturday, 10 January 2026: 5 of 7 games kept, 1 link only, 1 unavailable`."""
        return f"{wording.day_in_words(self.date.isoformat())}: {self._counts()}"

    def _counts(self) -> str:
        if self.state is DayState.UNSEEN:
            return "not looked at"
        if not self.games and not self.unmatched:
            return "no games" + (f", {self.called_off} called off" if self.called_off else "")
        if not self.games:
            return f"{self.unmatched['playable']} of {self.unmatched.total()} highlights kept"
        total = self.games.total()
        words = [
            f"{self.games[GameState.KEPT]} of {total} {'game' if total == 1 else 'games'} kept"
        ]
        words += [
            f"{self.games[state]} {wording.GAME_STATES[state]}"
            for state in GameState
            if state is not GameState.KEPT and self.games[state]
        ]
        extra = (("paused", self.paused), ("overdue", self.late), ("called off", self.called_off))
        return ", ".join(words + [f"{number} {word}" for word, number in extra if number])


def name_of(game: Game) -> str:
    """`Home vs. Away`, or what else it is known by."""
    return wording.teams_in_words([game.home, game.away]) or f"game {game.id}"


def is_late(
    game: Game, settled: Settled, looked_at: str | None, window: timedelta, now: datetime
) -> bool:
    """Whether a game is still open though the look that would change that is overdue."""
    if settled.closed or settled.state not in (GameState.EXPECTED, GameState.WAITING):
        return False
    seen = looked_at is not None and datetime.fromisoformat(looked_at) >= game.ends_at
    due = game.ends_at + window if seen else game.ends_at
    return now > due + LATE
