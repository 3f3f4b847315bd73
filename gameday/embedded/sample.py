"""The sample game day: a made-up Saturday of college basketball with clips made on this machine.

Colleges, games, ids and addresses are invented; only the shape of the rows is the provider's.
Addresses that nothing here serves end in `.example`, a name reserved to lead nowhere
(https://www.rfc-editor.org/rfc/rfc2606).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from gameday.embedded.clips import (
    FAST_BREAK,
    HALF_COURT,
    UNDER_THE_BASKET,
    Camera,
    Clip,
    make_clips,
)
from gameday.embedded.drawing import Teams, colour
from gameday.embedded.provider import Media, Provider

SAMPLE_KEY = "sample-key"
OTHER_LEAGUE = "NBA"

BLUE_RIDGE = Clip(
    name="blue-ridge_360p30.mp4",
    width=640,
    height=360,
    seconds=6,
    teams=Teams(home=colour("1f4e9c"), away=colour("c8352b"), floor=colour("d9a86a")),
    play=HALF_COURT,
    camera=Camera(x=47, y=27.5, zoom=6.2),
    score=(71, 68),
    seconds_left=34,
)
HARBOR_TECH = Clip(
    name="harbor-tech_720p30.mp4",
    width=1280,
    height=720,
    seconds=8,
    teams=Teams(home=colour("0f766e"), away=colour("f2b01e"), floor=colour("e3bd8a")),
    play=UNDER_THE_BASKET,
    camera=Camera(x=75, y=28, zoom=21),
    score=(58, 61),
    seconds_left=48,
)
CEDAR_VALLEY = Clip(
    name="cedar-valley_vertical.mp4",
    width=360,
    height=640,
    seconds=4,
    teams=Teams(home=colour("6d28a8"), away=colour("4fb3d9"), floor=colour("c99a66")),
    play=HALF_COURT,
    camera=Camera(x=50, y=25, zoom=6.1),
    score=(44, 39),
    seconds_left=21,
)
RED_MESA = Clip(
    name="red-mesa_360p30.webm",
    width=640,
    height=360,
    seconds=5,
    teams=Teams(home=colour("b3261e"), away=colour("2b2f3a"), floor=colour("e6c79c")),
    play=FAST_BREAK,
    camera=Camera(x=50, y=27, zoom=10.5),
    score=(80, 77),
    seconds_left=12,
)
PINE_HOLLOW = Clip(
    name="pine-hollow_480p30.mp4",
    width=854,
    height=480,
    seconds=3,
    teams=Teams(home=colour("14532d"), away=colour("aab4be"), floor=colour("b98654")),
    play=HALF_COURT,
    camera=Camera(x=26, y=28, zoom=12.5, mirrored=True),
    score=(63, 63),
    seconds_left=9,
    audio=False,
)
CLIPS = (BLUE_RIDGE, HARBOR_TECH, CEDAR_VALLEY, RED_MESA, PINE_HOLLOW)


@dataclass(frozen=True)
class Match:
    """A game. `start` is in UTC, as the provider writes it."""

    id: int
    start: str
    home: str
    away: str
    league: tuple[int, str] = (97001, "NCAA")
    state: str = "Finished"
    score: str | None = None

    def row(self) -> dict[str, Any]:
        """The match as a highlight holds it."""
        league_id, league_name = self.league
        return {
            "id": self.id,
            "round": None,
            "date": self.start,
            "country": {"code": "US", "name": "USA", "logo": _logo("countries", "us")},
            "league": {
                "id": league_id,
                "season": 2025,
                "name": league_name,
                "logo": _logo("leagues", league_id),
            },
            "season": 2025,
            "homeTeam": _team(self.home),
            "awayTeam": _team(self.away),
        }

    def game(self) -> dict[str, Any]:
        """The match as /matches lists it."""
        state = {"clock": None, "score": {"current": self.score}, "description": self.state}
        return {**self.row(), "state": state}


@dataclass(frozen=True)
class Highlight:
    """A row. `url` is the name of a clip served under /media/ or a whole address.

    Of `category` None means that the row lacks the field, as older rows do.
    """

    id: int
    title: str
    url: str
    match: Match
    source: str
    type: str = "VERIFIED"
    image: str | None = None
    description: str | None = None
    embed_url: str | None = None
    channel: str | None = None
    category: str | None = "match-highlights"

    def row(self, media_url: str) -> dict[str, Any]:
        """The highlight in the provider's shape, its clip under `media_url`."""
        row = {
            "id": self.id,
            "type": self.type,
            "imgUrl": self.image,
            "title": self.title,
            "description": self.description,
            "url": urljoin(media_url, self.url),
            "embedUrl": self.embed_url,
            "channel": self.channel,
            "source": self.source,
            "category": self.category,
            "match": self.match.row(),
        }
        if self.category is None:
            del row["category"]
        return row


TEAMS = (
    *("Blue Ridge", "Lakeshore State", "Harbor Tech W", "Sunfield W", "Cedar Valley"),
    *("North Sound", "Red Mesa W", "Ironwood State W", "Pine Hollow", "Silver Bay"),
    *("Fort Linden", "Prairie A&M", "Stone Creek W", "Bellmont W", "Metro Comets", "Bay Pilots"),
    *("Alder Creek", "Quarry Hills", "Long Meadow", "Winter Harbor"),
)


def _team(name: str) -> dict[str, Any]:
    number = 60101 + TEAMS.index(name)
    return {"id": number, "name": name, "logo": _logo("teams", number)}


def _logo(kind: str, name: str | int) -> str:
    return f"https://logos.example/{kind}/{name}.png"


