"""Reads `index.json` of a season that came from outside, and believes nothing that it says.

Every entry is checked for what it must be, and each problem is named; see `index` for the format.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gameday.request import UsageError
from gameday.season.folder import Folder, NotInFolder
from gameday.season.index import FORMAT, NAME, VERSION
from gameday.season.selection import SAFE_PART
from gameday.season.streamed_json import NotReadable, members
from lambdas.highlights.errors import InvalidInput
from lambdas.highlights.findings import Part
from lambdas.highlights.game_day import GameDay, game_day_of
from lambdas.highlights.keys import RAW_ANSWER, RUN_RECORD

ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
CHECKSUM = re.compile(r"crc32:[0-9a-f]{8}|sha256:[0-9a-f]{64}", re.ASCII)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
LARGEST_FILE = 10_000 * 16 * 1024 * 1024  # bytes that one upload of parts holds
SIDECAR, PARTS = "sidecar", (Part.VIDEO, Part.RENDITION, Part.THUMBNAIL)
HEAD = ("format", "version", "made_at", "leagues", "from", "to", "originals", "totals")
MOST_SHOWN = 20


class NotASeason(UsageError):
    """The folder holds no season that can be imported; the text names every problem, or many."""

    def __init__(self, problems: list[str], folder: object):
        self.problems = problems
        shown = [f"  {problem}" for problem in problems[:MOST_SHOWN]]
        if len(problems) > MOST_SHOWN:
            shown.append(f"  and {len(problems) - MOST_SHOWN:,} more")
        super().__init__("\n".join([f"{folder} cannot be imported; nothing was:", *shown]))


class Wrong(Exception):
    """An entry is not what it must be; the text says how."""


@dataclass(frozen=True)
class File:
    """A file as the index has it. path: relative, with `/`."""

    path: str
    bytes: int
    checksum: str


@dataclass(frozen=True)
class HighlightEntry:
    """A highlight; files: `sidecar`, and its parts that were exported."""

    id: str
    game_day: GameDay
    digest: str
    files: Mapping[str, File]


@dataclass(frozen=True)
class ArchiveEntry:
    """A raw answer or a run record."""

    key: str
    file: File


Entry = HighlightEntry | ArchiveEntry


def entries(folder: Folder) -> Iterator[Entry | Wrong]:
    """Everything that the index lists, in its order; what is wrong with it in its place.

    Raises NotASeason when it is no index at all.
    """
    try:
        with folder.open(NAME) as file:
            text = io.TextIOWrapper(file, "utf-8")
            seen: set[str] = set()
            listed, said = 0, None
            for number, (name, value) in enumerate(members(text)):
                if name in HEAD:
                    if name in seen:
                        raise NotReadable(f"{name} occurs twice")
                    seen.add(name)
                listed += name == "highlights"
                if name == "totals":
                    said = value.get("highlights") if isinstance(value, dict) else value
                yield from _member(name, value, number)
            if missing := [name for name in ("format", "version", "totals") if name not in seen]:
                raise NotReadable(f"it says no {', no '.join(missing)}")
            if said != listed or isinstance(said, bool):
                raise NotReadable(f"it lists {listed:,} highlights, and says {said!r:.40}")
    except NotInFolder as error:
        raise NotASeason([f"{NAME} {error}"], folder.root) from error
    except NotReadable as error:
        raise NotASeason([f"{NAME} is no index of a season: {error}"], folder.root) from error


def _member(name: str, value: Any, number: int) -> Iterator[Entry | Wrong]:
    if name == "format" and value != FORMAT:
        raise NotReadable(f"its format is {value!r:.60}, not {FORMAT!r}")
    if name == "version" and (value != VERSION or isinstance(value, bool)):
        raise NotReadable(f"its version is {value!r:.60}; this gameday reads {VERSION}")
    readers = {"highlights": _highlight, "archive": _archive, "left_out": _left_out}
    if name in readers:
        try:
            entry = readers[name](value)
        except Wrong as error:
            yield Wrong(f"{NAME}, entry {number} ({name}): {error}")
        else:
            if entry is not None:
                yield entry
    elif name not in HEAD:
        yield Wrong(f"{NAME} has {name!r:.60}, which no season has")


def _highlight(value: Any) -> HighlightEntry:
    found = _object(value)
    id_ = _matching(found, "id", ID)
    try:
        game_day = game_day_of({"league": found.get("league"), "date": found.get("game_date")}, "")
    except InvalidInput as error:
        raise Wrong(f"highlight {id_}: {error}") from None
    files = found.get("files")
    if not isinstance(files, dict) or SIDECAR not in files:
        raise Wrong(f"highlight {id_} has no sidecar")
    kinds = (SIDECAR, *PARTS)
    named = {name: _file(one) for name, one in files.items() if name in kinds}
    return HighlightEntry(id_, game_day, _matching(found, "digest", DIGEST), named)


def _archive(value: Any) -> ArchiveEntry:
    found = _object(value)
    key = found.get("key")
    if not isinstance(key, str) or not (RAW_ANSWER.fullmatch(key) or RUN_RECORD.fullmatch(key)):
        raise Wrong(f"its key is {key!r:.120}, which is none of an answer or a run record")
    parts = key.split("/")
    try:
        date.fromisoformat(parts[2])
    except ValueError:
        raise Wrong(f"its key, {key!r:.120}, is of no game day") from None
    if not all(SAFE_PART.fullmatch(part) for part in parts) or len(key) > 256:
        raise Wrong(f"its key, {key!r:.120}, is none that this vault writes")
    return ArchiveEntry(key, _file(found))


def _left_out(value: Any) -> None:
    _object(value)


def _file(value: Any) -> File:
    found = _object(value)
    path, size = found.get("path"), found.get("bytes")
    if not isinstance(path, str):
        raise Wrong(f"a path is {path!r:.60}")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= LARGEST_FILE:
        raise Wrong(f"{path!r:.120} has {size!r:.40} bytes")
    return File(path, size, _matching(found, "checksum", CHECKSUM))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(f"an object is expected, not {value!r:.60}")
    return value


def _matching(found: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Wrong(f"its {name} is {value!r:.80}")
    return value
