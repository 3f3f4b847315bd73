"""What a drill looks at more closely: some objects, and one game day.

The choice follows from the execution's name alone, so an attempt that is repeated looks at the same,
and it is made while the items pass by, one at a time.
"""

import hashlib
import heapq
from collections.abc import Mapping
from datetime import date
from typing import Any

from lambdas.highlights.findings import Part
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.ledger import Item

PARTS = (Part.VIDEO, Part.RENDITION, Part.THUMBNAIL)

# A part that is refused is known to be lost; the ledger says so, and a repair or a person knows.
LOST_WHEN = {
    Part.VIDEO: "video_refused",
    Part.RENDITION: "rendition_refused",
    Part.THUMBNAIL: "rendition_refused",
}


def parts_kept(item: Mapping[str, Any]) -> list[Part]:
    """The objects that the item names and that are not known to be lost."""
    return [part for part in PARTS if part in item and not _is_lost(item, part)]


def _is_lost(item: Mapping[str, Any], part: Part) -> bool:
    # `video_refused` may be empty, for a video that is missing.
    return item.get(LOST_WHEN[part], False) is not False


class ObjectSample:
    """At most `size` objects of all items that pass by, each as likely as any other."""

    def __init__(self, seed: str, size: int):
        self._seed = seed
        self._size = size
        self._heap: list[tuple[int, str, str]] = []

    def see(self, item: Mapping[str, Any]) -> None:
        """Let the objects of `item` take part."""
        for part in parts_kept(item):
            rank = -_number(self._seed, item["id"], part)
            heapq.heappush(self._heap, (rank, item["id"], part.value))
            if len(self._heap) > self._size:
                heapq.heappop(self._heap)

    def chosen(self) -> list[dict[str, str]]:
        """`{"id", "part"}` of each, those of one highlight together."""
        return [{"id": id_, "part": part} for _, id_, part in sorted(self._heap, key=_by_id)]


class DaySample:
    """The items of one game day of all that pass by."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rank = -1
        self._day: tuple[str, str] | None = None
        self.items: dict[str, Item] = {}

    def see(self, item: Item) -> None:
        """Keep `item` if its day is, so far, the one that is chosen.

        The day that wins in the end has won since its first item came.
        """
        day = (str(item.get("league")), str(item.get("game_date")))
        if day != self._day:
            rank = _number(self._seed, *day)
            if rank <= self._rank:
                return
            self._rank, self._day, self.items = rank, day, {}
        self.items[item["id"]] = item

    @property
    def game_day(self) -> GameDay | None:
        """The day that is chosen; None when no item passed by, or its items name no date."""
        try:
            return self._day and GameDay(self._day[0], date.fromisoformat(self._day[1]))
        except ValueError:
            return None


def _by_id(entry: tuple[int, str, str]) -> tuple[str, str]:
    return entry[1], entry[2]


def _number(*texts: str) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(texts).encode()).digest()[:8])
