"""Scenarios of downloads: one video over one network by several ways, or many videos at once."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.contenders.transferring import BUCKET
from benchmarks.processes import ContenderFailed, run_module
from benchmarks.transfers import Network, Servers, loopback, transfer, transfers

MEMORY_DISK = Path("/dev/shm")

Figures = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A video of `size` bytes over a network, by `ways`. index_last: see `write_clip`."""

    size: int
    title: str
    network: Network
    ways: Sequence[str]
    index_last: bool = False


@dataclass(frozen=True)
class Highlights:
    """So many videos of `size` bytes, `at_once` of them side by side, by `ways`."""

    count: int
    size: int
    at_once: int
    title: str
    network: Network
    ways: Sequence[str]


@dataclass(frozen=True)
class Bench:
    """How scenarios are run. scratch: a folder, with certificates. patient: see `transfer`.

    A way that fails is told on standard error and left out, except the vault.
    """

    scratch: Path
    repetitions: int
    patient: bool

    def run(self, wanted: Scenario) -> Figures:
        """size, title; ways: of each its `runs`, or why it is `absent`. The ways take turns."""
        ways: dict[str, list[Figures]] = {way: [] for way in wanted.ways}
        with self._serving(wanted.size, wanted.network, wanted.index_last) as servers:
            for repetition in range(self.repetitions):
                for way, done in ways.items():
                    done.append(self._attempt(servers, way, wanted.size, f"{way}-{repetition}.mp4"))
        return {
            "size": wanted.size,
            "title": wanted.title,
            "ways": {way: _told(done) for way, done in ways.items()},
        }

    def run_many(self, wanted: Highlights) -> Figures:
        """title; ways: of each the seconds of every repetition. The ways take turns."""
        ways: dict[str, list[float]] = {way: [] for way in wanted.ways}
        with self._serving(wanted.size, wanted.network) as servers:
            for _ in range(self.repetitions):
                for way, took in ways.items():
                    took.append(
                        transfers(servers, way, wanted.count, wanted.at_once, patient=self.patient)
                    )
        title = f"{wanted.count} highlights of {report.size(wanted.size)}, {wanted.title}"
        return {"title": title, "ways": ways}

    def intact(self, size: int, network: Network, ways: Sequence[str]) -> dict[str, str]:
        """Of each way, whether the object that it makes has the bytes of the video."""
        said = {}
        with _clip(self.scratch, size) as clip, clip.open("rb") as file:
            wanted = hashlib.file_digest(file, "sha256").hexdigest()
            with loopback(clip, self.scratch, network, check=True) as servers:
                for way in ways:
                    done = self._attempt(servers, way, size, way)
                    found = servers.arrived()["objects"].get(f"{BUCKET}/{way}", {})
                    is_same = found.get("sha256") == wanted
                    said[way] = done.get("absent") or ("yes" if is_same else "no")
        return said

    @contextmanager
    def _serving(self, size: int, network: Network, index_last: bool = False) -> Iterator[Servers]:
        with (
            _clip(self.scratch, size, index_last) as clip,
            loopback(clip, self.scratch, network) as servers,
        ):
            yield servers

    def _attempt(self, servers: Servers, way: str, size: int, key: str) -> Figures:
        try:
            done = transfer(servers, way, size, key, patient=self.patient)
        except ContenderFailed as error:
            if way == "vault":
                raise
            print(error, file=sys.stderr)
            return {"absent": "failed"}
        return done or {"absent": "not installed"}


def _told(attempts: list[Figures]) -> Figures:
    """The runs among the attempts; without one, what the attempts say instead."""
    runs = [attempt for attempt in attempts if "absent" not in attempt]
    return {"runs": runs} if runs else attempts[0]


@contextmanager
def _clip(scratch: Path, size: int, index_last: bool = False) -> Iterator[Path]:
    """A video made by another process, for the block; in memory where there is such a disk."""
    folder = MEMORY_DISK if os.access(MEMORY_DISK, os.W_OK) else scratch
    flags = ["--index-last"] if index_last else []
    with tempfile.TemporaryDirectory(prefix="gameday-clip-", dir=folder) as made:
        clip = Path(made) / "clip.mp4"
        run_module("benchmarks.contenders.made_clip", str(clip), str(size), *flags)
        yield clip
