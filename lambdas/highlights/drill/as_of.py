"""Holds a restored table against the live one as of the backup's time.

A backup is not of one moment: what was written a minute before it was asked for is surely in it,
and what was written up to a minute later may be. What the live table says was changed after the
earlier of these moments need not be equal; all else must be, item by item.

Each side is read once, and of a restored item 41 bytes are held.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from lambdas.highlights.backups import CLOCK_ALLOWANCE, GUARANTEED_AFTER
from lambdas.highlights.comparison import Comparison
from lambdas.highlights.lasting import PASSING, canonical
from lambdas.highlights.ledger import ADDRESSES, Item

# What a repair changes without a new `updated_at`; see `Ledger.refuse_video` and its neighbours.
REFUSED = ("video_refused", "rendition_refused")
UNDER_REPAIR = ("status", *REFUSED)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PACKED = struct.Struct(">q16s8s8sB")
IS_REFUSED, IS_KEPT = 1, 2


@dataclass(frozen=True)
class AsOf:
    """What a backup holds. surely: all writes until then. possibly: none after that."""

    surely: datetime
    possibly: datetime

    @classmethod
    def requested(cls, at: datetime) -> "AsOf":
        """What a backup holds that was asked for `at` that time."""
        allowed = GUARANTEED_AFTER + CLOCK_ALLOWANCE
        return cls(at - allowed, at + allowed)


class Trace(NamedTuple):
    """What is remembered of an item.

    updated_at: microseconds since 1970, 0 when the item says none. core: digest of all that
    changes with it. repair, queries: digests of what may change without it, while the highlight
    is_refused, or not is_kept.
    """

    updated_at: int
    core: bytes
    repair: bytes
    queries: bytes
    flags: int

    @property
    def is_refused(self) -> bool:
        return bool(self.flags & IS_REFUSED)

    @property
    def is_kept(self) -> bool:
        return bool(self.flags & IS_KEPT)


@dataclass
class Held:
    """What came of a comparison; the live table is what was expected.

    equal: items that came back as they are. changed_since: items that were changed or added after
    the backup. passing: those of `equal` in which only that differs which has no time: a repair
    under way, or addresses that the provider signed anew. The lists name what differs.
    """

    expected: int = 0
    found: int = 0
    equal: int = 0
    changed_since: int = 0
    passing: int = 0
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    @property
    def comparison(self) -> Comparison:
        """The differences alone."""
        return Comparison(
            self.expected,
            self.found,
            sorted(self.missing),
            sorted(self.unexpected),
            sorted(self.different),
        )


Traces = dict[str, bytes]


def trace(item: Mapping[str, Any]) -> bytes:
    """The packed `Trace` of an item."""
    core: Item = {name: value for name, value in item.items() if name not in PASSING}
    repair = {name: core.pop(name) for name in UNDER_REPAIR if name in core}
    queries = {}
    for name in ADDRESSES:
        if isinstance(core.get(name), str):
            core[name], mark, query = core[name].partition("?")
            queries[name] = mark + query
    flags = IS_REFUSED * any(name in item for name in REFUSED)
    flags |= IS_KEPT * ("video" in item and "video_refused" not in item)
    return PACKED.pack(
        _microseconds(item.get("updated_at")),
        _digest(core),
        _digest(repair)[:8],
        _digest(queries)[:8],
        flags,
    )


def traces(items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """The id and trace of each item."""
    return ((item["id"], trace(item)) for item in items)


def compare(
    restored: Traces, live: Iterable[tuple[str, bytes]], as_of: AsOf, now: datetime
) -> Held:
    """Hold what was restored against the live table, which is read once.

    now: when the live table is read; no item of it can be younger. `restored` is used up.
    """
    held = Held(found=len(restored))
    surely, possibly = _since_1970(as_of.surely), _since_1970(as_of.possibly)
    latest = _since_1970(now + GUARANTEED_AFTER)
    for id_, packed in live:
        held.expected += 1
        there = Trace._make(PACKED.unpack(packed))
        is_newer = surely < there.updated_at <= latest
        if id_ not in restored:
            if is_newer:
                held.changed_since += 1
            else:
                held.missing.append(id_)
            continue
        before = restored.pop(id_)
        back = Trace._make(PACKED.unpack(before))
        if _are_equal(back, there):
            held.equal += 1
            held.passing += before != packed
        elif is_newer and back.updated_at < there.updated_at and back.updated_at <= possibly:
            held.changed_since += 1
        else:
            held.different.append(id_)
    held.unexpected = list(restored)
    return held


def _are_equal(one: Trace, other: Trace) -> bool:
    return (
        one.core == other.core
        and (one.repair == other.repair or one.is_refused or other.is_refused)
        and (one.queries == other.queries or not (one.is_kept and other.is_kept))
    )


def _digest(part: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(canonical(part)).digest()[:16]


def _microseconds(moment: Any) -> int:
    """An `updated_at` of the ledger as a number; 0, which is long ago, when it is none."""
    try:
        return _since_1970(datetime.fromisoformat(moment))
    except (TypeError, ValueError):
        return 0


def _since_1970(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
