"""`gameday backfill`."""

import contextlib
import json
import sys

import click
from rich.console import Console

from gameday.commands.agreeing import agree
from gameday.commands.options import json_option, place_options, yes_option
from gameday.place import Place
from gameday.steps import Steps


@click.command()
@click.option("--from", "first", metavar="DAY", help="First game day, YYYY-MM-DD.")
@click.option("--to", "last", metavar="DAY", help="Last game day.  [yesterday]")
@click.option(
    "--last", "recent", metavar="DAYS", help="The last so many days instead; or season: all of it."
)
@click.option("--league", "leagues", multiple=True, help="That league alone; may be repeated.")
@yes_option
@place_options
@json_option
def backfill(
    place: Place,
    first: str | None,
    last: str | None,
    recent: str | None,
    leagues: tuple[str, ...],
    yes: bool,
    as_json: bool,
) -> None:
    """Keep a whole range of game days: a week, the last 30 days, a season.

    Shows what it would take, in provider calls, transcoding, storage, dollars and days, and asks.
    It spends no more provider calls a day than the settings allow and waits for the next day's.
    Days that are done already are left alone, so the same command continues whatever stopped it.
    """
    from gameday import backfill as work
    from gameday.backfill_plan import print_plan
    from gameday.deployment import runnable

    console = Console(stderr=as_json, highlight=False)
    steps = Steps(console)
    with contextlib.ExitStack() as stack:
        vault = stack.enter_context(place.vault())
        asked = work.Asked(first, last, recent, leagues)
        plans = work.plans(vault, asked, vault.now())
        for plan in plans:
            print_plan(plan, console)
        results = []
        if any(plan.days for plan in plans):
            agree("Keep these days?", yes=yes, err=as_json)
            if not place.in_account:
                vault = stack.enter_context(runnable(vault, place.home, steps))
        for plan in plans:
            results.append(work.backfill(vault, plan, steps, in_account=place.in_account))
    if as_json:
        click.echo(json.dumps([result.as_json() for result in results], indent=2))
    for result in results:
        console.print(f"{result.plan.league}: {result.summary}", soft_wrap=True, markup=False)
    sys.exit(max(result.exit_code for result in results))
