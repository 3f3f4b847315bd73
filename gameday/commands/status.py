"""`gameday status`."""

import json
from pathlib import Path

import click
from rich.console import Console

from gameday.commands.options import place_options
from gameday.place import Place
from gameday.request import UsageError


@click.command()
@place_options
@click.option("--league", "leagues", multiple=True, help="That league alone; may be repeated.")
@click.option(
    "--season",
    type=click.IntRange(1900, 9998),
    metavar="YEAR",
    help="The season that begins in that year; without it, the newest one.",
)
@click.option("--days", "as_days", is_flag=True, help="The days kept, as a table.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list of days on standard output.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the season as one HTML page instead, with every game of each day.",
)
def status(
    place: Place,
    leagues: tuple[str, ...],
    season: int | None,
    as_days: bool,
    as_json: bool,
    page: Path | None,
) -> None:
    """Show the season as a calendar: what is kept, and above all what is not.

    Each day has a cell, each gap its reason and what can be done about it. `--json` and `--days`
    list the days of all seasons unless --season says which.
    """
    if sum((as_days, as_json, page is not None)) > 1:
        raise UsageError("give one of --days, --json and --html")
    from gameday import status as work
    from gameday.calendar.page import write_calendar
    from gameday.calendar.shown import print_calendar

    console = Console(highlight=False)
    with place.vault() as vault:
        now = vault.now()
        reading = work.read(vault, now, leagues)
        if as_json:
            days = work.days_json(reading, season, in_account=place.in_account)
            click.echo(json.dumps(list(days), indent=2))
        elif as_days:
            work.print_days(work.days_kept(reading, season), console)
        elif page is not None:
            write_calendar(reading.calendar(season), page, now, in_account=place.in_account)
            click.echo(f"Page: {page}")
        else:
            calendar = reading.calendar(season)
            print_calendar(calendar, console, in_account=place.in_account, asked=leagues)
