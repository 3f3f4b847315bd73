"""What media servers read beside a video: Kodi's NFO files, which Jellyfin and Plex read too.

https://kodi.wiki/view/NFO_files/TV_shows, https://jellyfin.org/docs/general/server/metadata/nfo
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gameday import wording
from gameday.season.layout import Place, title_of


def episode_nfo(item: Mapping[str, Any], show: str, place: Place) -> bytes:
    """A highlight as an episode."""
    root = Element("episodedetails")
    teams = [str(team) for team in (item.get("home_team"), item.get("away_team")) if team]
    facts = {
        "title": title_of(item) or "Untitled highlight",
        "showtitle": show,
        "season": str(place.season),
        "episode": str(place.episode),
        "aired": str(item["game_date"]),
        "plot": _plot(item, teams),
        "studio": item.get("source") or "",
        "runtime": _minutes(item),
    }
    _fill(root, facts)
    SubElement(root, "uniqueid", type="gameday", default="true").text = _text(item["id"])
    for team in teams:
        SubElement(root, "tag").text = _text(team)
    return _document(root)


def show_nfo(show: str, league: str) -> bytes:
    """A league as a show; locked, so that no server looks for one of the same name."""
    root = Element("tvshow")
    _fill(root, {"title": show, "plot": f"Highlights of {league}.", "lockdata": "true"})
    return _document(root)


def season_nfo(season: int) -> bytes:
    """A season, which begins in one year and ends in the next."""
    root = Element("season")
    title = f"Season {season}–{(season + 1) % 100:02}"
    _fill(root, {"title": title, "seasonnumber": str(season), "lockdata": "true"})
    return _document(root)


def _plot(item: Mapping[str, Any], teams: list[str]) -> str:
    day = wording.day_in_words(str(item["game_date"]))
    lines = [wording.teams_in_words(teams), f"{item['league']}, {day}", item.get("description")]
    return "\n".join(str(line) for line in lines if line)


def _minutes(item: Mapping[str, Any]) -> str:
    milliseconds = item.get("rendition", {}).get("duration_milliseconds")
    return "" if not milliseconds else str(max(1, round(int(milliseconds) / 60_000)))


def _fill(root: Element, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if value:
            SubElement(root, name).text = _text(value)


def _text(value: Any) -> str:
    """What XML 1.0 can hold of a text: https://www.w3.org/TR/xml/#charsets."""
    return "".join(
        c
        for c in str(value)
        if c in "\t\n" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
    )


def _document(root: Element) -> bytes:
    indent(root)
    return tostring(root, "utf-8", xml_declaration=True) + b"\n"
