"""The games of a season: what the provider says of each, and what became of its highlights."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import SETTLED, Status, highlight_id, text_of
from lambdas.highlights.season.phases import Phase, phase_of

# Two halves of twenty minutes, with every stop and a few overtimes.
LONGEST_GAME = timedelta(hours=3)
# Of a game whose start nobody says: by then its day is over, and so are its nights' games.
OVER = timedelta(days=1, hours=9)  # after 00:00 UTC of the game's date
VERIFIED = "VERIFIED"

Item = Mapping[str, Any]


class GameState(StrEnum):
    """What became of a game's highlights.

    expected: not played yet. waiting: played, and its clip is not out or not fetched yet. kept: at
    least one clip is playable. link_only: all that is known is a page. unavailable: nothing can
    be kept, for the reason given. failed: a clip is there and was not kept; a rerun tries again.
    """

    EXPECTED = "expected"
    WAITING = "waiting"
    KEPT = "kept"
    LINK_ONLY = "link_only"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


GAPS = (GameState.WAITING, GameState.LINK_ONLY, GameState.UNAVAILABLE, GameState.FAILED)


@dataclass(frozen=True)
class Game:
    """A game of `league` on `date`, the day under which the provider lists it in our time zone.

    id: safe in any key. starts_at: in UTC. provider_state, score: the provider's own words.
    What the provider does not say is None.
    """

    id: str
    league: str
    date: date
    home: str | None = None
    away: str | None = None
    starts_at: datetime | None = None
    provider_state: str | None = None
    score: str | None = None

    @property
    def phase(self) -> Phase:
        """How far the game is, as far as the provider says."""
        return phase_of(self.provider_state)

    @property
    def is_final(self) -> bool:
        """Whether the provider will say nothing new of the game: asking again is of no use."""
        return self.phase in (Phase.PLAYED, Phase.CANCELLED)

    @property
    def ends_at(self) -> datetime:
        """When the game is over, however long it takes."""
        if self.starts_at is not None:
            return self.starts_at + LONGEST_GAME
        return datetime(self.date.year, self.date.month, self.date.day, tzinfo=UTC) + OVER

    @classmethod
    def from_match(cls, row: Mapping[str, Any], game_day: GameDay) -> "Game | None":
        """The game of one row of /matches; None of a row that names no team, which is none.

        https://highlightly.net/documentation/basketball
        """
        home, away = (
            text_of(_dict(row.get(side)).get("name")) for side in ("homeTeam", "awayTeam")
        )
        if home is None and away is None:
            return None
        state = _dict(row.get("state"))
        score = state.get("score")
        return _game(
            game_day,
            given=text_of(row.get("id")),
            home=home,
            away=away,
            starts_at=_moment(row.get("date")),
            provider_state=text_of(state.get("description")),
            score=text_of(score.get("current") if isinstance(score, dict) else score),
        )

    @classmethod
    def from_highlight(cls, item: Item) -> "Game | None":
        """The game of a highlight of the ledger; None when the provider did not say which."""
        return _game(
            GameDay(item["league"], date.fromisoformat(item["game_date"])),
            given=item.get("match_id"),
            home=item.get("home_team"),
            away=item.get("away_team"),
            starts_at=_moment(item.get("match_date")),
        )

    @classmethod
    def from_item(cls, item: Item) -> "Game":
        """The game of an item of the season table."""
        starts_at = item.get("starts_at")
        return cls(
            id=item["id"],
            league=item["league"],
            date=date.fromisoformat(item["game_date"]),
            home=item.get("home_team"),
            away=item.get("away_team"),
            starts_at=None if starts_at is None else datetime.fromisoformat(starts_at),
            provider_state=item.get("provider_state"),
            score=item.get("score"),
        )

    def facts(self) -> dict[str, str]:
        """What is known of the game, as an item has it; absent facts are left out."""
        starts_at = self.starts_at
        facts = {
            "id": self.id,
            "league": self.league,
            "game_date": self.date.isoformat(),
            "home_team": self.home,
            "away_team": self.away,
            "starts_at": None if starts_at is None else starts_at.isoformat(timespec="seconds"),
            "provider_state": self.provider_state,
            "score": self.score,
        }
        return {name: value for name, value in facts.items() if value is not None}


@dataclass(frozen=True)
class Settled:
    """What became of a game. reason: why it is not kept. closed: nothing more is looked for."""

    state: GameState
    reason: str | None
    closed: bool


def state_of(
    game: Game, highlights: Iterable[Item], *, now: datetime, window: timedelta, room: bool
) -> Settled:
    """What became of `game`, whose highlights in the ledger are `highlights`, in any order.

    now: when the provider was asked last. window: for how long after the game's end it is asked.
    room: whether the day's limit lets another highlight in. A game is closed when a verified clip
    of it is playable, when it is called off, when there is no room, or when the window is over.
    """
    items = sorted(highlights, key=lambda item: str(item.get("id")))
    until = game.ends_at + window
    over = now >= until or not room
    playable = [item for item in items if item.get("status") == Status.PLAYABLE]
    if playable:
        verified = any(str(item.get("type")).upper() == VERIFIED for item in playable)
        return Settled(GameState.KEPT, None, over or verified)
    if items:
        return _without_clip(items, over)
    if game.phase in (Phase.CANCELLED, Phase.POSTPONED):
        return Settled(GameState.UNAVAILABLE, f"the game was {game.phase}", True)
    if now < game.ends_at and game.phase is not Phase.PLAYED:
        return Settled(GameState.EXPECTED, None, False)
    if not room:
        reason = "the day's limit of highlights was reached without one of this game"
        return Settled(GameState.UNAVAILABLE, reason, True)
    if over:
        days = round(window / timedelta(days=1))
        reason = f"no clip was listed within {'a day' if days == 1 else f'{days} days'} of the game"
        if game.phase is not Phase.PLAYED and game.provider_state:
            reason += f"; the provider still calls it {game.provider_state!r}"
        return Settled(GameState.UNAVAILABLE, reason, True)
    reason = f"no clip is out yet; looked for until {until:%Y-%m-%d %H:%M} UTC"
    return Settled(GameState.WAITING, reason, False)


def _without_clip(items: Sequence[Item], over: bool) -> Settled:
    """What became of a game with highlights, none of which is playable."""
    by_status = {item.get("status"): item for item in reversed(items)}
    paused = next((item["paused"] for item in items if _is_paused(item)), None)
    if failed := by_status.get(Status.FAILED):
        return Settled(GameState.FAILED, _reason(failed), over)
    if paused is not None:
        return Settled(GameState.WAITING, str(paused), False)
    if any(status not in SETTLED for status in by_status):
        return Settled(GameState.WAITING, "its clip is not fetched yet", False)
    for status, state in (
        (Status.LINK_ONLY, GameState.LINK_ONLY),
        (Status.UNAVAILABLE, GameState.UNAVAILABLE),
    ):
        if status in by_status:
            return Settled(state, _reason(by_status[status]), over)
    raise AssertionError("a settled highlight is playable, link only or unavailable")


def by_game(highlights: Iterable[Item]) -> dict[str, list[Item]]:
    """The highlights of each game by its id; those of no known game are left out."""
    found: dict[str, list[Item]] = {}
    for item in highlights:
        if (game := Game.from_highlight(item)) is not None:
            found.setdefault(game.id, []).append(item)
    return found


def is_on(row: Mapping[str, Any], game_day: GameDay, time_zone: str) -> bool:
    """Whether a row of /matches is of `game_day`: the local day of its start decides.

    So does the day in UTC, for a provider that overlooks the time zone; and a row that says no
    start is believed to be what was asked for.
    """
    from zoneinfo import ZoneInfo

    start = _moment(row.get("date"))
    if start is None:
        return True
    return game_day.date in (start.astimezone(ZoneInfo(time_zone)).date(), start.date())


def _game(
    game_day: GameDay, *, given: Any, starts_at: datetime | None, **facts: Any
) -> Game | None:
    """The game, under the provider's id or, lacking that, under one made of what is known."""
    game_id = highlight_id({"id": given})
    if game_id is None:
        known = (facts.get("home"), facts.get("away"), starts_at)
        if facts.get("home") is None and facts.get("away") is None:
            return None
        game_id = "game-" + hashlib.sha256(repr(known).encode()).hexdigest()[:32]
    return Game(game_id, game_day.league, game_day.date, starts_at=starts_at, **facts)


def _moment(value: Any) -> datetime | None:
    """A moment that the provider writes, in UTC; None unless it is one of this century."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.replace(microsecond=0) if 2000 <= moment.year < 2100 else None


def _is_paused(item: Item) -> bool:
    return bool(item.get("paused")) and item.get("status") not in SETTLED


def _reason(item: Item) -> str | None:
    reason = item.get("reason")
    return None if reason is None else str(reason)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
