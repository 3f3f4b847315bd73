"""An invented season is the same for its seed, plausible, and knows what must come of it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from gameday.embedded.provider import Fault
from gameday.simulation import truth
from gameday.simulation.calendar import ZONE, first_day
from gameday.simulation.season import Season, invent
from gameday.simulation.weather import API, CLIPS, OUTAGE_DAYS, Trouble
from gameday.simulation.world import LOOKS_BEGIN, LOOKS_END, Fate
from lambdas.highlights.highlight import Status
from lambdas.highlights.season.games import GameState

FIRST = date(2027, 11, 6)


@pytest.fixture(scope="module")
def season() -> Season:
    return invent(FIRST, 150, seed=1)


def test_a_seed_makes_the_same_season_on_any_day(season: Season):
    assert first_day(date(2026, 11, 21)) == first_day(date(2027, 11, 5)) == FIRST
    assert first_day(FIRST).year == 2028
    assert invent(FIRST, 150, seed=1) == season
    assert invent(FIRST, 150, seed=2).games != season.games


def test_its_calendar_is_a_seasons(season: Season):
    per_day = {day: len(games) for day, games in season.by_day().items()}
    saturdays = [count for day, count in per_day.items() if day.weekday() == 5]
    mondays = [count for day, count in per_day.items() if day.weekday() == 0]

    assert 600 < sum(per_day.values()) < 900
    assert min(saturdays[:-4]) > max(mondays)
    assert not {date(2027, 12, 24), date(2027, 12, 25)} & per_day.keys()
    assert per_day[season.last] == 1
    assert {game.fixture.home.endswith(" W") for game in season.games} == {True, False}
    ends_late = [g for g in season.games if g.ends_at.astimezone(ZONE).date() > g.fixture.day]
    assert len(ends_late) > 20


def test_clips_come_in_time_and_nothing_changes_while_the_vault_looks(season: Season):
    latest = timedelta(hours=72)
    for game in season.games:
        for row in game.rows:
            for moment in (row.listed_at, *(since for since, _ in row.addresses)):
                assert game.ends_at < moment <= game.ends_at + latest
            for moment in (row.listed_at, row.verified_at, row.gone_at):
                if moment is not None:
                    local = moment.astimezone(ZONE).time()
                    assert not LOOKS_BEGIN <= local < LOOKS_END
    assert Counter(game.fate for game in season.games).keys() == set(Fate)


def test_each_trouble_comes_and_the_outage_lasts(season: Season):
    weather = season.weather
    assert {trouble for trouble in Trouble if weather.days_of(trouble)} == set(Trouble)
    outage = weather.days_of(Trouble.OUTAGE)
    assert (len(outage), outage[-1] - outage[0]) == (OUTAGE_DAYS, timedelta(OUTAGE_DAYS - 1))
    assert {weather.fault(day, CLIPS, "a.mp4", 9) for day in outage} == {Fault.RESET}

    (burst, *_), (quota, *_) = weather.days_of(Trouble.BURST), weather.days_of(Trouble.QUOTA)
    answers = [weather.fault(burst, API, "highlights", number) for number in (1, 2, 3, 4)]
    assert answers == [Fault.SERVER_ERROR, Fault.RESET, Fault.PER_SECOND_LIMIT, None]
    assert weather.fault(quota, API, "matches", 1) is None
    assert weather.fault(quota, API, "matches", 9) is Fault.DAILY_QUOTA
    assert weather.fault(season.first, API, "highlights", 1) is None


def test_the_truth_follows_from_the_fates(season: Season):
    games = truth.games(season.games, season.ends, look_back_days=3)
    rows = truth.highlights(season.games, season.ends)
    long_ago = season.last - timedelta(days=6)
    states = {
        Fate.NEVER: GameState.UNAVAILABLE,
        Fate.CANCELLED: GameState.UNAVAILABLE,
        Fate.DEAD: GameState.UNAVAILABLE,
        Fate.PAGE: GameState.LINK_ONLY,
        Fate.FLEETING: GameState.UNAVAILABLE,
    }

    for game in season.games:
        if game.fixture.day < long_ago:
            assert games[game.id].state is states.get(game.fate, GameState.KEPT), game.fate
    assert rows.keys() <= {str(row.id) for game in season.games for row in game.rows}
    assert set(rows.values()) == {Status.PLAYABLE, Status.LINK_ONLY, Status.UNAVAILABLE}


def test_a_game_without_a_clip_waits_until_the_window_is_over(season: Season):
    game = next(game for game in season.games if game.fate is Fate.NEVER)
    ends = game.fixture.starts_at + truth.LONGEST_GAME

    def at(moment: datetime) -> GameState:
        return truth.games([game], moment, look_back_days=3)[game.id].state

    assert at(ends + timedelta(days=2)) is GameState.WAITING
    assert at(ends + timedelta(days=3)) is GameState.UNAVAILABLE


def test_a_postponed_game_is_listed_on_its_first_day_until_its_new_one_is_known(season: Season):
    game = next(game for game in season.games if game.fate is Fate.POSTPONED)
    told, rescheduled, first_start = game.moved

    assert game.state(told - timedelta(minutes=1)) == "Not started"
    assert (game.state(told), game.starts_at(told)) == ("Postponed", first_start)
    assert game.state(rescheduled) == "Not started"
    assert game.starts_at(rescheduled) == game.fixture.starts_at > first_start
    assert game.state(datetime(2028, 5, 1, tzinfo=UTC)).startswith("Finished")
