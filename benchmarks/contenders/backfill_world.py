"""A deployed vault in which nothing is kept, and the provider of a season that it can ask.

`python -m benchmarks.contenders.backfill_world FOLDER COUNT` deploys into the home FOLDER, prints
one line of JSON when that is done, and serves the provider until standard input is closed.

One highlight in twenty has a clip of a second, which is downloaded and transcoded; the others are
links to a page, of which the metadata is kept. So it measures what grows with the number of
highlights and of days, and not ffmpeg.
"""

import json
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from rich.console import Console

from gameday.deployment import deploy_context
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import Media, Provider
from gameday.home import Home
from gameday.request import ONE_PLACE
from gameday.steps import Steps
from gameday.synthesis import project_context

KEY, LEAGUE = "a-benchmark-key", "NCAA"
FIRST_DAY, HIGHLIGHTS_A_DAY = date(2025, 11, 3), 40
CLIP, WITH_CLIP = "clip.mp4", 20  # one in so many
FIRST_ID = 400_000_000


def main(folder: Path, count: int) -> None:
    """Deploy the vault and serve its provider."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it closes the standard input
    home, steps = Home(folder), Steps(Console(stderr=True, quiet=True))
    home.create()
    with Provider(
        key=KEY, media={CLIP: Media(_clip(folder / CLIP))}, daily_quota=10_000_000
    ) as provider:
        provider.highlights = [row(number, provider.base_url) for number in range(count)]
        context = project_context() | ONE_PLACE
        context |= {
            "leagues": [LEAGUE],
            "limit": HIGHLIGHTS_A_DAY,
            "provider_url": provider.url,
            "provider_host": "",
            "provider_calls_per_day": 1_000_000,
            "allowed_private_hosts": ["127.0.0.1"],
        }
        with EmbeddedAws(home.state) as aws:
            deploy_context(context, home, aws, steps).set_provider_key(KEY)
        print(json.dumps({"first": str(day(0)), "last": str(day(count - 1))}), flush=True)
        sys.stdin.read()


def _clip(path: Path) -> Path:
    """A clip of a second."""
    picture = "testsrc2=size=160x90:rate=25:duration=1"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", picture]
    subprocess.run([*command, "-f", "lavfi", "-i", "sine=duration=1", str(path)], check=True)
    return path


def day(number: int) -> date:
    """The game day of a highlight."""
    return FIRST_DAY + timedelta(days=number // HIGHLIGHTS_A_DAY)


def has_clip(number: int) -> bool:
    """Whether a highlight is more than a link."""
    return number % WITH_CLIP == 0


def row(number: int, base_url: str) -> dict[str, Any]:
    """A highlight in the provider's shape; four of a day are of one game."""
    match = number // 4
    url = f"{base_url}/media/{CLIP}?{number}" if has_clip(number) else _page(number)
    return {
        "id": FIRST_ID + number,
        "type": "VERIFIED",
        "title": f"Highlights {number}",
        "url": url,
        "imgUrl": None,
        "embedUrl": None,
        "channel": None,
        "source": "espn",
        "match": {
            "id": 90_000_000 + match,
            "round": None,
            "date": f"{day(number)}T18:00:00.000Z",
            "season": 2025,
            "country": {"code": "US", "name": "USA", "logo": None},
            "league": {"id": 97_001, "season": 2025, "name": LEAGUE, "logo": None},
            "homeTeam": {"id": 1, "name": f"Home {match % 40}", "logo": None},
            "awayTeam": {"id": 2, "name": f"Away {match % 37}", "logo": None},
        },
    }


def _page(number: int) -> str:
    return f"https://www.youtube.com/watch?v={number:011}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
