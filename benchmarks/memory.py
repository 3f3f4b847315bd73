"""Peak memory of one video's download: does it grow with the video?

This process stays small on purpose: to the kernel, a child's peak is never below what its parent
had when it started it. `floor_bytes` is that.
"""

from pathlib import Path
from typing import Any

from benchmarks.processes import peak_memory
from benchmarks.report import Table, megabytes, middle, ratio, seconds, size
from benchmarks.scenarios import Bench, Scenario
from benchmarks.transfers import Network

SIZES = (16_000_000, 256_000_000)
WAYS = ("vault", "seeds")


def measure(scratch: Path, repetitions: int) -> dict[str, Any]:
    """Of each size and side, peak and seconds of every repetition, the two sides taking turns."""
    bench = Bench(scratch, repetitions, patient=True)
    found = [bench.run(Scenario(length, "plain HTTP", Network(), WAYS)) for length in SIZES]
    return {"sizes": found, "floor_bytes": peak_memory()}


def tables(figures: dict[str, Any]) -> list[Table]:
    """Peaks by size, and how much they grow; the seconds beside them."""
    peaks, times = [], []
    for found in figures["sizes"]:
        runs = [found["ways"][way]["runs"] for way in WAYS]
        name = f"{size(found['size'])} video"
        held = [middle(one, "peak_bytes") for one in runs]
        took = [middle(one, "transfer_seconds") for one in runs]
        peaks.append(held)
        times.append((f"{name}, time", *map(seconds, took), ratio(took[1], took[0])))
    rows = [
        (f"{size(length)} video", *map(megabytes, held), ratio(held[1], held[0]))
        for length, held in zip(SIZES, peaks, strict=True)
    ]
    growth = [ratio(after, before) for before, after in zip(*peaks, strict=True)]
    rows.append(("growth from the one to the other", *growth, ""))
    columns = ("", "vault", "requests + BytesIO", "seeds / vault")
    return [Table("memory: peak of one video's download", columns, rows + times)]