SUNFIELD_WINS = Highlight(
    id=412380217,
    title="Harbor Tech vs. Sunfield: Women's Highlights",
    url=HARBOR_TECH.name,
    match=Match(98311402, "2026-01-10T19:00:00.000Z", "Harbor Tech W", "Sunfield W"),
    source="espn",
    image="https://images.example/harbor-tech.jpg",
    description="Sunfield holds off a late run at Harbor Tech.",
    channel="ESPN",
)
HIGHLIGHTS = (
    Highlight(
        id=412380195,
        title="Blue Ridge vs. Lakeshore State: Highlights",
        url=BLUE_RIDGE.name,
        match=Match(98311377, "2026-01-10T17:00:00.000Z", "Blue Ridge", "Lakeshore State"),
        source="espn",
        image="https://images.example/blue-ridge.jpg",
        channel="ESPN",
    ),
    SUNFIELD_WINS,
    Highlight(
        id=412380240,
        title="Cedar Valley beats the halftime buzzer",
        url=CEDAR_VALLEY.name,
        match=Match(98311389, "2026-01-10T20:30:00.000Z", "Cedar Valley", "North Sound"),
        source="twitter",
        type="UNVERIFIED",
        category=None,
    ),
    Highlight(
        id=412380263,
        title="Red Mesa vs. Ironwood State: Women's Highlights",
        url=RED_MESA.name,
        match=Match(98311415, "2026-01-10T22:00:00.000Z", "Red Mesa W", "Ironwood State W"),
        source="reddit",
        type="UNVERIFIED",
        description="The fast break that decided it.",
    ),
    Highlight(
        id=412380281,
        title="Fort Linden vs. Prairie A&M: Full Game Recap",
        url="https://www.youtube.com/watch?v=sample-recap",
        match=Match(98311391, "2026-01-10T23:00:00.000Z", "Fort Linden", "Prairie A&M"),
        source="youtube",
        image="https://images.example/fort-linden.jpg",
        embed_url="https://www.youtube.com/embed/sample-recap",
        channel="Plains Conference Network",
    ),
    Highlight(
        id=412380302,
        title="Stone Creek vs. Bellmont: Women's Highlights",
        url="stone-creek_360p30.mp4",
        match=Match(98311420, "2026-01-11T00:00:00.000Z", "Stone Creek W", "Bellmont W"),
        source="espn",
        channel="ESPN",
    ),
    SUNFIELD_WINS,
    Highlight(
        id=412380344,
        title="Metro Comets vs. Bay Pilots: Highlights",
        url="metro-comets_360p30.mp4",
        match=Match(
            id=98295066,
            start="2026-01-11T01:00:00.000Z",
            home="Metro Comets",
            away="Bay Pilots",
            league=(10996, OTHER_LEAGUE),
        ),
        source="espn",
        channel="ESPN",
    ),
    Highlight(
        id=412380371,
        title="Pine Hollow vs. Silver Bay: Late-Night Finish",
        url=PINE_HOLLOW.name,
        match=Match(98311433, "2026-01-11T03:30:00.000Z", "Pine Hollow", "Silver Bay"),
        source="espn",
        image="https://images.example/pine-hollow.jpg",
        channel="ESPN",
    ),
)


# Of one no clip ever comes, and the other is not played.
WITHOUT_CLIP = (
    Match(
        id=98311441,
        start="2026-01-11T02:00:00.000Z",
        home="Alder Creek",
        away="Quarry Hills",
        state="Finished after over time",
        score="88 - 84",
    ),
    Match(98311447, "2026-01-10T23:30:00.000Z", "Long Meadow", "Winter Harbor", state="Postponed"),
)


@dataclass(frozen=True)
class SampleDay:
    """A game day as the provider knows it. `media` is what it serves under /media/, by name."""

    media: Mapping[str, Media]
    league: str = "NCAA"
    game_date: date = date(2026, 1, 10)
    time_zone: str = "America/New_York"

    def highlights(self, base_url: str) -> list[dict[str, Any]]:
        """The provider's nine rows, their clips under `base_url`/media/.

        Five playable clips, the last of a game that in UTC is on the next day; a page instead of
        a file; a clip that is gone; a row that comes twice; a row of another league.
        """
        return [highlight.row(f"{base_url}/media/") for highlight in HIGHLIGHTS]

    def matches(self) -> list[dict[str, Any]]:
        """The day's games: those of the highlights, one without a clip, and one postponed."""
        games = {highlight.match.id: highlight.match for highlight in HIGHLIGHTS}
        return [match.game() for match in (*games.values(), *WITHOUT_CLIP)]


def sample_day(
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
    *,
    ffmpeg: str | None = None,
) -> SampleDay:
    """The sample day, its clips kept in `folder` and made only where they are missing.

    `progress` is told, after each clip, how many of how many are there. `ffmpeg` is the program
    to use; imageio-ffmpeg's by default. Raises ClipError.
    """
    media = {}
    for name, path in make_clips(CLIPS, folder, progress=progress, ffmpeg=ffmpeg).items():
        content_type = "video/webm" if name.endswith(".webm") else "video/mp4"
        media[name] = Media(path, content_type)
    return SampleDay(media)


def serve_sample(
    folder: Path,
    port: int = 0,
    *,
    key: str = SAMPLE_KEY,
    progress: Callable[[int, int], None] | None = None,
) -> Provider:
    """A provider of the sample day, to be entered with `with`; arguments as in `sample_day`.

    Like the real one it hands out a row of another league with those asked for.
    Raises ClipError, and OSError when the port is taken.
    """
    day = sample_day(folder, progress)
    provider = Provider(key=key, media=day.media, port=port, leaked_leagues=[OTHER_LEAGUE])
    provider.highlights = day.highlights(provider.base_url)
    provider.matches = day.matches()
    return provider
