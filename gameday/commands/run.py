"""`gameday run`."""

import sys
from typing import Any

import click
from rich.console import Console

from gameday.commands.options import home_option, json_option, provider_options
from gameday.home import Home
from gameday.request import Options
from gameday.steps import Steps


@click.command()
@provider_options
@home_option
@json_option
def run(home: Home, as_json: bool, **options: Any) -> None:
    """Back up one game day: fetch, download, transcode, back up.

    Without --api-url and --api-key the sample day is kept, whose provider runs on this machine.
    A second run finds everything done and repeats nothing.
    """
    from gameday import report
    from gameday.run import run as keep_days

    console = Console(stderr=as_json, highlight=False)
    result = keep_days(Options(**options), home, Steps(console))
    if as_json:
        click.echo(report.as_json(result))
    report.print_table(result, console)
    sys.exit(result.exit_code)
