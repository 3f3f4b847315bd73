"""Options that several commands share."""

import functools
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gameday.home import Home
from gameday.place import Place

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    callback=lambda context, option, folder: Home(folder.resolve()),
    default=Path(".gameday"),
    show_default=True,
    help="Folder that keeps everything between commands.",
)

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object on standard output."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


class NumberRange(click.FloatRange):
    """A range of numbers; NaN, which is in every range of click's, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


def table_name(context: click.Context, option: click.Parameter, name: str | None) -> str | None:
    """What an option names, when a table may be called so."""
    if name is not None and not TABLE_NAME.fullmatch(name):
        raise click.BadParameter(
            f"{name!r} cannot be a table's name: 3 to 255 letters, digits, '_', '-' and '.'"
        )
    return name


def place_options(command: Callable) -> Callable:
    """The options that say which vault is meant; the command gets it as `place`."""

    @functools.wraps(command)
    def with_place(*args: object, home: Home, in_account: bool, **options: object) -> object:
        return command(*args, place=Place(home, in_account=in_account), **options)

    aws_option = click.option(
        "--aws",
        "in_account",
        is_flag=True,
        help="The AWS account and region of the environment, not the embedded AWS.",
    )
    return home_option(aws_option(with_place))


def provider_options(command: Callable) -> Callable:
    """The options that say what is kept and whom to ask for it."""
    options = (
        click.option("--date", envvar="DATE", show_envvar=True, help="Game day, YYYY-MM-DD."),
        click.option(
            "--league",
            "leagues",
            multiple=True,
            callback=_leagues,
            help="League as the provider names it; may be repeated.  [env var: LEAGUE_NAME]",
        ),
        click.option(
            "--limit",
            envvar="LIMIT",
            show_envvar=True,
            help="The most highlights kept of one league's game day, 1 to 40.",
        ),
        click.option(
            "--api-url",
            envvar="API_URL",
            show_envvar=True,
            help="The provider's /highlights endpoint.",
        ),
        click.option(
            "--api-host", envvar="RAPIDAPI_HOST", show_envvar=True, help="RapidAPI's host header."
        ),
        click.option(
            "--api-key", envvar="RAPIDAPI_KEY", show_envvar=True, help="The provider's key."
        ),
        click.option(
            "--allow-host",
            "allow_hosts",
            multiple=True,
            metavar="HOST",
            help="A private or loopback host that may serve videos; may be repeated.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _leagues(context: click.Context, option: click.Parameter, given: tuple) -> tuple[str, ...]:
    """The leagues given, else the one that the environment names, which may hold spaces."""
    named = os.environ.get("LEAGUE_NAME", "").strip()
    return given or ((named,) if named else ())
