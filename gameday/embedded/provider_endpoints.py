"""The endpoints of the Sport Highlights API's basketball part: their parameters and their rows.

https://highlightly.net/documentation/basketball
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
_PAGING = ("limit", "offset")


@dataclass(frozen=True)
class Endpoint:
    """What one endpoint takes. page_maximum: rows of an answer.

    filters: what each parameter is held against in a row's match, or in a league. has_days: whether
    `date` and `timezone` are parameters too.
    """

    page_maximum: int
    filters: Mapping[str, Callable[[Mapping[str, Any]], object]]
    has_days: bool = True

    def problem(self, query: Mapping[str, str]) -> str | None:
        """Why the provider refuses `query`, or None."""
        not_filters = {*_PAGING, *(["timezone"] if self.has_days else [])}
        known = {*self.filters, *not_filters, *(["date"] if self.has_days else [])}
        for name in query:
            if name not in known:
                return f"property {name} should not exist"
        for name in (*_WHOLE_NUMBERS, *_PAGING):
            if not re.fullmatch(r"-?\d+", query.get(name, "0"), re.ASCII):
                return f"{name} must be an integer number"
        limit, offset = self.page(query)
        if limit < 1:
            return "limit must not be less than 1"
        if limit > self.page_maximum:
            return f"limit must not be greater than {self.page_maximum}"
        if offset < 0:
            return "offset must not be less than 0"
        if not _is_zone(query.get("timezone", "Etc/UTC")):
            return "timezone must be a valid IANA time-zone"
        if "date" in query and not _is_date(query["date"]):
            return "date must be a date of the form YYYY-MM-DD"
        if self.has_days and not query.keys() - not_filters:
            return "at least one parameter besides limit, offset and timezone is required"
        return None

    def page(self, query: Mapping[str, str]) -> tuple[int, int]:
        """The limit and offset that `query` asks for."""
        return int(query.get("limit", self.page_maximum)), int(query.get("offset", 0))

    def selected(
        self, rows: Sequence[Row], query: Mapping[str, str], leaked_leagues: Collection[str]
    ) -> list[Row]:
        """The rows that `query` asks for, and those of `leaked_leagues`, whatever league it names."""
        zone = ZoneInfo(query.get("timezone", "Etc/UTC"))

        def passes(name: str, match: Mapping[str, Any]) -> bool:
            if name == "leagueName" and self.filters[name](match) in leaked_leagues:
                return True
            if name == "date":
                start = datetime.fromisoformat(match["date"]).astimezone(zone)
                return start.date().isoformat() == query["date"]
            return str(self.filters[name](match)) == query[name]

        asked = query.keys() - {*_PAGING, "timezone"}
        return [row for row in rows if all(passes(name, row.get("match", row)) for name in asked)]


def _of(*path: str) -> Callable[[Mapping[str, Any]], object]:
    def value(row: Mapping[str, Any]) -> object:
        found: Any = row
        for name in path:
            found = found[name]
        return found

    return value


_league_name = _of("league", "name")
_GAME = {
    "countryCode": _of("country", "code"),
    "countryName": _of("country", "name"),
    "leagueName": _league_name,
    "leagueId": _of("league", "id"),
    "season": _of("season"),
    "homeTeamId": _of("homeTeam", "id"),
    "awayTeamId": _of("awayTeam", "id"),
    "homeTeamName": _of("homeTeam", "name"),
    "awayTeamName": _of("awayTeam", "name"),
}
_WHOLE_NUMBERS = ("leagueId", "season", "matchId", "homeTeamId", "awayTeamId")
ENDPOINTS = {
    "highlights": Endpoint(40, {**_GAME, "matchId": _of("id")}),
    "matches": Endpoint(100, _GAME),
    "leagues": Endpoint(
        100, {"leagueName": _of("name"), "countryCode": _of("country", "code")}, has_days=False
    ),
}


def matches_of(highlights: Iterable[Row]) -> list[Row]:
    """The games that `highlights` are of, each once, as /matches has them: played to their end."""
    state = {"clock": None, "score": {"current": None}, "description": "Finished"}
    found = {row["match"]["id"]: {**row["match"], "state": state} for row in highlights}
    return list(found.values())


def leagues_of(matches: Iterable[Row]) -> list[Row]:
    """The leagues that `matches` are of, each once, as /leagues has them."""
    found: dict[Any, Row] = {}
    for match in matches:
        league, season = match["league"], {"season": match["season"]}
        row = found.setdefault(
            league["id"],
            {
                "id": league["id"],
                "name": league["name"],
                "logo": league.get("logo"),
                "country": match["country"],
                "seasons": [],
            },
        )
        if season not in row["seasons"]:
            row["seasons"].append(season)
    return list(found.values())


def with_repeats(rows: Sequence[Row], limit: int) -> list[Row]:
    """`rows` with the row before once more wherever a page of `limit` begins."""
    repeated: list[Row] = []
    for row in rows:
        if repeated and len(repeated) % limit == 0:
            repeated.append(repeated[-1])
        repeated.append(row)
    return repeated


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
