"""`gameday status`: what the season's calendar is read from, and the plain list of its days."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from gameday.calendar.day import Day, DayState
from gameday.calendar.gaps import GapKind, gaps, what_to_do
from gameday.calendar.reading import Asked, NoRows, Reading
from gameday.vault import Vault
from lambdas.highlights.highlight import SETTLED
from lambdas.highlights.season.games import GameState

# Of a vault whose functions do not say it, being of an earlier version.
LOOK_BACK_DAYS, MONTHS = 3, "11,12,1,2,3,4"


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

    @classmethod
    def of(cls, day: Day) -> "KeptDay":
        """What the calendar knows of the day's highlights."""
        counts = {str(status): day.highlights[status] for status in SETTLED}
        failed = day.highlights.total() - sum(counts.values())
        date = day.date.isoformat()
        return cls(
            day.league, date, **counts, failed=failed, bytes=day.bytes, backed_up=not day.unsaved
        )


def read(vault: Vault, now: datetime, leagues: Sequence[str] = ()) -> Reading:
    """All that `vault` knows of its seasons, or of those of `leagues`."""
    told = vault.environment("MONTHS")
    window = timedelta(days=int(told.get("LOOK_BACK_DAYS", LOOK_BACK_DAYS)))
    months = frozenset(int(one) for one in told.get("MONTHS", MONTHS).split(","))
    rows = vault.season if vault.season_table else NoRows()
    return Reading(rows, vault.items(), Asked(now, window, months, leagues))


def days_kept(reading: Reading, season: int | None = None) -> Iterator[KeptDay]:
    """Every game day of which a highlight is known, oldest first; of all seasons or of one."""
    return (KeptDay.of(day) for day, _ in _days(reading, season) if day.highlights)


def days_json(
    reading: Reading, season: int | None = None, *, in_account: bool
) -> Iterator[dict[str, Any]]:
    """Every game day with a highlight, a game or a gap, oldest first, as a program reads it.

    Beside what `KeptDay` has: state, see `DayState`; games, how many are in each state; gaps, each
    with kind, what, id, reason and to_do.
    """
    for day, problems in _days(reading, season):
        if day.state is DayState.NO_GAMES:
            continue
        games = {state.value: day.games[state] for state in GameState}
        yield asdict(KeptDay.of(day)) | {
            "state": day.state.value,
            "games": games | {"called_off": day.called_off, "paused": day.paused},
            "gaps": [
                {
                    "kind": one.kind.name.lower(),
                    "what": one.name,
                    "id": None if one.kind is GapKind.UNSEEN else one.id,
                    "reason": one.reason,
                    "to_do": what_to_do(gaps([one])[0], in_account=in_account),
                }
                for one in problems
            ],
        }


def _days(reading: Reading, season: int | None) -> Iterator[tuple[Day, list[Any]]]:
    """Each day with its problems."""
    for year in reading.seasons if season is None else [season]:
        found = []
        for league in reading.calendar(year).leagues:
            problems: dict[Any, list[Any]] = {}
            for one in league.problems:
                problems.setdefault(one.date, []).append(one)
            found += [(day, problems.get(day.date, [])) for day in league.days.values()]
        yield from sorted(found, key=lambda pair: (pair[0].date, pair[0].league))


def print_days(days: Iterator[KeptDay], console: Console) -> None:
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
