"""Run records and an archive for tests, as the pipeline leaves them."""

import hashlib
import io
from datetime import UTC, datetime
from typing import Any, BinaryIO

from lambdas.highlights.run_record import run_record


class Archive:
    """Objects by key; `reads` is what was opened, in order."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.reads: list[str] = []

    def read(self, key: str) -> BinaryIO:
        self.reads.append(key)
        return io.BytesIO(self.objects[key])


def playable(
    archive: Archive,
    id_: str,
    title: str | None,
    *,
    clip: bytes = b"a clip",
    picture: bytes = b"a picture",
    size: tuple[int, int] = (640, 360),
    seconds: float = 6.0,
) -> dict[str, Any]:
    """A highlight's item whose rendition and thumbnail stand in `archive`."""
    rendition, thumbnail = f"processed_videos/{id_}.mp4", f"thumbnails/{id_}.0000000.jpg"
    archive.objects |= {rendition: clip, thumbnail: picture}
    facts = {
        "bytes": len(clip),
        "checksum": f"sha256:{hashlib.sha256(clip).hexdigest()}",
        "width": size[0],
        "height": size[1],
        "duration_milliseconds": round(seconds * 1000),
    }
    return {
        "id": id_,
        "title": title,
        "status": "playable",
        "home_team": "Blue Ridge",
        "away_team": "Lakeshore State",
        "source": "espn",
        "video": {"key": f"videos/{id_}.mp4", **facts},
        "rendition": {"key": rendition, "profile": "source-matched", **facts},
        "thumbnail": {"key": thumbnail},
    }


def without_clip(id_: str, title: str | None, status: str, reason: str | None) -> dict[str, Any]:
    """A highlight's item that has no file."""
    item = {"id": id_, "title": title, "status": status, "reason": reason}
    return {name: value for name, value in item.items() if value is not None}


def day_record(
    items: list[dict[str, Any]], *, backup: dict[str, Any] | None = None, league: str = "NCAA"
) -> dict[str, Any]:
    """The record of a run over `items`, by the pipeline's own function."""
    state = {
        "execution": "NCAA-2026-01-10-20260111T143000-ab12",
        "league": league,
        "game_date": "2026-01-10",
        "found": len(items),
        "new": 1,
        "listed": len(items),
        "limit": 10,
        "calls_left": 97,
        "sidecars": {"written": 1, "unchanged": len(items) - 1, "newer": []},
        "backup": backup or {"created": False},
    }
    return run_record(state, items, datetime(2026, 1, 11, 14, 32, 5, tzinfo=UTC))
