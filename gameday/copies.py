"""Copies out of the archive: a file stands under its name whole and verified, or not at all."""

import errno
import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from lambdas.highlights import checksum

CHUNK = 1024 * 1024
ReadObject = Callable[[str], BinaryIO]


FULL = (errno.ENOSPC, errno.EDQUOT)


class CopyError(RuntimeError):
    """An object is not what the vault says of it; the text names both."""


class DiskFull(OSError):
    """There is no room for what is to be written; the text says where."""


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Say of a disk that is full, or of a quota that is used up, which folder is concerned."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise DiskFull(
            f"there is no room left for {folder}; make room, and run the same command again"
        ) from error


def copy_object(
    facts: Mapping[str, Any],
    path: Path,
    read_object: ReadObject,
    passed: Callable[[int], object] = int,
) -> bool:
    """Copy the object of `facts` to `path`; False when it stands there already.

    facts: `key` and, where the vault has them, `bytes` and `checksum` (`sha256:` or `crc32:` and
    hexadecimal digits). They are compared with what the file system gives back. passed: told the
    size of each piece that was copied. Raises CopyError, OSError, and what `read_object` raises.
    """
    if path.is_file() and _difference(path, facts) is None:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    try:
        with part.open("wb") as file, closing(read_object(facts["key"])) as body:
            for chunk in iter(lambda: body.read(CHUNK), b""):
                file.write(chunk)
                passed(len(chunk))
        if difference := _difference(part, facts):
            raise CopyError(
                f"the archive's {facts['key']} {difference}, so it was not copied to {path}; "
                "run the same command again"
            )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return True


def write_text(text: str, path: Path) -> bool:
    """Make `text` the content of `path`, in UTF-8; False when it is that already."""
    # Half a surrogate pair can stand in JSON, but in no file.
    return write_bytes(text.encode("utf-8", "replace"), path)


def write_bytes(content: bytes, path: Path) -> bool:
    """Make `content` that of `path`; False when it is that already."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return True


def file_checksum(path: Path, algorithm: str) -> str:
    """The checksum of a file: `crc32`, or what hashlib has, as the ledger writes it."""
    with path.open("rb") as file:
        return chunks_checksum(iter(lambda: file.read(CHUNK), b""), algorithm)


def chunks_checksum(chunks: Iterable[bytes], algorithm: str) -> str:
    """The checksum of a file given in pieces; see `file_checksum`."""
    if algorithm == "crc32":
        crc = 0
        for chunk in chunks:
            crc = zlib.crc32(chunk, crc)
        return checksum.as_text(crc)
    digest = hashlib.new(algorithm)
    for chunk in chunks:
        digest.update(chunk)
    return f"{algorithm}:{digest.hexdigest()}"


def date_file(path: Path, moment: float) -> None:
    """Let the file be of `moment`, in seconds of the epoch."""
    if path.stat().st_mtime != moment:
        os.utime(path, (moment, moment))


def _part(path: Path) -> Path:
    """Where `path` is written first; always the same, so that what a kill leaves is reused."""
    return path.with_name(f".{path.name}.part")


def _difference(path: Path, facts: Mapping[str, Any]) -> str | None:
    """How the file differs from `facts`, in words, or None."""
    size, expected = path.stat().st_size, facts.get("bytes")
    if size == 0:
        return "is empty"
    if expected not in (None, size):
        return f"has {size} bytes instead of {expected}"
    recorded = facts.get("checksum", "")
    if recorded and file_checksum(path, recorded.partition(":")[0]) != recorded:
        return "does not have the recorded checksum"
    return None
