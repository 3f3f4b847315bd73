"""`gameday reset`."""

import click

from gameday.commands.agreeing import agree
from gameday.commands.options import home_option, yes_option
from gameday.home import Home


@click.command()
@home_option
@yes_option
def reset(home: Home, yes: bool) -> None:
    """Delete everything that is kept in the home folder: the embedded AWS with all its data."""
    if not home.exists():
        click.echo(f"nothing is kept in {home.folder}")
        return
    question = f"delete the embedded AWS in {home.folder}, with every video and backup in it?"
    agree(question, yes=yes)
    home.delete()
    click.echo(f"deleted what was kept in {home.folder}")
