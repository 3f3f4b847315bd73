"""A game day in the season: what its looks found, when it is asked about, and what closes it.

The item of a day has, beside its keys, `league` and `game_date`:

    first_looked_at, looked_at  when the provider was asked for highlights, first and last
    listed_at                   when the provider last listed the day's games, if it ever did
    games                       how many are in each state, by state
    highlights, unsettled       how many are known, and how many of them still need work
    paused                      how many of these wait for a cap on spending to be lifted
    closed_at                   when nothing was left to look for; absent of an open day
    lock_holder, lock_taken_at  which execution works on it; see `lock.py`
    told, told_at               what a person was told last, and when; see `digest.py`
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import SETTLED
from lambdas.highlights.season.games import OVER, Game, GameState, Settled

# Two schedules of one league look half an hour apart, and the second would find nothing new.
FRESH = timedelta(hours=6)

Item = Mapping[str, Any]


def is_fresh(day: Item | None, now: datetime) -> bool:
    """Whether the provider was asked a moment ago and no highlight of the day waits for work."""
    if day is None or "looked_at" not in day or day.get("unsettled", 1):
        return False
    return now - datetime.fromisoformat(day["looked_at"]) < FRESH


def is_list_due(day: Item | None, games: Iterable[Game]) -> bool:
    """Whether the provider may say something new of the day's `games`: of those it listed.

    Games known by their highlights alone have no state of the provider's, and never get one.
    """
    if day is None or not has_all_games(day):
        return True
    return not all(game.is_final for game in games if game.provider_state is not None)


def has_all_games(day: Item) -> bool:
    """Whether the day's games were listed after all of them were over, so that none can come."""
    return "listed_at" in day and datetime.fromisoformat(day["listed_at"]) >= end_of(day)


def end_of(day: Item) -> datetime:
    """When the last of the day's games is over, wherever it is played."""
    played = date.fromisoformat(day["game_date"])
    return datetime(played.year, played.month, played.day, tzinfo=UTC) + OVER


def is_closed(
    day: Item,
    settled: Iterable[Settled],
    highlights: Iterable[Item],
    *,
    window: timedelta,
    room: bool,
) -> bool:
    """Whether nothing is left to look for: every game is closed and every highlight settled.

    Where the provider does not list the games there may be others than those known, so such a day
    stays open until the window is over, or until there is no room.
    """
    if not all(one.closed for one in settled):
        return False
    if not all(is_settled(item) for item in highlights):
        return False
    if has_all_games(day) or not room:
        return True
    looked_at = day.get("looked_at")
    return looked_at is not None and datetime.fromisoformat(looked_at) >= end_of(day) + window


def is_settled(highlight: Item) -> bool:
    """Whether no later step has work with a highlight."""
    return highlight.get("status") in SETTLED


def counts(states: Iterable[str]) -> dict[str, int]:
    """How many games are in each state, none left out."""
    found = Counter(states)
    return {state.value: found[state.value] for state in GameState}


def first_of(game_day: GameDay) -> dict[str, str]:
    """What the item of a day says before anything is known of it."""
    return {"league": game_day.league, "game_date": game_day.date.isoformat()}
