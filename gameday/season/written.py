"""The files of an export as they are put in place, and counted."""

from pathlib import Path
from typing import Any

from gameday.copies import date_file, write_bytes
from gameday.season.copying import Copying
from gameday.season.exported import Exported


class WrittenFiles:
    """Puts files into `folder`, each whole or not at all, and counts them in `done`.

    files, bytes: of all that are in place, whether they were there before or not.
    """

    def __init__(self, folder: Path, done: Exported):
        self._folder, self._done = folder, done
        self.files = self.bytes = 0

    def write(self, content: bytes, path: str, moment: float | None = None) -> dict[str, Any]:
        """Write a file; what the index says of it. moment: the date that it gets."""
        written = write_bytes(content, self._folder / path)
        if moment is not None:
            date_file(self._folder / path, moment)
        self.count(written, path, len(content))
        return Copying.facts_of(path, content)

    def stand(self, part: Path, name: str) -> None:
        """Let a file that was written aside stand under its name, unless it does already."""
        target = self._folder / name
        written = not target.is_file() or not _are_equal(part, target)
        if written:
            part.replace(target)
        self.count(written, name, target.stat().st_size)

    def count(self, written: bool, path: str, size: int | None = None) -> None:
        """Count a file that is in place. written: by this export."""
        size = (self._folder / path).stat().st_size if size is None else size
        self.files += 1
        self.bytes += size
        self._done.written += written
        self._done.there += not written
        self._done.bytes += size if written else 0


def _are_equal(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while chunk := first.read(1024 * 1024):
            if chunk != second.read(1024 * 1024):
                return False
    return True
