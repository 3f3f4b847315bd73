"""`gameday up`."""

from typing import Any

import click
from rich.console import Console

from gameday.commands.options import home_option, provider_options
from gameday.home import Home
from gameday.request import Options
from gameday.steps import Steps


@click.command()
@provider_options
@home_option
@click.option("--port", default=0, help="Port of the embedded AWS; any free one by default.")
@click.option("--cdk", "by_cdk", is_flag=True, help="Deploy with the CDK CLI, as into an account.")
def up(home: Home, port: int, by_cdk: bool, **options: Any) -> None:
    """Keep the embedded AWS running, for the aws CLI to look around, until Ctrl-C."""
    from gameday.up import stay_up

    stay_up(Options(**options), home, Steps(Console(highlight=False)), port=port, by_cdk=by_cdk)
