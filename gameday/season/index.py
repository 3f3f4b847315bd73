"""`index.json`: everything that an export holds, and what each file must be.

    {
    "format": "gameday-season", "version": 1, "made_at": "2026-04-08T09:00:00+00:00",
    "leagues": ["NCAA"], "from": null, "to": null, "originals": true,
    "highlights": [
    {"id": …, "league": …, "game_date": …, "title": …, "status": …, "digest": "sha256:…",
     "files": {"sidecar": {"path": …, "bytes": …, "checksum": …}, "rendition": …, …}},
    …],
    "archive": [{"key": …, "path": …, "bytes": …, "checksum": …}, …],
    "left_out": [{"key": …, "reason": …}, …],
    "totals": {"highlights": …, "files": …, "bytes": …}
    }

Paths are relative to the folder of the index, with `/`. A checksum is `sha256:` or `crc32:` and
hexadecimal digits. `files` has `sidecar`, and where they are kept `rendition`, `thumbnail`,
`video` (the original) and `nfo`. `left_out` names objects that could not be exported.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TextIO

FORMAT, VERSION = "gameday-season", 1
NAME = "index.json"
LISTS = ("highlights", "archive", "left_out")
MADE_AT = '"made_at":'


class IndexWriter:
    """Writes an index entry by entry; a context manager that replaces `path` when it ends well.

    Entries are added in the order of LISTS.
    """

    def __init__(self, path: Path, head: Mapping[str, Any]):
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._head = head
        self._file: TextIO
        self._open: str | None = None
        self._first = True
        self.written = False

    def __enter__(self) -> Self:
        # Half a surrogate pair can stand in JSON, but in no file.
        self._file = self._part.open("w", encoding="utf-8", errors="replace", newline="\n")
        self._file.write("{\n")
        for name, value in {"format": FORMAT, "version": VERSION, **self._head}.items():
            self._file.write(f"{_text(name)}: {_text(value)},\n")
        return self

    def add(self, name: str, entry: Mapping[str, Any]) -> None:
        """Add an entry to the list `name`."""
        self._begin(name)
        self._file.write(f"{'' if self._first else ','}\n{_text(entry)}")
        self._first = False

    def finish(self, totals: Mapping[str, int]) -> None:
        """Write the end, and let the index stand."""
        for name in LISTS:
            self._begin(name)
        self._file.write(f'],\n"totals": {_text(totals)}\n}}\n')
        self._file.close()
        if _is_same(self._part, self._path):
            self._part.unlink()
        else:
            self._part.replace(self._path)
            self.written = True

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _begin(self, name: str) -> None:
        """Open the list `name`, and those before it."""
        while self._open is None or LISTS.index(self._open) < LISTS.index(name):
            following = LISTS[0 if self._open is None else LISTS.index(self._open) + 1]
            self._file.write(f"{'' if self._open is None else '],' + chr(10)}{_text(following)}: [")
            self._open, self._first = following, True


def _is_same(new: Path, old: Path) -> bool:
    """Whether two indexes differ in nothing but when they were made."""
    if not old.is_file():
        return False
    with new.open("rb") as one, old.open("rb") as other:
        for line in one:
            against = other.readline()
            if line != against and not (_is_date(line) and _is_date(against)):
                return False
        return not other.read(1)


def _is_date(line: bytes) -> bool:
    return line.startswith(MADE_AT.encode())


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
