"""Asks whether to go on, where somebody is there to be asked."""

import sys

import click

from gameday.request import UsageError


class Declined(click.Abort):
    """Somebody was asked, and said no."""


def agree(question: str, *, yes: bool, err: bool = False) -> None:
    """Return once somebody agreed, there or with `--yes`.

    err: ask on standard error. Raises Declined, UsageError where nobody answers, and click.Abort
    when the question was broken off.
    """
    if yes:
        return
    try:
        agreed = click.confirm(question, err=err)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo(err=True)
        raise UsageError("nobody can be asked here; to do it unasked, add --yes") from None
    if not agreed:
        raise Declined
