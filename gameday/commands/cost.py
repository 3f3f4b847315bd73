"""`gameday cost`."""

import json
from datetime import UTC, datetime

import click
from rich.console import Console

from gameday.commands.options import json_option, place_options
from gameday.place import Place
from gameday.request import ONE_PLACE, UsageError


@click.command()
@place_options
@json_option
def cost(place: Place, as_json: bool) -> None:
    """Say what the vault costs on AWS: the last run, the month, the season and its forecast.

    Prices what is kept; for the embedded AWS, what the same would cost in an account.
    """
    from gameday.cost.bill import bill_of
    from gameday.cost.ledger import measure
    from gameday.cost.months import Season
    from gameday.cost.shown import print_bill
    from gameday.synthesis import project_context
    from stacks.settings import Settings, SettingsError

    console, now = Console(stderr=as_json, highlight=False), datetime.now(UTC)
    try:
        settings = Settings.from_context(project_context() | ONE_PLACE)
    except SettingsError as error:
        raise UsageError(str(error)) from None
    season = Season.around(settings.season_months, now.date())
    with place.vault() as vault:
        found = measure(vault, season, now)
    if found.since is None:
        click.echo("null" if as_json else "Nothing is kept yet, so nothing was paid for.")
        return
    bill = bill_of(found, season, now)
    if as_json:
        click.echo(json.dumps(bill.as_json(), indent=2))
    else:
        print_bill(bill, console)
