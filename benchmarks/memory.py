"""Peak memory of one video's download: does it grow with the video?

This process stays small on purpose: to the kernel, a child's peak is never below what its parent
had when it started it. `floor_bytes` is that.
"""

from pathlib import Path
from typing import Any

from benchmarks.processes import figures_of, peak_memory, serving
from benchmarks.report import Table, megabytes, middle, ratio, seconds

SIZES = {"16 MB": 16_000_000, "256 MB": 256_000_000}
WAYS = ("vault", "seeds")


def measure(scratch: Path, repetitions: int) -> dict[str, Any]:
    """Of each size and side, peak and seconds of every repetition, the two sides taking turns."""
    figures: dict[str, Any] = {name: {way: [] for way in WAYS} for name in SIZES}
    for name, size in SIZES.items():
        with serving("clip_server", str(size)) as url:
            for _ in range(repetitions):
                for way in WAYS:
                    figures[name][way].append(figures_of("downloading", way, url, str(size)))
    return figures | {"floor_bytes": peak_memory()}


def tables(figures: dict[str, Any]) -> list[Table]:
    """Peaks by size, and how much they grow; the seconds beside them."""
    peaks = {name: [middle(figures[name][way], "peak_bytes") for way in WAYS] for name in SIZES}
    rows = [
        (f"{name} video", *map(megabytes, peaks[name]), ratio(peaks[name][1], peaks[name][0]))
        for name in SIZES
    ]
    small, large = peaks.values()
    growth = [ratio(after, before) for before, after in zip(small, large, strict=True)]
    rows.append(("growth from the one to the other", *growth, ""))
    for name in SIZES:
        took = [middle(figures[name][way], "seconds") for way in WAYS]
        rows.append((f"{name} video, time", *map(seconds, took), ratio(took[1], took[0])))
    columns = ("", "vault", "requests + BytesIO", "seeds / vault")
    return [Table("memory: peak of one video's download", columns, rows)]
