"""A folder from outside, of which no file is read but those in it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gameday.copies import CHUNK

LONGEST_PATH = 1_000  # characters
FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
# Without O_NONBLOCK the opening of a pipe would wait for somebody to write.
FILE_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
HAS_FOLDERS = os.open in os.supports_dir_fd


class NotInFolder(Exception):
    """A path that names no plain file of the folder; the text says why."""


class NotThere(NotInFolder):
    """A path of the folder at which there is nothing."""


class Folder:
    """The files below `root`: no path and no symbolic link leads out of it."""

    def __init__(self, root: Path):
        self.root = root

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """The file at `path`, whose parts are parted by `/`. Raises NotInFolder."""
        with os.fdopen(self._descriptor(path), "rb") as file:
            yield file

    def size(self, path: str) -> int:
        """Bytes of the file. Raises NotInFolder."""
        with self.open(path) as file:
            return os.fstat(file.fileno()).st_size

    def read(self, path: str, largest: int) -> bytes:
        """The file's content. Raises NotInFolder, for one with more than `largest` bytes, too."""
        with self.open(path) as file:
            content = file.read(largest + 1)
        if len(content) > largest:
            raise NotInFolder(f"has more than {largest:,} bytes")
        return content

    def chunks(self, path: str) -> Iterator[bytes]:
        """The file's content in pieces. Raises NotInFolder."""
        with self.open(path) as file:
            yield from iter(lambda: file.read(CHUNK), b"")

    def _descriptor(self, path: str) -> int:
        parts = _parts(path)
        try:
            descriptor = self._walk(parts) if HAS_FOLDERS else self._resolve(parts)
        except FileNotFoundError:
            raise NotThere("is not there") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise NotInFolder(f"cannot be opened, or leads elsewhere ({reason})") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotInFolder("is no file")
        return descriptor

    def _walk(self, parts: list[str]) -> int:
        """Open folder by folder, each within the one before, so none is exchanged meanwhile."""
        folder = os.open(self.root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            for part in parts[:-1]:
                inner = os.open(part, FOLDER_FLAGS, dir_fd=folder)
                os.close(folder)
                folder = inner
            return os.open(parts[-1], FILE_FLAGS, dir_fd=folder)
        finally:
            os.close(folder)

    def _resolve(self, parts: list[str]) -> int:
        path = self.root.joinpath(*parts)
        if path.resolve() != self.root.resolve().joinpath(*parts):
            raise ValueError("a symbolic link")
        return os.open(path, FILE_FLAGS)


def _parts(path: str) -> list[str]:
    parts = path.split("/")
    if len(path) > LONGEST_PATH or not path.isprintable() or "\\" in path or ":" in parts[0]:
        raise NotInFolder("is no path of a season's file")
    if any(part in ("", ".", "..") for part in parts):
        raise NotInFolder("leads out of the folder, or is no plain path")
    return parts
