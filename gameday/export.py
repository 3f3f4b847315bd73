"""A game day as plain files, for a person to keep and use without this product."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gameday.copies import ReadObject, copy_object, write_text
from gameday.names import id_names, safe_name
from gameday.page import Media, render_page

LONGEST_NAME = 150  # bytes of UTF-8, ending included


@dataclass(frozen=True)
class ExportResult:
    """What came of an export.

    folder: the day's. written: files made or replaced, `bytes` in all. there: files that were
    already as they should be.
    """

    folder: Path
    written: int
    there: int
    bytes: int


def export_day(
    record: dict[str, Any],
    folder: Path,
    read_object: ReadObject,
    progress: Callable[[str], None] | None = None,
) -> ExportResult:
    """Put the day of `record` into `folder/<league>/<date>/`.

    Each highlight is `<title> [<id>].json`, each playable one also `.mp4` and `.jpg`; `index.html`
    shows them all, and `index.json` is the record with each highlight's `files` by their kind.
    read_object: opens the object of a key of the record. progress: told the name of each file
    that is in place. Raises CopyError, OSError, and what `read_object` raises; what is in place
    by then stays, and another call continues.
    """
    day = folder / (safe_name(record["league"], LONGEST_NAME) or "league") / record["game_date"]
    export = _Export(day, progress or (lambda name: None))
    stems = _stems(record["highlights"])
    highlights, media = [], {}
    for highlight in record["highlights"]:
        stem = stems[highlight["id"]]
        files = {"facts": f"{stem}.json"}
        if highlight["status"] == "playable":
            files |= {"video": f"{stem}.mp4", "picture": f"{stem}.jpg"}
            export.copy(highlight["rendition"], files["video"], read_object)
            export.copy(highlight["thumbnail"], files["picture"], read_object)
            media[highlight["id"]] = Media(quote(files["video"]), quote(files["picture"]))
        export.write(_json(highlight), files["facts"])
        highlights.append({**highlight, "files": files})
    export.write(_json({**record, "highlights": highlights}), "index.json")
    export.write(render_page(record, media), "index.html")
    return ExportResult(day, export.written, export.there, export.bytes)


class _Export:
    """Puts files into a day's folder and counts them."""

    def __init__(self, folder: Path, progress: Callable[[str], None]):
        self._folder = folder
        self._progress = progress
        self.written = self.there = self.bytes = 0

    def copy(self, facts: Mapping[str, Any], name: str, read_object: ReadObject) -> None:
        self._count(copy_object(facts, self._folder / name, read_object), name)

    def write(self, text: str, name: str) -> None:
        self._count(write_text(text, self._folder / name), name)

    def _count(self, written: bool, name: str) -> None:
        self.written += written
        self.there += not written
        self.bytes += (self._folder / name).stat().st_size if written else 0
        self._progress(name)


def _stems(highlights: list[dict[str, Any]]) -> dict[str, str]:
    """Each highlight's file name without its ending, by its id."""
    stems = {}
    names = id_names([highlight["id"] for highlight in highlights])
    for highlight in highlights:
        ending = f"[{names[highlight['id']]}]"
        longest = LONGEST_NAME - len(f" {ending}.json")
        title = safe_name(highlight["title"] or "", longest)
        stems[highlight["id"]] = f"{title} {ending}".lstrip()
    return stems


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
