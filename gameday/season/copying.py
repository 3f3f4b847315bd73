"""Copies objects out of the archive side by side, so that a season does not wait for each."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gameday.copies import CopyError, copy_object, write_bytes
from gameday.vault import Vault
from lambdas.highlights.expectations import expected_by_name

WORKERS = 4  # copies at a time; the embedded AWS is one process, and a home's line is soon full

Result = Callable[[], tuple[bool, dict[str, Any]]]


class Stopped(Exception):
    """The copy was given up, because the whole work is."""


@dataclass(frozen=True)
class Wanted:
    """An object that is to be a file. facts: see `copy_object`. path: with `/`, below the folder.

    owner, kind: whose it is, and which of the owner's.
    """

    owner: str
    kind: str
    facts: Mapping[str, Any]
    path: str


class Copying:
    """Copies objects of `vault`; a context manager, at whose end no copy is under way."""

    def __init__(self, vault: Vault):
        self._vault = vault
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="copy")
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def copy(
        self, wanted: Sequence[Wanted], folder: Path, passed: Callable[[int], object]
    ) -> Iterator[tuple[Wanted, Result]]:
        """Copy all of `wanted` into `folder`, in order; each with what came of it.

        Calling the result gives whether the file was written, and its `path`, `bytes` and
        `checksum`; or raises what `copy_object` does. passed: see there; it is told the size of
        what was in place already, too.
        """
        futures = [self._pool.submit(self._copy, one, folder, passed) for one in wanted]
        for one, future in zip(wanted, futures, strict=True):
            yield one, future.result

    def _copy(
        self, one: Wanted, folder: Path, passed: Callable[[int], object]
    ) -> tuple[bool, dict[str, Any]]:
        def counted(size: int) -> None:
            if self._stopped.is_set():
                raise Stopped
            passed(size)

        path = folder / one.path
        if checksum := one.facts.get("checksum"):
            written = copy_object(one.facts, path, self._vault.read_object, counted)
            size = path.stat().st_size
            if not written:
                counted(size)
            return written, {"path": one.path, "bytes": size, "checksum": checksum}
        content = self._read(one.facts)
        counted(len(content))
        return write_bytes(content, path), self.facts_of(one.path, content)

    def _read(self, facts: Mapping[str, Any]) -> bytes:
        """An object of which the ledger has no checksum: small, and so read each time."""
        key = str(facts["key"])
        content = b"".join(self._vault.read_chunks(key))
        if len(content) != facts["bytes"]:
            raise CopyError(f"it has {len(content)} bytes instead of {facts['bytes']}")
        expected = expected_by_name(key)
        digest = hashlib.sha256(content).hexdigest()
        if not f"sha256:{digest}".startswith((expected and expected.checksum) or ""):
            raise CopyError("it does not have the checksum in its name")
        return content

    @staticmethod
    def facts_of(path: str, content: bytes) -> dict[str, Any]:
        """What the index says of a file with this content."""
        digest = hashlib.sha256(content).hexdigest()
        return {"path": path, "bytes": len(content), "checksum": f"sha256:{digest}"}
