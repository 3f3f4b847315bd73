"""What a day's looks came to: the state of every game, whether the day is closed, its lock released."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.highlights.game_day import GameDay
from lambdas.highlights.ledger import moment
from lambdas.highlights.season.days import counts, is_closed, is_settled
from lambdas.highlights.season.games import Game, Settled, by_game, state_of
from lambdas.highlights.season.season import Season

Item = dict[str, Any]


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
    clips = by_game(highlights)
    games: list[tuple[Game, Settled]] = []
    for item in season.games(game_day.league, game_day.date, game_day.date):
        game = Game.from_item(item)
        settled = state_of(game, clips.get(game.id, ()), now=asked_at, window=window, room=room)
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
