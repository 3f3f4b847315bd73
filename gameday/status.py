"""`gameday status`: which game days are kept, and how completely."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from gameday.place import Place
from lambdas.highlights.highlight import SETTLED
from lambdas.highlights.ledger import is_backed_up


@dataclass(frozen=True)
class KeptDay:
    """A game day in the ledger. bytes: of its videos and renditions together."""

    league: str
    game_date: str
    playable: int
    link_only: int
    unavailable: int
    failed: int
    bytes: int
    backed_up: bool


def days_kept(place: Place) -> list[KeptDay]:
    """Every game day of which a highlight is known, oldest first. Raises NothingKept."""
    items = defaultdict(list)
    with place.vault() as vault:
        for item in vault.items():
            items[item["game_date"], item["league"]].append(item)
    return [_day(league, date, found) for (date, league), found in sorted(items.items())]


def _day(league: str, game_date: str, items: Sequence[dict]) -> KeptDay:
    statuses = Counter(item["status"] for item in items)
    kept = [item[part] for item in items for part in ("video", "rendition") if part in item]
    return KeptDay(
        league,
        game_date,
        **{name: statuses[name] for name in SETTLED},
        failed=len(items) - sum(statuses[name] for name in SETTLED),
        bytes=sum(int(part["bytes"]) for part in kept),
        backed_up=all(is_backed_up(item) for item in items),
    )


def print_days(days: Sequence[KeptDay], console: Console) -> None:
    """The days as a table for a person."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("game day", "league"):
        table.add_column(heading)
    for heading in ("playable", "link only", "unavailable", "failed", "MB", "backed up"):
        table.add_column(heading, justify="right")
    for day in days:
        table.add_row(
            day.game_date,
            day.league,
            *(str(n) for n in (day.playable, day.link_only, day.unavailable, day.failed)),
            f"{day.bytes / 1e6:.1f}",
            "yes" if day.backed_up else "no",
        )
    console.print(table)
