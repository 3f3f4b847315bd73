"""What the provider lists of an invented season, and when: games, and the rows of their clips.

Verified clips appear 1 to 72 hours after a game, some never; what is there before is unverified,
a page, or an address that leads nowhere. https://highlightly.net/documentation/basketball
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from gameday.simulation.calendar import ZONE, Fixture

CLIPS = ("court.mp4", "corner.mp4", "tall.mp4", "bench.webm")
"""Names of the videos that addresses lead to, under the provider's /media/."""

# Nothing appears or goes in the hours in which the vault looks, so that what a look finds is known.
LOOKS_BEGIN, LOOKS_END = time(8, 30), time(11)
STATE_LATER = timedelta(minutes=10)  # after the end of a game the provider calls it finished


class Fate(StrEnum):
    """What becomes of a game's clips, or of the game."""

    VERIFIED = "a verified clip"
    BOTH = "an unverified clip, then a verified one"
    PROMOTED = "an unverified clip that becomes verified"
    UNVERIFIED = "an unverified clip alone"
    FLEETING = "an unverified clip that is gone by the morning"
    FLEETING_THEN_CLIP = "one that is gone by the morning, then a verified one"
    PAGE = "a page alone"
    PAGE_THEN_CLIP = "a page, then a verified clip"
    DEAD = "an address that leads nowhere"
    MENDED = "an address that leads nowhere, then somewhere"
    NEVER = "no clip, ever"
    CANCELLED = "the game is cancelled"
    POSTPONED = "the game is postponed, then a verified clip"


_WEIGHTS = {
    Fate.VERIFIED: 50,
    Fate.BOTH: 12,
    Fate.PROMOTED: 5,
    Fate.UNVERIFIED: 5,
    Fate.FLEETING: 2,
    Fate.FLEETING_THEN_CLIP: 3,
    Fate.PAGE: 6,
    Fate.PAGE_THEN_CLIP: 3,
    Fate.DEAD: 4,
    Fate.MENDED: 2,
    Fate.NEVER: 5,
    Fate.CANCELLED: 1,
    Fate.POSTPONED: 2,
}


@dataclass(frozen=True)
class Row:
    """A highlight in its life. address: what its URL leads to, from each moment on, in order.

    An address is the name of a clip, a whole URL of a page, or a name that nothing is served under.
    """

    id: int
    title: str
    source: str
    listed_at: datetime
    addresses: tuple[tuple[datetime, str], ...]
    verified_at: datetime | None = None
    gone_at: datetime | None = None

    def is_listed(self, now: datetime) -> bool:
        return self.listed_at <= now and (self.gone_at is None or now < self.gone_at)

    def address(self, now: datetime) -> str:
        return [address for since, address in self.addresses if since <= now][-1]

    def type(self, now: datetime) -> str:
        is_verified = self.verified_at is not None and self.verified_at <= now
        return "VERIFIED" if is_verified else "UNVERIFIED"


@dataclass(frozen=True)
class Game:
    """A game in its life. ends_at: when it truly ends, at most three hours after its start.

    moved: when it was postponed, when its new date was set, and when it was first to start.
    """

    fixture: Fixture
    fate: Fate
    ends_at: datetime
    overtime: bool
    score: tuple[int, int]
    rows: tuple[Row, ...] = ()
    cancelled_at: datetime | None = None
    moved: tuple[datetime, datetime, datetime] | None = None

    @property
    def id(self) -> str:
        return str(self.fixture.id)

    def starts_at(self, now: datetime) -> datetime:
        """When it starts, as far as the provider knows."""
        if self.moved is not None and now < self.moved[1]:
            return self.moved[2]
        return self.fixture.starts_at

    def state(self, now: datetime) -> str:
        """How far the game is, in the provider's words."""
        if self.cancelled_at is not None and self.cancelled_at <= now:
            return "Cancelled"
        if self.moved is not None and self.moved[0] <= now < self.moved[1]:
            return "Postponed"
        if now < self.starts_at(now):
            return "Not started"
        if now < self.ends_at + STATE_LATER:
            return "In progress"
        return "Finished after over time" if self.overtime else "Finished"


def games_of(fixtures: Sequence[Fixture], random: Random) -> list[Game]:
    """Each fixture with its fate; each fate at least once where there are games enough."""
    fates = list(Fate)[: len(fixtures)]
    fates += random.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=len(fixtures) - len(fates))
    random.shuffle(fates)
    last = max((fixture.day for fixture in fixtures), default=date.min)
    return [
        _game(fixture, fate, last, random) for fixture, fate in zip(fixtures, fates, strict=True)
    ]


def _game(fixture: Fixture, fate: Fate, last: date, random: Random) -> Game:
    moved = None
    if fate is Fate.POSTPONED:
        fixture, moved = _postponed(fixture, last, random)
        fate = fate if moved else Fate.VERIFIED
    overtime = random.random() < 0.08
    minutes = random.randint(105, 135) + 25 * overtime
    home, away = sorted(random.sample(range(48, 96), 2), reverse=random.random() < 0.6)
    game = Game(
        fixture,
        fate,
        ends_at=fixture.starts_at + timedelta(minutes=minutes),
        overtime=overtime,
        score=(home, away),
        moved=moved,
    )
    if fate is Fate.CANCELLED:
        return replace(game, cancelled_at=fixture.starts_at - timedelta(hours=5))
    return replace(game, rows=tuple(_LIVES[fate](_Clips(game, random))))


