"""`gameday rebuild`."""

import json
import sys

import click
from rich.console import Console

from gameday.commands.agreeing import agree
from gameday.commands.options import json_option, place_options, table_name, yes_option
from gameday.commands.replacing import confirm_option, require_words
from gameday.place import Place
from gameday.request import UsageError
from gameday.steps import Steps


@click.command()
@place_options
@click.option(
    "--to",
    metavar="NAME",
    callback=table_name,
    help="The new table.  [default: <table>-rebuilt-<time>]",
)
@click.option(
    "--in-place",
    is_flag=True,
    help="The live table itself, when it is gone or empty; asks for words.",
)
@confirm_option
@click.option("--bucket", metavar="NAME", help="The archive, when no stack says which it is.")
@click.option(
    "--table", metavar="NAME", callback=table_name, help="The live table's name, likewise."
)
@yes_option
@json_option
def rebuild(
    place: Place,
    to: str | None,
    in_place: bool,
    confirmed: str | None,
    bucket: str | None,
    table: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Make the table anew from the sidecars, the JSON files beside the videos.

    For when every table and every backup is gone; while there is a backup, gameday restore is the
    shorter way. Writes a new table, and compares it with the sidecars and with what stands in the
    bucket. Interrupted, the same command goes on. Exit code 1 when anything is missing, damaged
    or different; it is named.
    """
    from gameday import rebuild_shown as shown
    from gameday.rebuild import rebuild as carry_out
    from gameday.rebuild_plan import plan_rebuild

    if in_place and to:
        raise UsageError("--to names a new table, and --in-place is the live one; give one of them")
    console = Console(stderr=as_json, highlight=False)
    steps = Steps(console)
    with place.storage(bucket, table) as vault:
        plan = plan_rebuild(vault, steps, vault.now(), to=to, in_place=in_place)
        for line in shown.plan_in_words(plan):
            steps.say(line)
        if in_place:
            require_words(plan.table, confirmed, err=as_json)
        else:
            agree("rebuild it?", yes=yes, err=as_json)
        done = carry_out(vault, plan, steps)
        if as_json:
            click.echo(json.dumps(shown.as_json(done), indent=2))
        shown.print_rebuilt(done, console)
    sys.exit(done.exit_code)
