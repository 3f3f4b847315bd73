import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import attributes_of, highlight_id, is_of_league
from lambdas.highlights.keys import video_key

DAY = GameDay("NCAA", date(2026, 1, 10))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
rows = st.fixed_dictionaries(
    {},
    optional={
        name: json_values
        for name in ("id", "url", "title", "match", "source", "type", "embedUrl", "imgUrl")
    },
)


def test_a_row_is_kept_under_its_id():
    assert highlight_id({"id": 412380195, "url": "https://a.example/clip.mp4"}) == "412380195"


def test_a_row_without_id_is_kept_under_a_stable_hash_of_its_url():
    row = {"url": "https://a.example/clip.mp4"}

    assert highlight_id(row) == highlight_id(dict(row))
    assert highlight_id(row) != highlight_id({"url": "https://a.example/other.mp4"})


def test_a_row_without_id_and_url_cannot_be_kept():
    assert highlight_id({"title": "A vs. B"}) is None


def test_the_league_is_checked_in_both_documented_shapes():
    assert is_of_league({"match": {"league": {"name": "NCAA"}}}, "NCAA")
    assert is_of_league({"match": {"league": "ncaa "}}, "NCAA")
    assert not is_of_league({"match": {"league": {"name": "NBA"}}}, "NCAA")


def test_what_the_provider_says_becomes_attributes():
    row = {
        "id": 7,
        "type": "VERIFIED",
        "title": "A vs. B",
        "url": "https://a.example/clip.mp4",
        "embedUrl": None,
        "source": "espn",
        "match": {
            "id": 9,
            "date": "2026-01-11T01:00:00.000Z",
            "homeTeam": {"name": "A"},
            "awayTeam": {"name": "B"},
        },
    }

    assert attributes_of(row, DAY) == {
        "id": "7",
        "league": "NCAA",
        "game_date": "2026-01-10",
        "title": "A vs. B",
        "source": "espn",
        "type": "VERIFIED",
        "url": "https://a.example/clip.mp4",
        "match_id": "9",
        "match_date": "2026-01-11T01:00:00.000Z",
        "home_team": "A",
        "away_team": "B",
    }


@given(rows)
def test_any_row_is_read_without_breaking_out_of_a_key_or_an_item(row):
    row_id = highlight_id(row)
    facts = attributes_of(row, DAY)

    assert len(json.dumps(facts)) < 400_000
    assert all(isinstance(value, str) and value for value in facts.values())
    if row_id is not None:
        key = video_key(DAY, row_id, "mp4")
        assert key.count("/") == 3
        assert "..." not in key and key.isascii()


def test_an_endless_number_is_no_endless_key():
    assert len(highlight_id({"id": 10**3000})) < 64
