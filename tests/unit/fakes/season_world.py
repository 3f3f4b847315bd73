"""A provider whose clips come late, mornings on which it is asked, and a clock for both."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import urllib3

from gameday.embedded.provider_endpoints import ENDPOINTS, with_repeats
from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import VaultError
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.provider import Provider
from lambdas.highlights.season.due import Calendar, due_days, first_of_interest
from lambdas.highlights.season.lock import DayLock
from lambdas.highlights.season.look import Look
from lambdas.highlights.season.season import Season
from lambdas.highlights.season.settling import settle
from tests.unit.fakes.bucket import FakeBucket
from tests.unit.fakes.highlights_table import HighlightsTable
from tests.unit.fakes.sorted_table import SortedTable

LEAGUE, ZONE = "NCAA", ZoneInfo("America/New_York")
EVERY_DAY = Calendar(frozenset(range(7)), frozenset(range(1, 13)))
WINDOW_DAYS = 3


@dataclass(frozen=True)
class Clip:
    """A highlight that the provider lists from `at` on. becomes: what a download makes of it."""

    id: int
    at: datetime
    type: str = "VERIFIED"
    becomes: Status = Status.PLAYABLE


@dataclass(frozen=True)
class Played:
    """A game that begins at `start` and takes so long. moved_to, moved_at: of a postponed one."""

    id: int
    start: datetime
    clips: tuple[Clip, ...] = ()
    lasts: timedelta = timedelta(hours=2, minutes=15)
    state: str = "Finished"
    listed: bool = True
    moved_to: datetime | None = None
    moved_at: datetime | None = None

    @property
    def end(self) -> datetime:
        return (self.moved_to or self.start) + self.lasts

    def row(self, now: datetime) -> dict[str, Any]:
        """As /matches has it at `now`."""
        start, state = self.start, self.state
        if self.moved_to is not None and now >= self.start - timedelta(hours=2):
            state = "Postponed"
        if self.moved_at is not None and now >= self.moved_at:
            start, state = self.moved_to, self.state
        if state.startswith("Finished") and now < start + self.lasts:
            state = "Not started" if now < start else "Second half"
        return {
            "id": self.id,
            "date": start.astimezone(UTC).isoformat().replace("+00:00", ".000Z"),
            "league": {"id": 1, "name": LEAGUE},
            "homeTeam": {"id": 2 * self.id, "name": f"Home {self.id}"},
            "awayTeam": {"id": 2 * self.id + 1, "name": f"Away {self.id}"},
            "state": {"description": state, "score": {"current": None}},
        }


@dataclass
class SeasonWorld:
    """The vault's own code over fakes. repeats: pages share rows, and rows change their order.

    down: from when to when the provider does not answer. matches_work: whether it lists games.
    calls: what was asked, and of which day. fetched: how often each highlight was downloaded.
    """

    games: list[Played]
    repeats: bool = False
    down: tuple[datetime, datetime] | None = None
    matches_work: bool = True
    limit: int = 40
    seed: int = 1
    now: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    calls: list[tuple[str, str]] = field(default_factory=list)
    fetched: Counter = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.highlights, self.table = HighlightsTable(), SortedTable()
        self.season = Season(self.table)
        self._random = random.Random(self.seed)
        self._archive = Archive(Bucket(), "bucket")
        self._provider = Provider(self, "https://provider.example/highlights", "", "key")  # type: ignore[arg-type]

    def request(self, method: str, url: str, *, fields: dict[str, str], **_: Any) -> Any:
        """What the provider answers, as urllib3's pool manager does."""
        name = url.rpartition("/")[2]
        self.calls.append((name, fields["date"]))
        if self.down and self.down[0] <= self.now < self.down[1]:
            raise urllib3.exceptions.ProtocolError("Connection aborted.")
        if name == "matches" and not self.matches_work:
            return _answer(404, {"message": "not found"})
        endpoint = ENDPOINTS[name]
        assert endpoint.problem(fields) is None
        limit, offset = endpoint.page(fields)
        rows = endpoint.selected(self._rows(name), fields, ())
        if self.repeats:
            self._random.shuffle(rows)
            rows = with_repeats(rows, limit)
        page = {"totalCount": len(rows), "offset": offset, "limit": limit}
        return _answer(200, {"data": rows[offset : offset + limit], "pagination": page})

    def _rows(self, name: str) -> list[dict[str, Any]]:
        matches = {game.id: game.row(self.now) for game in self.games}
        if name == "matches":
            return [matches[game.id] for game in self.games if game.listed]
        return [
            {
                "id": clip.id,
                "type": clip.type,
                "url": f"https://clips.example/{clip.id}.mp4",
                "match": {k: v for k, v in matches[game.id].items() if k != "state"},
            }
            for game in self.games
            for clip in game.clips
            if clip.at <= self.now
        ]

    def run(self, day: date, *, own: bool = False) -> bool:
        """One execution for a day; False where the provider failed it."""
        game_day, holder = GameDay(LEAGUE, day), f"arn:run-{len(self.calls)}-{self.now}"
        DayLock(self.table, lambda _: False).acquire(game_day, holder, self.now)
        look = Look(self.season, game_day, ZONE.key, self.now, self.limit)
        ledger = Ledger(self.highlights)
        try:
            intake = look.take_in(
                self._provider,
                self._archive,
                ledger,
                own=own,
                tell_listed=lambda *_: None,
                unlisted=lambda _: None,
            )
        except VaultError:
            return False
        for one in intake.pending:
            self._download(one, ledger)
        found = ledger.read(intake.ids)
        settle(
            self.season,
            game_day,
            [found[one] for one in intake.ids],
            holder=holder,
            now=self.now + timedelta(minutes=20),
            window=timedelta(days=WINDOW_DAYS),
            limit=self.limit,
        )
        return True

    def _download(self, highlight_id: str, ledger: Ledger) -> None:
        self.fetched[highlight_id] += 1
        (clip,) = [c for game in self.games for c in game.clips if str(c.id) == highlight_id]
        if clip.becomes is Status.PLAYABLE:
            ledger.record_rendition(highlight_id, {"key": "r"}, {"key": "t"}, self.now)
        else:
            ledger.record_outcome({"id": highlight_id}, clip.becomes, "why", self.now)

    def mornings(self, first: date, days: int) -> None:
        """The two looks of each morning, half an hour apart, over `days` days from `first`."""
        for number in range(days):
            today = first + timedelta(days=number)
            for minute in (30, 60):
                local = datetime.combine(today, time(9), ZONE) + timedelta(minutes=minute)
                self.now = local.astimezone(UTC)
                known = {
                    date.fromisoformat(item["sk"]): item
                    for item in self.season.days(LEAGUE, first_of_interest(today), today)
                }
                for day in due_days(
                    known,
                    today=today,
                    look_back_days=WINDOW_DAYS,
                    calendar=EVERY_DAY,
                    room=True,
                    now=self.now,
                ):
                    self.run(day)

    def states(self) -> dict[str, tuple[str, str]]:
        """Of each game's row the state and the day, by the game's id; no game has two rows."""
        rows = list(self.season.games(LEAGUE, date(2020, 1, 1), date(2030, 1, 1)))
        found = {row["id"]: (row["state"], row["game_date"]) for row in rows}
        assert len(found) == len(rows), "a game is listed on two days"
        return found

    def calls_of(self, day: date) -> Counter:
        """How often each endpoint was asked about a day."""
        return Counter(name for name, asked in self.calls if asked == day.isoformat())


class Bucket(FakeBucket):
    """A bucket that refuses to replace an object."""

    def put_object(self, *, IfNoneMatch: str, **put: Any) -> dict[str, str]:
        assert IfNoneMatch == "*"
        return super().put_object(**put)


def evening(day: date, hour: int = 19, minute: int = 0) -> datetime:
    """A moment of `day` in New York, in UTC."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def with_clip(game: Played, hours: float, **facts: Any) -> Played:
    """`game` with a clip that is listed so many hours after its end."""
    clip = Clip(100 * game.id + len(game.clips), game.end + timedelta(hours=hours), **facts)
    return replace(game, clips=(*game.clips, clip))


def _answer(status: int, body: object) -> Any:
    content = BytesIO(json.dumps(body).encode())
    return urllib3.HTTPResponse(content, status=status, preload_content=False)
