from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.errors import InvalidInput
from lambdas.highlights.game_day import GameDay, game_day_of

NEW_YORK = "America/New_York"


def test_a_person_names_league_and_date():
    found = game_day_of({"league": "NCAA", "date": "2026-01-10"}, NEW_YORK)

    assert found == GameDay("NCAA", date(2026, 1, 10))
    assert found.folder == "NCAA/2026-01-10"


def test_a_schedule_names_its_moment_in_utc():
    # 02:30 UTC is still the evening before in New York.
    given_input = {"league": "NCAA", "scheduled_time": "2026-01-12T02:30:00Z", "days_after": 1}

    assert game_day_of(given_input, NEW_YORK).date == date(2026, 1, 10)


@pytest.mark.parametrize(
    ("given_input", "said"),
    [
        ({}, "league"),
        ([], "JSON object"),
        ({"league": "../..", "date": "2026-01-10"}, "league"),
        ({"league": "NCAA"}, "game day"),
        ({"league": "NCAA", "date": "2026-13-01"}, "2026-13-01"),
        ({"league": "NCAA", "date": "yesterday"}, "YYYY-MM-DD"),
        ({"league": "NCAA", "date": "20260110"}, "YYYY-MM-DD"),
        ({"league": "NCAA", "scheduled_time": "2026-01-12T02:30:00", "days_after": 1}, "offset"),
        ({"league": "NCAA", "scheduled_time": "2026-01-12T02:30:00Z"}, "days_after"),
    ],
)
def test_an_input_that_names_no_day_says_what_to_give(given_input, said):
    with pytest.raises(InvalidInput, match=said):
        game_day_of(given_input, NEW_YORK)


@given(st.text(min_size=1, max_size=80))
def test_no_league_breaks_out_of_a_key(league):
    try:
        folder = game_day_of({"league": league, "date": "2026-01-10"}, NEW_YORK).folder
    except InvalidInput:
        return
    assert folder.count("/") == 1
    assert not folder.startswith(".")
    assert folder.isascii()
