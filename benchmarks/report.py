"""Figures as Markdown tables, so that what a run prints can stand in a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Table:
    """A heading, column names, and rows of text; the first column names what a row is about."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
        shown = [_line(self.columns, widths), _line(rule, widths)]
        shown += [_line(row, widths) for row in self.rows]
        return "\n".join([f"### {self.title}", "", *shown])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cells[0].ljust(widths[0])]
    padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return f"| {' | '.join(padded)} |"


def middle(runs: Sequence[dict[str, Any]], *path: str) -> float:
    """The median of what stands at `path` in each run."""
    values = []
    for found in runs:
        value: Any = found
        for name in path:
            value = value[name]
        values.append(value)
    return median(values)


def seconds(value: float) -> str:
    """A duration; two digits where it is short."""
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def megabytes(value: float) -> str:
    """A size in bytes as millions of them."""
    return f"{value / 1e6:.2f} MB" if value < 1e7 else f"{value / 1e6:.0f} MB"


def ratio(value: float, base: float) -> str:
    """How many times `base` `value` is."""
    return f"{value / base:.2f}x" if value < 10 * base else f"{value / base:.0f}x"


def size(value: int) -> str:
    """A round number of bytes, as a name for it."""
    return f"{value / 1e9:g} GB" if value >= 1e9 else f"{value / 1e6:g} MB"
