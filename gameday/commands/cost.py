"""`gameday cost`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from gameday.commands.options import NumberRange, json_option, place_options
from gameday.place import Place
from gameday.request import ONE_PLACE, UsageError

CDK_JSON = "cdk.json"
LOAD = ("clips", "minutes", "days", "leagues", "lines", "megabits", "ready")


@click.command()
@place_options
@json_option
@click.option(
    "--plan",
    is_flag=False,
    flag_value=CDK_JSON,
    metavar="[FILE]",
    help="Price a season by the settings of FILE, before it is deployed; cdk.json by default.",
)
@click.option("-c", "given", multiple=True, metavar="NAME=VALUE", help="A setting of the plan.")
@click.option("--clips", type=click.IntRange(0, 1_000), help="Clips of a game day.  [limit]")
@click.option("--minutes", type=NumberRange(0, 600), help="Length of a clip.  [1.5]")
@click.option("--days", type=click.IntRange(0, 366), help="Game days.  [by the settings]")
@click.option("--leagues", type=click.IntRange(1, 100), help="Leagues.  [by the settings]")
@click.option("--lines", type=click.IntRange(90, 4_320), help="Lines of the sources.  [360]")
@click.option("--megabits", type=NumberRange(0.05, 200), help="Mbit/s of the sources.")
@click.option(
    "--ready",
    type=NumberRange(0, 1),
    help="Share of videos that when_needed need not transcode.  [1]",
)
def cost(
    place: Place, as_json: bool, plan: str | None, given: tuple[str, ...], **load: Any
) -> None:
    """Say what the vault costs on AWS: the last run, the month, the season and its forecast.

    Prices what is kept; for the embedded AWS, what the same would cost in an account. With --plan
    nothing need be kept or deployed, and no AWS is asked.
    """
    load = {name: load[name] for name in LOAD if load[name] is not None}
    console = Console(stderr=as_json, highlight=False)
    if plan is not None:
        _plan(None if plan == CDK_JSON else Path(plan), given, load, console, as_json)
    elif given or load:
        raise UsageError("-c, --clips and their like describe a plan: add --plan")
    else:
        _bill(place, console, as_json)


def _bill(place: Place, console: Console, as_json: bool) -> None:
    from gameday.cost.bill import bill_of
    from gameday.cost.ledger import measure
    from gameday.cost.months import Season
    from gameday.cost.shown import print_bill
    from gameday.synthesis import project_context
    from stacks.settings import Settings, SettingsError

    try:
        settings = Settings.from_context(project_context() | ONE_PLACE)
    except SettingsError as error:
        raise UsageError(str(error)) from None
    with place.vault() as vault:
        now = vault.now()
        season = Season.around(settings.season_months, now.date())
        found = measure(vault, season, now)
    if found.since is None:
        click.echo("null" if as_json else "Nothing is kept yet, so nothing was paid for.")
        return
    bill = bill_of(found, season, now)
    if as_json:
        click.echo(json.dumps(bill.as_json(), indent=2))
    else:
        print_bill(bill, console)


def _plan(
    file: Path | None, given: tuple[str, ...], load: dict[str, Any], console: Console, as_json: bool
) -> None:
    from gameday.cost import planned
    from gameday.cost.plan import Workload
    from gameday.cost.shown import print_plan

    settings, context = planned.read_settings(file, given)
    season = planned.next_season(settings, datetime.now(UTC).date())
    with console.status("counting what would be deployed"):
        standing = planned.standing_of(context)
    found = planned.planned(settings, season, Workload.of(settings, season, **load), standing)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
    else:
        print_plan(found, console)
