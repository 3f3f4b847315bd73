"""Asks for words, not a letter, before something takes the place of what is live."""

import sys

import click

from gameday.request import UsageError

confirm_option = click.option(
    "--confirm", "confirmed", metavar="WORDS", help='What --in-place asks for: "replace NAME".'
)


def require_words(name: str, confirmed: str | None, *, err: bool) -> None:
    """Return once somebody wrote `replace NAME`, there or as `confirmed`. Raises UsageError."""
    words = f"replace {name}"
    if confirmed is None:
        if not sys.stdin.isatty():
            raise UsageError(f'nobody can be asked here; add --confirm "{words}"')
        confirmed = click.prompt(f"to go on, type: {words}", prompt_suffix="\n", err=err)
    if confirmed.strip() != words:
        raise UsageError(f'nothing was changed: "{confirmed}" is not "{words}"')
