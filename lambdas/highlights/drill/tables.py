"""Reads both tables once: what differs, and what is to be looked at more closely."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lambdas.highlights.drill.as_of import AsOf, Held, compare, traces
from lambdas.highlights.drill.choice import Named
from lambdas.highlights.drill.picks import DaySample, ObjectSample
from lambdas.highlights.ledger import Item


@dataclass(frozen=True)
class Found:
    """What was found. day: one game day as the backup has it. named: the ledger's backups."""

    held: Held
    day: DaySample
    objects: ObjectSample
    named: Named


def compare_tables(
    restored: Iterable[Item],
    live: Iterable[Item],
    as_of: AsOf,
    now: datetime,
    *,
    seed: str,
    sample: int,
) -> Found:
    """Hold the restored table against the live one; each is read once, the restored one first.

    seed: what the choice of objects and game day follows from. sample: how many objects.
    """
    day, objects, named = DaySample(seed), ObjectSample(seed, sample), Named()
    back = dict(traces(_watched(restored, day)))
    held = compare(back, traces(_watched(live, objects, named)), as_of, now)
    return Found(held, day, objects, named)


def _watched(items: Iterable[Item], *watchers: DaySample | ObjectSample | Named) -> Iterator[Item]:
    for item in items:
        for watcher in watchers:
            watcher.see(item)
        yield item
