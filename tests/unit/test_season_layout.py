import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.season.layout import (
    LONGEST_NAME,
    THUMBNAIL,
    Library,
    day_number,
    original_path,
    page_path,
    season_of,
    show_names,
    without_dates,
)
from lambdas.highlights.game_day import GameDay

DAY = GameDay("NCAA", date(2026, 1, 10))
# How media servers find an episode in a name: by date first (Plex), by numbers first (the others).
BY_DATE = [
    r"\d{4}[^0-9a-zA-Z]+\d{2}[^0-9a-zA-Z]+\d{2}([^0-9]|$)",
    r"\d{2}[^0-9a-zA-Z]+\d{2}[^0-9a-zA-Z(]+\d{4}([^0-9a-zA-Z]|$)",
]
BY_NUMBER = r"[sS](\d+)[\]\[ ._-]*[eE](\d+)"
TITLES = st.text(st.sampled_from("ab S01E23x 0123456789-./:?*\\\"<>|é試🏀\u202e\x00\n'()[]"))


def place(title: str, *, folder: Path = Path("/nowhere"), day: GameDay = DAY):
    return Library(folder, {day.league}).places(day, [{"id": "1", "title": title}])["1"]


@given(TITLES, st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_media_servers_find_the_very_episode_whatever_the_title(title: str, day: date):
    found = place(title, day=GameDay("NCAA", day))
    name = f"{found.stem}{THUMBNAIL}"
    assert len(name.encode()) <= LONGEST_NAME
    assert not any(re.search(one, found.stem) for one in BY_DATE)
    season, episode = map(int, re.search(BY_NUMBER, found.stem).groups())
    assert (season, episode) == (found.season, found.episode) == (season_of(day), episode)
    assert found.episode // 1000 == day_number(day)


@given(TITLES)
def test_a_title_loses_its_dates_and_nothing_else(title: str):
    kept = without_dates(title)
    assert re.sub(r"[^0-9A-Za-z]+", "", kept) == re.sub(r"[^0-9A-Za-z]+", "", title)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_episodes_are_in_order_of_time(day: date, later: int):
    other = date.fromordinal(day.toordinal() + later)
    first, second = ((season_of(one), day_number(one)) for one in (day, other))
    assert first <= second and (first == second) == (later == 0)


@pytest.mark.parametrize(
    ("day", "season"), [("2025-11-03", 2025), ("2026-04-06", 2025), ("2026-07-01", 2026)]
)
def test_a_season_is_of_the_year_in_which_it_begins(day: str, season: int):
    assert season_of(date.fromisoformat(day)) == season


@given(st.lists(st.text(st.sampled_from("aAbB:?. é"), max_size=4), unique=True, max_size=8))
def test_no_two_leagues_share_a_folder(leagues: list[str]):
    names = show_names(leagues)
    assert len({name.casefold() for name in names.values()}) == len(leagues)


def test_highlights_of_a_day_share_no_name(tmp_path: Path):
    items = [{"id": one, "title": "Same"} for one in ("ab", "AB", "ab:", "ab?")]
    places = Library(tmp_path, {"NCAA"}).places(DAY, items).values()
    assert len({one.stem.casefold() for one in places}) == 4
    assert len({one.episode for one in places}) == 4


def test_numbers_stay_where_files_have_them(tmp_path: Path):
    items = [{"id": one, "title": "T", "fetch_date": "2026-01-11"} for one in "bd"]
    for one in Library(tmp_path, {"NCAA"}).places(DAY, items).values():
        path = tmp_path / one.path(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    more = [{"id": one, "title": "T", "fetch_date": "2026-01-10"} for one in "ac"]
    places = Library(tmp_path, {"NCAA"}).places(DAY, [*more, *items])
    assert {id_: one.episode % 1000 for id_, one in places.items()} == {
        "b": 1,
        "d": 2,
        "a": 3,
        "c": 4,
    }


def test_no_file_of_a_link_is_renamed(tmp_path: Path):
    old = place("Old", folder=tmp_path)
    (tmp_path / old.folder).mkdir(parents=True)
    (tmp_path / old.path(".json")).write_text("{}")
    (tmp_path / old.path(".mp4")).symlink_to("/etc/hostname")
    new = place("New", folder=tmp_path)
    assert (tmp_path / new.path(".json")).is_file()
    assert not (tmp_path / new.path(".mp4")).exists()


@pytest.mark.parametrize("league", ["..", "../..", ".", "a/b", "CON"])
def test_no_league_leads_out(league: str):
    day = GameDay(league, DAY.date)
    for path in (original_path(day, "../1", "videos/x/y/1.m/../p4"), page_path(day)):
        assert path.startswith(("originals/", "pages/"))
        assert not {"", ".", ".."} & set(path.split("/"))
