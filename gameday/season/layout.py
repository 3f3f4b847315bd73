"""Where each file of a season stands, named as media servers, file managers and people expect.

A league is a show, a season is numbered by the year in which it begins, and a highlight is an
episode: `NCAA Highlights/Season 2025/NCAA Highlights - s2025e1310001 - 2026 Jan 10 - <title>
[<id>].mp4`. Episodes are named by number, not by date, because a server takes two files of one
show and date for two versions of one episode, and a game day has many highlights.
https://support.plex.tv/articles/naming-and-organizing-your-tv-show-files/
https://jellyfin.org/docs/general/server/media/shows/
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gameday.names import id_names, safe_name
from lambdas.highlights.game_day import GameDay

LONGEST_NAME = 150  # bytes of UTF-8, ending included
LONGEST_LEAGUE = 60
FIRST_MONTH = 7  # a month of the next season, in which nobody plays
ORIGINALS, ARCHIVE, PAGES = "originals", "archive", "pages"
VIDEO, PICTURE, THUMBNAIL, NFO, FACTS = ".mp4", ".jpg", "-thumb.jpg", ".nfo", ".json"
ENDINGS = (VIDEO, PICTURE, THUMBNAIL, NFO, FACTS)  # the last tells a rerun what was named
NAMED = re.compile(
    r".* - s(?P<season>\d{1,4})e(?P<day>\d{3,4})(?P<number>\d{3}) - .*"
    r"\[(?P<id>[A-Za-z0-9_-]+)\]\.json",
    re.DOTALL,
)
# What a scanner takes for the date of an episode, wherever it stands in a name.
DATE = re.compile(
    r"\d{4}[^0-9A-Za-z]+\d{2}[^0-9A-Za-z]+\d{2}|\d{2}[^0-9A-Za-z]+\d{2}[^0-9A-Za-z]+\d{4}"
)
# A show that ends as the one does whose league shares its name with another.
MARKED = re.compile(r" [0-9a-f]{8}$", re.IGNORECASE)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Place:
    """Where the files of a highlight stand; each is `path` of its ending.

    folder: relative to the season's folder, with `/`. season, episode: their numbers.
    """

    folder: str
    stem: str
    season: int
    episode: int

    def path(self, ending: str) -> str:
        """The file with this ending, relative to the season's folder."""
        return f"{self.folder}/{self.stem}{ending}"


