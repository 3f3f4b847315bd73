"""`gameday status`."""

import json
from dataclasses import asdict

import click
from rich.console import Console

from gameday.commands.options import place_options
from gameday.place import Place


@click.command()
@place_options
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
def status(place: Place, as_json: bool) -> None:
    """List the game days kept."""
    from gameday.status import days_kept, print_days

    days = days_kept(place)
    if as_json:
        click.echo(json.dumps([asdict(day) for day in days], indent=2))
    else:
        print_days(days, Console(highlight=False))
