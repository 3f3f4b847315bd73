"""`gameday verify`."""

import sys

import click
from rich.console import Console

from gameday.commands.options import json_option, place_options
from gameday.place import Place
from gameday.steps import Steps


@click.command()
@place_options
@click.option("--repair", "mend", is_flag=True, help="Fetch again what the sources still have.")
@json_option
def verify(place: Place, mend: bool, as_json: bool) -> None:
    """Read every object kept again and hold it against the ledger.

    Says what is missing, damaged or unknown. Exit code 0 when nothing is, or everything was
    repaired. In an account --repair writes sidecars, which it takes from the ledger, and notes
    there what else is lost: the next execution of that game day fetches it again.
    """
    from gameday import verify as verification

    console = Console(stderr=as_json, highlight=False)
    result = verification.verify_place(place, Steps(console), mend=mend)
    if as_json:
        click.echo(verification.as_json(result))
    verification.print_findings(result, console)
    sys.exit(result.exit_code)
