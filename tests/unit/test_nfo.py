from datetime import date
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gameday.season.layout import Place
from gameday.season.nfo import episode_nfo, season_nfo, show_nfo

PLACE = Place("Show/Season 2025", "name", 2025, 1310001)
ITEM = {
    "id": "412380195",
    "league": "NCAA",
    "game_date": date(2026, 1, 10).isoformat(),
    "title": "Blue Ridge vs. Lakeshore State",
    "home_team": "Blue Ridge",
    "away_team": "Lakeshore State",
    "rendition": {"duration_milliseconds": 150_000},
}


def test_an_episode_says_what_media_servers_ask_for():
    root = ElementTree.fromstring(episode_nfo(ITEM, "NCAA Highlights", PLACE))

    assert root.tag == "episodedetails"
    said = {
        name: root.findtext(name) for name in ("title", "season", "episode", "aired", "runtime")
    }
    assert said == {
        "title": ITEM["title"],
        "season": "2025",
        "episode": "1310001",
        "aired": "2026-01-10",
        "runtime": "2",
    }
    assert "Saturday, 10 January 2026" in (root.findtext("plot") or "")
    assert [tag.text for tag in root.iter("tag")] == ["Blue Ridge", "Lakeshore State"]


@given(st.text())
def test_any_title_is_well_formed_and_marks_up_nothing(title: str):
    for document in (
        episode_nfo({**ITEM, "title": title, "description": title}, title, PLACE),
        show_nfo(title, title),
    ):
        root = ElementTree.fromstring(document)
        assert {one.tag for one in root.iter()} <= {
            "episodedetails", "tvshow", "title", "showtitle", "season", "episode", "aired", "plot",
            "runtime", "uniqueid", "tag", "lockdata",
        }  # fmt: skip


def test_a_season_is_named_by_both_its_years():
    assert ElementTree.fromstring(season_nfo(1999)).findtext("title") == "Season 1999–00"
