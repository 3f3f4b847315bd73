"""`python -m gameday.simulation`: an invented season in minutes, held against its truth."""

import shutil
import sys
import time
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from gameday.calendar.page import write_calendar
from gameday.copies import write_text
from gameday.cost.bill import bill_of
from gameday.cost.ledger import measure
from gameday.cost.months import Season as CostSeason
from gameday.home import Home
from gameday.simulation.calendar import first_day
from gameday.simulation.check import Checked, check
from gameday.simulation.drive import Lived, lived
from gameday.simulation.executions import executions
from gameday.simulation.report import report
from gameday.simulation.season import invent
from gameday.status import read
from gameday.steps import Steps
from gameday.synthesis import project_context
from stacks.settings import Settings

SHOWN = 20  # differences


@click.command()
@click.option("--days", default=150, show_default=True, type=click.IntRange(11, 250))
@click.option("--seed", default=2027, show_default=True, help="Another one is another season.")
@click.option(
    "--games",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.1, 2),
    help="How many games a day, as a factor.",
)
@click.option(
    "--home",
    default=Path(".gameday-season"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Emptied first; afterwards the season's vault, its report and its page.",
)
@click.option(
    "--report",
    "copy",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the report is written, too.",
)
def main(days: int, seed: int, games: float, home: Path, copy: Path | None) -> None:
    """Let an invented season pass on the embedded AWS and hold its ledger against the truth.

    The calendar, the clips, when they appear and what goes wrong follow from --seed alone. Ends
    with 1 when anything is not as it should be. `gameday status --home DIR` shows the season
    afterwards, as does the page.
    """
    began = time.monotonic()
    console = Console(highlight=False)
    season = invent(first_day(date.today()), days, seed, games=games)
    _empty(home)
    with lived(season, Home(home), Steps(console)) as seen:
        checked = _checked(seen, Steps(console))
        text = _report(seen, checked, time.monotonic() - began)
        _write_page(seen, home / "season.html")
    write_text(text, home / "season.md")
    if copy is not None:
        write_text(text, copy)
    console.print(f"Report: {home / 'season.md'}\nPage:   {home / 'season.html'}")
    for one in checked.differences[:SHOWN]:
        console.print(f"  {one}", style="red")
    if checked.differences:
        console.print(f"{len(checked.differences)} things are not as they should be.", style="red")
        sys.exit(1)
    console.print(f"The ledger equals the truth: {len(season.games)} games, all as they should be.")


def _empty(home: Path) -> None:
    """Remove what an earlier season left, but for the clips and what was synthesised."""
    if home.exists() and any(home.iterdir()) and not (home / "clips").is_dir():
        raise click.UsageError(f"{home} holds something else than a season; name another --home")
    shutil.rmtree(home / "aws", ignore_errors=True)


def _checked(seen: Lived, steps: Steps) -> Checked:
    return check(seen.season, seen.vault, steps, Settings.look_back_days)


def _report(seen: Lived, checked: Checked, seconds: float) -> str:
    now = seen.vault.now()
    settings = Settings.from_context(project_context())
    months = CostSeason.around(settings.season_months, now.date())
    bill = bill_of(measure(seen.vault, months, now), months, now)
    return report(seen, checked, list(executions(seen.vault)), bill, seconds)


def _write_page(seen: Lived, path: Path) -> None:
    now = seen.vault.now()
    reading = read(seen.vault, now)
    write_calendar(reading.calendar(None), path, now, in_account=False)


if __name__ == "__main__":
    main()
