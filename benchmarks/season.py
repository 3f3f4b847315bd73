"""A season out and in again, small and large: the vault beside the bare calls that move its data.

How each grows from a tenth of a season to a season of 150 game days, in time and in memory.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.processes import Measured, serving
from benchmarks.processes import measure as run_measured
from benchmarks.report import Table, megabytes, middle, ratio, seconds

COUNTS = (600, 6_000)  # highlights; as many small objects, and a sidecar of each
WAYS = ("restore", "rebuild", "export", "import")

# In the order in which each finds what it needs; `import` has an account of its own.
COMMANDS = {
    "restore": ("restore", "table", "--yes"),
    "rebuild": ("rebuild", "--yes"),
    "export": ("export",),
    "import": ("import", "--yes"),
}


def measure(scratch: Path, repetitions: int) -> dict[str, Any]:
    """Of each count and way, both sides' runs, taking turns."""
    counts = []
    for count in COUNTS:
        runs: dict[str, dict[str, list[dict[str, float]]]] = {
            way: {"vault": [], "bare": []} for way in WAYS
        }
        for _ in range(repetitions):
            for way, side, measured in _once(scratch / "season", count):
                runs[way][side].append(
                    {"seconds": measured.seconds, "peak_bytes": measured.peak_bytes}
                )
        counts.append({"count": count, "ways": runs})
    return {"counts": counts}


def tables(figures: dict[str, Any]) -> list[Table]:
    """What each way takes beside the bare calls, and what ten times the highlights cost."""
    small, large = figures["counts"]
    times, peaks = [], []
    for way in WAYS:
        took = [
            [middle(found["ways"][way][side], "seconds") for side in ("vault", "bare")]
            for found in (small, large)
        ]
        times.append(
            (
                way,
                *(text for ours, bare in took for text in _beside(ours, bare)),
                ratio(took[1][0], took[0][0]),
                ratio(took[1][1], took[0][1]),
            )
        )
        held = [middle(found["ways"][way]["vault"], "peak_bytes") for found in (small, large)]
        peaks.append((way, *map(megabytes, held), ratio(held[1], held[0])))
    names = [f"{found['count']:,} highlights" for found in (small, large)]
    columns = ["", *(f"{name}, {what}" for name in names for what in ("vault", "bare", "ratio"))]
    return [
        Table(
            "season: out and in again, beside the bare calls",
            [*columns, "growth, vault", "growth, bare"],
            times,
        ),
        Table("season: peak memory of the command", ["", *names, "growth"], peaks),
    ]


def _beside(ours: float, bare: float) -> tuple[str, str, str]:
    return seconds(ours), seconds(bare), ratio(ours, bare)


def _once(folder: Path, count: int) -> Iterator[tuple[str, str, Measured]]:
    """Every way once by the vault and once bare, with accounts made for it."""
    shutil.rmtree(folder, ignore_errors=True)
    exported, copied = folder / "exported", folder / "copied"
    with _account(folder / "full", count) as account:
        for way, ours, bare in (
            ("restore", (), copied),
            ("rebuild", (), copied),
            ("export", (str(exported),), copied),
        ):
            yield way, "vault", _vault(account, way, *ours)
            yield way, "bare", _bare(account, way, bare)
    with _account(folder / "empty", 0) as account:
        yield "import", "vault", _vault(account, "import", str(exported))
        yield "import", "bare", _bare(account, "import", copied)
    shutil.rmtree(folder)


@contextmanager
def _account(folder: Path, count: int) -> Iterator[dict[str, Any]]:
    with serving("season_server", str(folder), str(count)) as line:
        yield json.loads(line)


def _vault(account: dict[str, Any], way: str, *arguments: str) -> Measured:
    command = (sys.executable, "-m", "gameday", *COMMANDS[way], "--aws", "--json", *arguments)
    return run_measured(*command, **account["variables"])


def _bare(account: dict[str, Any], way: str, folder: Path) -> Measured:
    module = "benchmarks.contenders.bare_season"
    place = (account["bucket"], account["table"], str(folder))
    return run_measured(sys.executable, "-m", module, way, *place, **account["variables"])