def _postponed(
    fixture: Fixture, last: date, random: Random
) -> tuple[Fixture, tuple[datetime, datetime, datetime] | None]:
    """The fixture on a later day, told five hours before its first start and set the day after."""
    days = random.randint(2, 12)
    if fixture.day + timedelta(days=days) > last:
        return fixture, None
    told = _outside_of_looks(fixture.starts_at - timedelta(hours=5))
    later = fixture.starts_at.astimezone(ZONE) + timedelta(days=days)
    return replace(fixture, starts_at=later.astimezone(UTC)), (
        told,
        told + timedelta(hours=30),
        fixture.starts_at,
    )


class _Clips:
    """Makes the rows of one game."""

    def __init__(self, game: Game, random: Random):
        self._game = game
        self.random = random
        self._next_id = game.fixture.id * 10
        self.end = game.ends_at

    def late(self) -> datetime:
        """When a verified clip appears: mostly by the next morning, at most 72 hours later."""
        earliest, latest = self.random.choices(((1, 20), (20, 48), (48, 72)), (70, 20, 10))[0]
        return self.after(self.random.uniform(earliest, latest))

    def after(self, hours: float) -> datetime:
        return _outside_of_looks(self.end + timedelta(hours=hours))

    def clip(self) -> str:
        """A path of its own that leads to one of the videos."""
        return f"{self._next_id}/{self.random.choice(CLIPS)}"

    def page(self) -> str:
        return f"https://www.youtube.com/watch?v=game-{self._next_id}"

    def nowhere(self) -> str:
        return f"{self._next_id}/gone.mp4"

    def row(self, listed_at: datetime, address: str, *, verified: bool, **life: object) -> Row:
        number, self._next_id = self._next_id, self._next_id + 1
        fixture = self._game.fixture
        source = "youtube" if address.startswith("https:") else "espn" if verified else "twitter"
        fields: dict = {
            "addresses": ((listed_at, address),),
            "verified_at": listed_at if verified else None,
        }
        title = f"{fixture.home} vs. {fixture.away}: Highlights"
        return Row(number, title, source, listed_at, **fields | life)


def _promoted(make: _Clips) -> Iterator[Row]:
    verified_at = make.late()
    listed_at = min(make.after(0.3), verified_at)
    yield make.row(listed_at, make.clip(), verified=False, verified_at=verified_at)


def _fleeting(make: _Clips) -> Iterator[Row]:
    listed_at, gone_at = make.end + timedelta(minutes=10), make.end + timedelta(hours=5)
    yield make.row(listed_at, make.clip(), verified=False, gone_at=gone_at)


def _mended(make: _Clips) -> Iterator[Row]:
    listed_at, mended_at = make.after(2), make.after(make.random.uniform(24, 60))
    addresses = ((listed_at, make.nowhere()), (mended_at, make.clip()))
    yield make.row(listed_at, "", verified=True, addresses=addresses)


def _then_clip(first: Callable[[_Clips], Iterator[Row]]) -> Callable[[_Clips], Iterator[Row]]:
    """What `first` lists, and a verified clip after it."""

    def life(make: _Clips) -> Iterator[Row]:
        rows = list(first(make))
        yield from rows
        listed_at = max(make.late(), *(row.listed_at for row in rows))
        yield make.row(listed_at, make.clip(), verified=True)

    return life


def _verified(make: _Clips) -> Iterator[Row]:
    yield make.row(make.late(), make.clip(), verified=True)


def _unverified(make: _Clips) -> Iterator[Row]:
    yield make.row(make.after(0.3), make.clip(), verified=False)


def _page(make: _Clips) -> Iterator[Row]:
    yield make.row(make.after(3), make.page(), verified=True)


def _dead(make: _Clips) -> Iterator[Row]:
    yield make.row(make.after(4), make.nowhere(), verified=True)


_LIVES: dict[Fate, Callable[[_Clips], Iterator[Row]]] = {
    Fate.VERIFIED: _verified,
    Fate.BOTH: _then_clip(_unverified),
    Fate.PROMOTED: _promoted,
    Fate.UNVERIFIED: _unverified,
    Fate.FLEETING: _fleeting,
    Fate.FLEETING_THEN_CLIP: _then_clip(_fleeting),
    Fate.PAGE: _page,
    Fate.PAGE_THEN_CLIP: _then_clip(_page),
    Fate.DEAD: _dead,
    Fate.MENDED: _mended,
    Fate.NEVER: lambda _: iter(()),
    Fate.POSTPONED: _verified,
}


def _outside_of_looks(moment: datetime) -> datetime:
    """The moment, or just before the hours in which the vault looks."""
    local = moment.astimezone(ZONE)
    if LOOKS_BEGIN <= local.time() < LOOKS_END:
        local = datetime.combine(local.date(), LOOKS_BEGIN, ZONE) - timedelta(minutes=1)
    return local.astimezone(UTC)
