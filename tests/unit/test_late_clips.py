"""Mornings of a season on a clock of their own: nothing is missed, nothing is doubled."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.highlights.highlight import Status
from lambdas.highlights.season.games import GameState
from tests.unit.fakes.season_world import (
    WINDOW_DAYS,
    Played,
    SeasonWorld,
    evening,
    with_clip,
)

DAY = date(2026, 1, 10)
SPRING, AUTUMN = date(2026, 3, 8), date(2025, 11, 2)
# A first look with the day's games, then one each morning until the window is over.
MOST_CALLS = {"highlights": WINDOW_DAYS + 1, "matches": 1}


def look_back(world: SeasonWorld, first: date = DAY, days: int = 8) -> SeasonWorld:
    world.mornings(first + timedelta(days=1), days)
    return world


@pytest.mark.parametrize("hours", [1, 10, 11, 24, 47, 48, 71, 72])
@pytest.mark.parametrize("start", [12, 19, 23])
@pytest.mark.parametrize("day", [DAY, SPRING, SPRING - timedelta(days=1), AUTUMN])
def test_a_clip_is_kept_once_whenever_it_appears(day: date, start: int, hours: int):
    game = with_clip(Played(7, evening(day, start, 30)), hours)
    world = look_back(SeasonWorld([game]), day)

    assert world.states() == {"7": (GameState.KEPT, day.isoformat())}
    assert world.fetched == {"700": 1}
    assert world.calls_of(day) <= Counter(MOST_CALLS)


def test_a_day_is_asked_about_until_its_last_clip_is_there_and_no_longer():
    games = [with_clip(Played(n, evening(DAY, 14 + n)), hours=2) for n in range(5)]
    late = with_clip(Played(5, evening(DAY)), hours=30)

    world = look_back(SeasonWorld([*games, late]))

    assert world.calls_of(DAY) == {"matches": 1, "highlights": 2}


def test_a_game_without_a_clip_is_honestly_missing_after_the_window():
    world = look_back(SeasonWorld([Played(7, evening(DAY))]))

    assert world.states() == {"7": (GameState.UNAVAILABLE, "2026-01-10")}
    assert world.calls_of(DAY) == MOST_CALLS


def test_a_day_without_games_is_asked_about_once():
    world = look_back(SeasonWorld([]))

    assert world.calls_of(DAY) == {"matches": 1, "highlights": 1}


def test_a_short_lived_clip_of_the_night_does_not_end_the_wait_for_the_verified_one():
    game = with_clip(with_clip(Played(7, evening(DAY)), 1, type="UNVERIFIED"), 40)
    world = look_back(SeasonWorld([game]))

    assert world.fetched == {"700": 1, "701": 1}


def test_overtime_past_midnight_leaves_a_game_on_the_day_on_which_it_began():
    game = Played(7, evening(DAY, 23), lasts=timedelta(hours=3), state="Finished after over time")
    world = look_back(SeasonWorld([with_clip(game, 5)]))

    assert world.states() == {"7": (GameState.KEPT, "2026-01-10")}
    assert world.calls_of(DAY + timedelta(days=1)) == {"matches": 1, "highlights": 1}


@pytest.mark.parametrize("hours", [3, 20, 200])
def test_a_postponed_game_is_kept_once_on_the_day_on_which_it_is_played(hours: int):
    start, later = evening(DAY), evening(DAY + timedelta(days=9))
    moved_at = start + timedelta(hours=hours)
    game = Played(7, start, moved_to=later, moved_at=moved_at)
    world = look_back(SeasonWorld([with_clip(game, 4), Played(8, start)]), days=14)

    assert world.states()["7"] == (GameState.KEPT, "2026-01-19")
    assert world.fetched == {"700": 1}


def test_a_game_whose_move_nobody_announced_leaves_its_day():
    start, later = evening(DAY), evening(DAY + timedelta(days=9))
    game = with_clip(Played(7, start, moved_to=later), 4)
    world = SeasonWorld([replace(game, moved_to=None)])
    world.now = start - timedelta(hours=3)
    world.run(DAY, own=True)
    world.games = [replace(game, moved_at=start - timedelta(hours=2))]
    look_back(world, days=14)

    assert world.states() == {"7": (GameState.KEPT, "2026-01-19")}


def test_a_cancelled_game_is_closed_at_once():
    world = look_back(SeasonWorld([Played(7, evening(DAY), state="Cancelled")]))

    assert world.states() == {"7": (GameState.UNAVAILABLE, "2026-01-10")}
    assert world.calls_of(DAY) == {"matches": 1, "highlights": 1}


def test_a_game_that_is_listed_only_after_a_first_look_is_found():
    world = SeasonWorld([])
    world.now = evening(DAY, 9)
    world.run(DAY, own=True)
    world.games = [with_clip(Played(7, evening(DAY)), 30)]
    look_back(world)

    assert world.states() == {"7": (GameState.KEPT, "2026-01-10")}


def test_a_list_that_is_empty_once_loses_no_game():
    game = with_clip(Played(7, evening(DAY)), 30)
    world = SeasonWorld([game])
    world.now = game.start - timedelta(hours=3)
    world.run(DAY, own=True)
    world.games = [replace(game, listed=False)]
    world.mornings(DAY + timedelta(days=1), 1)
    world.games = [game]
    look_back(world)

    assert world.states() == {"7": (GameState.KEPT, "2026-01-10")}


def test_an_outage_delays_and_loses_nothing():
    games = [
        with_clip(Played(n, evening(DAY + timedelta(days=n), 20)), 6 + 4 * n) for n in range(5)
    ]
    down = (evening(DAY + timedelta(days=2), 6), evening(DAY + timedelta(days=5), 6))
    world = look_back(SeasonWorld(games, down=down), days=12)

    assert {state for state, _ in world.states().values()} == {GameState.KEPT}
    assert set(world.fetched.values()) == {1} and len(world.fetched) == 5


def test_without_a_list_of_games_those_with_clips_are_known_and_the_window_is_used():
    games = [with_clip(Played(7, evening(DAY)), 5), with_clip(Played(8, evening(DAY)), 60)]
    world = look_back(SeasonWorld(games, matches_work=False))

    kept = (GameState.KEPT, "2026-01-10")
    assert world.states() == {"7": kept, "8": kept}
    assert world.calls_of(DAY)["highlights"] == WINDOW_DAYS + 1


def test_the_limit_holds_over_all_looks_of_a_day():
    games = [with_clip(Played(n, evening(DAY)), 5 + 12 * (n % 3)) for n in range(9)]
    world = look_back(SeasonWorld(games, limit=4, repeats=True))

    states = Counter(state for state, _ in world.states().values())
    assert len(world.highlights.items) == 4
    assert states == {GameState.KEPT: 4, GameState.UNAVAILABLE: 5}
    assert world.calls_of(DAY) == {"matches": 1, "highlights": 2}


def test_a_clip_that_cannot_be_kept_does_not_hide_a_later_one():
    game = with_clip(Played(7, evening(DAY)), 2, becomes=Status.LINK_ONLY)
    world = look_back(SeasonWorld([with_clip(game, 40)]))

    assert world.states()["7"][0] == GameState.KEPT


hours = st.floats(1, 72)


@settings(max_examples=25, deadline=None)
@given(
    delays=st.lists(st.none() | hours, min_size=1, max_size=12),
    starts=st.lists(st.integers(0, 4 * 24), min_size=12, max_size=12),
    first=st.sampled_from([DAY, SPRING - timedelta(days=2), AUTUMN - timedelta(days=2)]),
    seed=st.integers(0, 1_000),
    down_at=st.integers(0, 24 * 6),
)
def test_a_season_in_small_comes_out_as_it_was_played(delays, starts, first, seed, down_at):
    """Repeated and shuffled rows, an hour's outage at any time, games at any hour."""
    games = []
    for number, delay in enumerate(delays):
        game = Played(number, evening(first, 0) + timedelta(hours=starts[number]))
        games.append(game if delay is None else with_clip(game, delay))
    begin = evening(first, 0) + timedelta(hours=down_at)
    down = (begin, begin + timedelta(hours=1))
    world = SeasonWorld(games, repeats=True, seed=seed, down=down)
    look_back(world, first, days=12)

    wanted = {str(g.id): GameState.KEPT if g.clips else GameState.UNAVAILABLE for g in games}
    assert {id_: state for id_, (state, _) in world.states().items()} == wanted
    assert world.fetched == {str(clip.id): 1 for game in games for clip in game.clips}
    for number in range(5):
        calls = world.calls_of(first + timedelta(days=number))
        # One more of each where the outage hit a look.
        assert calls["highlights"] <= WINDOW_DAYS + 3 and calls["matches"] <= 2