def season_of(day: date) -> int:
    """The year in which the season of `day` begins."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def day_number(day: date) -> int:
    """Month and day, where January to June count as months 13 to 18, so that numbers follow time."""
    month = day.month if day.month >= FIRST_MONTH else day.month + 12
    return month * 100 + day.day


def show_names(leagues: Collection[str]) -> dict[str, str]:
    """The show of each league; no two are equal where upper and lower case are the same."""
    plain = {one: safe_name(one, LONGEST_LEAGUE) or "league" for one in sorted(leagues)}
    uses = Counter(name.casefold() for name in plain.values())
    shows = {}
    for league, name in plain.items():
        if uses[name.casefold()] > 1 or MARKED.search(name):
            name += f" {hashlib.sha256(league.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        shows[league] = f"{name} Highlights"
    return shows


def original_path(game_day: GameDay, id_: str, key: str) -> str:
    """Where the video stands as its source served it, whose key in the archive is `key`."""
    extension = safe_name(key.rpartition(".")[2], 8) or "video"
    return f"{ORIGINALS}/{_day_folder(game_day)}/{id_names([id_])[id_]}.{extension}"


def archive_path(key: str) -> str:
    """Where a raw answer or a run record stands."""
    return f"{ARCHIVE}/{key}"


def page_path(game_day: GameDay) -> str:
    """The page of a game day."""
    return f"{PAGES}/{_day_folder(game_day)}.html"


def _day_folder(game_day: GameDay) -> str:
    """`<league>/<date>`, from which no league leads out."""
    league, day = game_day.folder.split("/")
    return f"{safe_name(league, LONGEST_LEAGUE) or 'league'}/{day}"


class Library:
    """Names the highlights of the season in `root`, and remembers the names that it finds there."""

    def __init__(self, root: Path, leagues: Collection[str]):
        self._root = root
        self._shows = show_names(leagues)
        self._folder = ""
        self._there: dict[tuple[int, str], tuple[int, str]] = {}

    def show(self, league: str) -> str:
        """The show of a league, which is its folder, too."""
        return self._shows[league]

    def season_folder(self, game_day: GameDay) -> str:
        """The folder of the day's season."""
        return f"{self.show(game_day.league)}/Season {season_of(game_day.date)}"

    def places(self, game_day: GameDay, items: Sequence[Mapping[str, Any]]) -> dict[str, Place]:
        """The place of each highlight of a day, by its id.

        Numbers that earlier exports gave stay, and so do the files: those whose title changed
        since are renamed.
        """
        folder = self.season_folder(game_day)
        self._look(folder)
        day, names = day_number(game_day.date), id_names([item["id"] for item in items])
        numbers = _numbers(
            sorted(items, key=lambda item: (str(item.get("fetch_date", "")), item["id"])),
            {one: self._there.get((day, name), (0, ""))[0] for one, name in names.items()},
        )
        places = {}
        for item in items:
            name, number = names[item["id"]], numbers[item["id"]]
            stem = self._stem(game_day, number, item, name)
            self._rename(folder, self._there.get((day, name), (0, stem))[1], stem)
            season = season_of(game_day.date)
            places[item["id"]] = Place(folder, stem, season, day * 1000 + number)
        return places

    def _stem(self, game_day: GameDay, number: int, item: Mapping[str, Any], name: str) -> str:
        day = game_day.date
        code = f"s{season_of(day)}e{day_number(day)}{number:03}"
        date_ = f"{day.year} {MONTHS[day.month - 1]} {day.day:02}"
        start = f"{self.show(game_day.league)} - {code} - {date_} -"
        ending = f"[{name}]"
        longest = LONGEST_NAME - len(f"{start} ".encode()) - len(f" {ending}{THUMBNAIL}".encode())
        title = safe_name(without_dates(title_of(item)), longest)
        return " ".join(part for part in (start, title, ending) if part)

    def _look(self, folder: str) -> None:
        """Remember the names in a season's folder, of one season at a time."""
        if folder == self._folder:
            return
        self._folder, self._there = folder, {}
        for name in _names(self._root / folder):
            if found := NAMED.fullmatch(name):
                stem = name.removesuffix(FACTS)
                self._there[int(found["day"]), found["id"]] = (int(found["number"]), stem)

    def _rename(self, folder: str, old: str, new: str) -> None:
        if old == new:
            return
        for ending in ENDINGS:
            path = self._root / folder / f"{old}{ending}"
            if path.is_file() and not path.is_symlink():
                path.replace(self._root / folder / f"{new}{ending}")


def title_of(item: Mapping[str, Any]) -> str:
    """The highlight's title, or its teams, as far as they are known."""
    teams = " vs. ".join(str(t) for t in (item.get("home_team"), item.get("away_team")) if t)
    return str(item.get("title") or teams)


def without_dates(title: str) -> str:
    """`title` with nothing in it that a media server would take for another date."""
    while found := DATE.search(title):
        digits = re.sub(r"\D+", "", found[0])
        title = f"{title[: found.start()]}{digits}{title[found.end() :]}"
    return title


def _numbers(items: Sequence[Mapping[str, Any]], before: Mapping[str, int]) -> dict[str, int]:
    """A number for each item: the one it had before, else the next after all others."""
    numbers: dict[str, int] = {}
    for item in items:
        had = before[item["id"]]
        if had and had not in numbers.values():
            numbers[item["id"]] = had
    following = max(numbers.values(), default=0)
    for item in items:
        if item["id"] not in numbers:
            following += 1
            numbers[item["id"]] = following
    return numbers


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries)
    except FileNotFoundError:
        return
