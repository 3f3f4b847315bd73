"""`gameday drill`."""

import json
import sys

import click
from rich.console import Console

from gameday.commands.options import json_option, place_options
from gameday.place import Place
from gameday.steps import Steps


@click.command()
@place_options
@click.option("--all", "all_objects", is_flag=True, help="Read every object, not a sample.")
@click.option("--last", is_flag=True, help="Show the last drill instead of holding one.")
@json_option
def drill(place: Place, all_objects: bool, last: bool, as_json: bool) -> None:
    """Prove that the newest backup is what comes back.

    Restores it into a scratch table, compares every item with the live table as of the backup's
    time, reads objects again, rebuilds one day from its sidecars, and deletes the scratch table
    whatever happened. Exit code 0 when everything came back as it was, 1 when not.
    """
    from gameday import drill as drills
    from gameday import drill_report

    console = Console(stderr=as_json, highlight=False)
    if last:
        with place.vault() as vault:
            newest, good = drills.earlier_drills(vault)
        if as_json:
            click.echo(json.dumps({"last": newest, "last_good": good}, indent=2))
        drill_report.print_last(newest, good, console)
        return
    result = drills.drill(place, Steps(console), all_objects=all_objects)
    if as_json:
        click.echo(drill_report.as_json(result))
    drill_report.print_result(result, console)
    sys.exit(result.exit_code)
