"""Serves an invented season as the provider would, by the embedded AWS's clock."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any
from urllib.parse import urljoin

from gameday.embedded.loopback_server import Answer, Request
from gameday.embedded.provider import MEDIA_PATH, Media, Provider
from gameday.simulation.calendar import LEAGUE
from gameday.simulation.weather import API, CLIPS, Weather
from gameday.simulation.world import Game, Row

OTHER_LEAGUE = "NBA"
DAILY_QUOTA = 100
A_MOMENT = timedelta(minutes=1)
ASKED_FOR = timedelta(days=45)  # before and after a game; postponed ones move by days


class SeasonProvider(Provider):
    """The provider of an invented season, as it is at `now()`; arguments as in `Provider`.

    Rows come in another order each day, some of them twice, and some of another league.
    clips: the videos, by the names that addresses end in. calls: requests of the API by UTC day.
    """

    def __init__(
        self,
        games: Iterable[Game],
        weather: Weather,
        clips: Mapping[str, Path],
        *,
        key: str,
        now: Callable[[], datetime],
        port: int = 0,
    ):
        super().__init__(key=key, port=port, daily_quota=DAILY_QUOTA, leaked_leagues=[OTHER_LEAGUE])
        self.calls: Counter[date] = Counter()
        self.faults: Counter[tuple[date, str]] = Counter()
        self._games, self._weather, self._now = list(games), weather, now
        self._listed_at = datetime.min.replace(tzinfo=UTC)
        self._asked: Counter[tuple[date, str]] = Counter()
        self._asking = Lock()
        self._day = date.min
        self.media = {
            name: Media(clips[name.rsplit("/", 1)[1]]) for name in _names(self._games, clips)
        }

    def _answer(self, request: Request) -> Answer:
        now = self._now()
        is_clip = request.path.startswith(MEDIA_PATH)
        with self._asking:
            if now.date() != self._day:
                self._day, self._used = now.date(), 0
                self._asked.clear()
            self._asked[now.date(), request.path] += 1
            number = self._asked[now.date(), request.path]
            self.calls[now.date()] += not is_clip
            endpoint = request.path.rsplit("/", 1)[-1]
            fault = self._weather.fault(now.date(), CLIPS if is_clip else API, endpoint, number)
            if fault is not None:
                self.faults[now.date(), fault.name] += 1
                self.fail_next(fault, path=request.path)
            self._list(now)
        return super()._answer(request)

    def _list(self, now: datetime) -> None:
        """Have what is listed now, of the games that are still asked for."""
        if now - self._listed_at < A_MOMENT:
            return
        self._listed_at = now
        random, media_url = Random(f"{now:%Y-%m-%d %H:%M}"), f"{self.base_url}{MEDIA_PATH}"
        games = [one for one in self._games if abs(one.fixture.starts_at - now) < ASKED_FOR]
        self.highlights = _in_disorder(
            [
                _row(row, game, now, media_url)
                for game in games
                for row in game.rows
                if row.is_listed(now)
            ],
            random,
        )
        self.matches = _in_disorder([_match(game, now) for game in games], random)


def _names(games: Iterable[Game], clips: Mapping[str, Path]) -> Iterator[str]:
    """What is served under /media/."""
    for game in games:
        for row in game.rows:
            for _, address in row.addresses:
                if address.rsplit("/", 1)[-1] in clips:
                    yield address


def _in_disorder(rows: list[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """The rows in another order, some of them twice, and some of another league among them."""
    repeated = random.sample(rows, len(rows) // 5)
    others = [_of_other_league(row) for row in random.sample(rows, len(rows) // 10)]
    rows = [*rows, *repeated, *others]
    random.shuffle(rows)
    return rows


def _of_other_league(row: dict[str, Any]) -> dict[str, Any]:
    match = row.get("match", row)
    other = match | {"id": match["id"] + 50, "league": match["league"] | {"name": OTHER_LEAGUE}}
    return row | {"id": row["id"] + 7, "match": other} if "match" in row else other


def _row(row: Row, game: Game, now: datetime, media_url: str) -> dict[str, Any]:
    """A row of /highlights, in the documented shape."""
    match = _match(game, now)
    del match["state"]
    address = row.address(now)
    is_page = address.startswith("https:")
    return {
        "id": row.id,
        "type": row.type(now),
        "imgUrl": None,
        "title": row.title,
        "description": None,
        "url": urljoin(media_url, address),
        "embedUrl": address.replace("watch?v=", "embed/") if is_page else None,
        "channel": None,
        "source": row.source,
        "category": "match-highlights",
        "match": match,
    }


def _match(game: Game, now: datetime) -> dict[str, Any]:
    """A row of /matches, in the documented shape."""
    state = game.state(now)
    played = state.startswith("Finished")
    season = game.fixture.day.year - (game.fixture.day.month < 7)
    home, away = game.score
    return {
        "id": game.fixture.id,
        "round": None,
        "date": game.starts_at(now).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "country": {"code": "US", "name": "USA", "logo": None},
        "league": {"id": 97001, "season": season, "name": LEAGUE, "logo": None},
        "season": season,
        "homeTeam": {"id": 1, "name": game.fixture.home, "logo": None},
        "awayTeam": {"id": 2, "name": game.fixture.away, "logo": None},
        "state": {
            "clock": None,
            "description": state,
            "score": {"current": f"{home} - {away}" if played else None},
        },
    }
