"""What memory and processor time each function takes, from which their sizes are chosen.

docs/decisions/0005-cold-start-and-function-sizes.md says which, and what they cost.
"""

import re
from pathlib import Path
from typing import Any

from benchmarks import days
from benchmarks.report import Table, megabytes

DAYS = {"sample": "the sample day", "large": "40 highlights of 16 MB, one of 256 MB"}


def measure(scratch: Path, repetitions: int) -> dict[str, Any]:
    """The invocations of one sample day and one large day, however many repetitions."""
    return days.function_invocations(scratch)


def tables(figures: dict[str, Any]) -> list[Table]:
    """A row per function, of each day; the largest of its invocations."""
    return [_table(shown, figures[day]) for day, shown in DAYS.items()]


def _table(shown: str, invocations: list[dict[str, Any]]) -> Table:
    by_function: dict[str, list[dict[str, Any]]] = {}
    for invocation in invocations:
        by_function.setdefault(_name(invocation["function"]), []).append(invocation)
    rows = []
    for name, found in sorted(by_function.items()):
        first = [one["cpu_seconds"] for one in found if one["first"]]
        later = [one["cpu_seconds"] for one in found if not one["first"]]
        peak = max(one["peak_bytes"] for one in found)
        rows.append((name, str(len(found)), megabytes(peak), _longest(first), _longest(later)))
    columns = ("", "invocations", "peak memory", "processor, first", "processor, later")
    return Table(f"function_sizes: {shown}", columns, rows)


def _name(function: str) -> str:
    """`DownloadVideo` of `GameDayPipeline-DownloadVideo934F696B-3F532AA0B7D1C`."""
    return re.sub(r"[0-9A-F]{8}$", "", function.split("-")[1])


def _longest(seconds: list[float]) -> str:
    return f"{max(seconds):.2f} s" if seconds else ""
