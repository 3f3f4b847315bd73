"""Reads objects again and holds each against what the ledger says of it at that moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from lambdas.highlights.drill.picks import parts_kept
from lambdas.highlights.expectations import Expectations, ExpectedObject
from lambdas.highlights.findings import Finding, Part
from lambdas.highlights.ledger import Item
from lambdas.highlights.verification import ReadChunks, StoredObject, verify

MOST_NAMED = 20


@dataclass
class Checked:
    """What came of the objects so far; part of the execution's state.

    bytes: read. wrong: how many are not as they should be, of which `named` says the first ones:
    `{"key", "expected", "found"}`.
    """

    objects: int = 0
    bytes: int = 0
    wrong: int = 0
    named: list[dict[str, str]] = field(default_factory=list)

    def add(self, expected: ExpectedObject, finding: Finding | None) -> None:
        """Count an object that was looked at."""
        self.objects += 1
        self.bytes += expected.bytes or 0
        if finding is not None:
            self.wrong += 1
            if len(self.named) < MOST_NAMED:
                said = {"expected": finding.expected, "found": finding.found}
                self.named.append({"key": finding.key, **said})


class ObjectCheck:
    """Checks objects of the archive.

    stat: the object as it is stored, None when it is not. read: its bytes, in pieces. again: the
    item with an id as it is now, None when it is not there.
    """

    def __init__(
        self,
        stat: Callable[[str], StoredObject | None],
        read: ReadChunks,
        again: Callable[[str], Item | None],
    ):
        self._stat = stat
        self._read = read
        self._again = again

    def check(self, item: Item, parts: Iterable[Part], checked: Checked) -> None:
        """Check the objects that `item` names as these parts, but for what it says is lost.

        One that is not right is looked at again, by the item as it is then: it may just have been
        replaced, or not have come whole over the network.
        """
        for part in parts:
            if part not in parts_kept(item):
                continue
            expected = _expected(item, part)
            finding = self._finding(expected)
            if finding is not None and (now := self._again(item["id"])) is not None:
                if part not in parts_kept(now):
                    continue
                expected = _expected(now, part)
                finding = self._finding(expected)
            checked.add(expected, finding)

    def _finding(self, expected: ExpectedObject) -> Finding | None:
        stored = self._stat(expected.key)
        expectations = Expectations({expected.key: expected}, {}, set(), [])
        found = verify(expectations, [] if stored is None else [stored], self._read)
        return next(iter(found), None)


def bytes_of(item: Item) -> int:
    """The size of all objects that `item` names, as it says."""
    return sum(int(item[part].get("bytes", 0)) for part in parts_kept(item))


def _expected(item: Item, part: Part) -> ExpectedObject:
    facts: dict[str, Any] = item[part]
    return ExpectedObject(
        facts["key"], part, item["id"], int(facts["bytes"]), facts.get("checksum")
    )
