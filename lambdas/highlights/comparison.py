"""Holds the items that came back against those that should have.

Each side is read once, in any order; of an item only its digest is held.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdas.highlights.lasting import digest

Digests = dict[str, str]
MOST_NAMED = 20  # ids of each kind that a person is shown


@dataclass(frozen=True)
class Comparison:
    """What came of a comparison.

    expected, found: how many items. missing: ids of those that did not come back; unexpected: of
    those that nothing expected; different: of those that came back otherwise.
    """

    expected: int
    found: int
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether everything came back as it was, and nothing else."""
        return not (self.missing or self.unexpected or self.different)

    def in_words(self, what: str = "items") -> str:
        """One sentence for a person."""
        parts = [f"{self.expected:,} {what} expected, {self.found:,} found"]
        for name in ("missing", "unexpected", "different"):
            if ids := getattr(self, name):
                parts.append(f"{len(ids):,} {name}: {_named(ids)}")
        return "; ".join(parts) + ("; no differences" if self.is_equal else "")

    def as_json(self) -> dict[str, Any]:
        """As records and `--json` show it."""
        return {
            "expected": self.expected,
            "found": self.found,
            "equal": self.is_equal,
            "missing": self.missing,
            "unexpected": self.unexpected,
            "different": self.different,
        }


def digests(items: Iterable[Mapping[str, Any]]) -> Digests:
    """The digest of each item by its id."""
    return {item["id"]: digest(item) for item in items}


def compare(expected: Mapping[str, str], found: Iterable[tuple[str, str]]) -> Comparison:
    """Compare ids and digests; see `digests`. found: read once, each id once."""
    left, count = dict(expected), 0
    unexpected, different = [], []
    for id_, seen in found:
        count += 1
        awaited = left.pop(id_, None)
        if awaited is None:
            unexpected.append(id_)
        elif awaited != seen:
            different.append(id_)
    return Comparison(len(expected), count, sorted(left), sorted(unexpected), sorted(different))


def compare_items(expected: Mapping[str, str], items: Iterable[Mapping[str, Any]]) -> Comparison:
    """`compare`, of whole items."""
    return compare(expected, _pairs(items))


def _pairs(items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    return ((item["id"], digest(item)) for item in items)


def _named(ids: list[str]) -> str:
    shown = ", ".join(ids[:MOST_NAMED])
    return shown if len(ids) <= MOST_NAMED else f"{shown} and {len(ids) - MOST_NAMED:,} more"
