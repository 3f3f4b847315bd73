"""Rebuilds one game day from its sidecars and holds it against what the backup says of the day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lambdas.highlights.drill.as_of import AsOf, Held, compare, traces
from lambdas.highlights.errors import SidecarDamaged
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import SIDECAR
from lambdas.highlights.ledger import Item
from lambdas.highlights.sidecar import parse


@dataclass(frozen=True)
class Rebuilt:
    """What came of a rebuild. sidecars: how many there are; damaged: the keys of unreadable ones.

    held: the items of the sidecars are what was expected, and those restored what was found, so
    that `unexpected` names the items without a sidecar.
    """

    game_day: GameDay
    sidecars: int
    held: Held
    damaged: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether the day can be rebuilt as it was."""
        return not self.damaged and self.held.comparison.is_equal


def rebuild(
    game_day: GameDay,
    restored: Mapping[str, Item],
    keys: Iterable[str],
    read: Callable[[str], bytes],
    as_of: AsOf,
    now: datetime,
) -> Rebuilt:
    """Rebuild `game_day`. restored: its items in the backup, by id. keys: all in its folder."""
    items: list[Mapping[str, Any]] = []
    damaged: list[str] = []
    for key in keys:
        if SIDECAR.fullmatch(key):
            try:
                items.append(parse(read(key), key))
            except SidecarDamaged:
                damaged.append(key)
    held = compare(dict(traces(restored.values())), traces(items), as_of, now)
    return Rebuilt(game_day, len(items) + len(damaged), held, damaged)
