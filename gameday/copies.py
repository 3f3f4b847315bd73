"""Copies out of the archive: a file stands under its name whole and verified, or not at all."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

CHUNK = 1024 * 1024
ReadObject = Callable[[str], BinaryIO]


class CopyError(RuntimeError):
    """An object is not what the run record says of it; the text names both."""


def copy_object(facts: Mapping[str, Any], path: Path, read_object: ReadObject) -> bool:
    """Copy the object of `facts` to `path`; False when it stands there already.

    facts: `key` and, where the record has them, `bytes` and `checksum` (`sha256:` and hexadecimal
    digits). They are compared with what the file system gives back. Raises CopyError, OSError,
    and what `read_object` raises.
    """
    if path.is_file() and _difference(path, facts) is None:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    try:
        with part.open("wb") as file, closing(read_object(facts["key"])) as body:
            shutil.copyfileobj(body, file, CHUNK)
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
    content = text.encode("utf-8", "replace")
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
    algorithm, _, digest = facts.get("checksum", "").partition(":")
    if digest:
        with path.open("rb") as file:
            if hashlib.file_digest(file, algorithm).hexdigest() != digest:
                return "does not have the recorded checksum"
    return None
