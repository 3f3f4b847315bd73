"""`gameday backups` and what can be done with one."""

import sys

import click
from click.core import ParameterSource
from rich.console import Console

from gameday.commands.agreeing import agree
from gameday.commands.options import json_option, place_options, yes_option
from gameday.place import Place
from gameday.request import UsageError
from gameday.steps import Steps

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what the next rotation deletes, and change nothing."
)
NAME_HELP = """

    NAME is a backup's name, its beginning or end as far as it is the only one, or `newest`.
    """


@click.group(invoke_without_command=True)
@place_options
@dry_run_option
@json_option
@click.pass_context
def backups(context: click.Context, place: Place, dry_run: bool, as_json: bool) -> None:
    """List the table's backups: when each was made, why it is kept, what rotation deletes next.

    Rotation follows each run that made a backup. It keeps what the setting `backup_retention`
    says, what is pinned, and the newest, and touches no backup that others made.
    """
    if context.invoked_subcommand is not None:
        _hand_on(context, place, dry_run=dry_run, as_json=as_json)
        return
    from gameday import backups_shown as shown
    from gameday.backups import overview

    with place.vault() as vault:
        found = overview(vault, vault.now())
    if as_json:
        facts = shown.deletion_json(found) if dry_run else shown.overview_json(found)
        click.echo(shown.as_json(facts))
    elif dry_run:
        shown.print_deletion(found, Console(highlight=False))
    else:
        shown.print_overview(found, Console(highlight=False))


@backups.command()
@place_options
@json_option
@click.option("--note", help="Why it is kept.")
@click.argument("name")
def pin(place: Place, name: str, note: str | None, as_json: bool) -> None:
    """Keep the backup NAME until it is unpinned, whatever rotation does."""
    from gameday import backups as work
    from gameday import backups_shown as shown

    with place.vault() as vault:
        pinned, is_new = work.pin(vault, name, note, vault.now())
    if as_json:
        click.echo(shown.as_json({**shown.pin_json(pinned), "is_new": is_new}))
        return
    since = "" if is_new or pinned.at is None else f" since {pinned.at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"{pinned.name} {'is' if is_new else 'was'} pinned{since}")


@backups.command()
@place_options
@json_option
@click.argument("name")
def unpin(place: Place, name: str, as_json: bool) -> None:
    """Leave the backup NAME to rotation again."""
    from gameday import backups as work
    from gameday import backups_shown as shown

    with place.vault() as vault:
        found, was_pinned = work.unpin(vault, name, vault.now())
    if as_json:
        click.echo(shown.as_json({"name": found, "was_pinned": was_pinned}))
        return
    click.echo(f"{found} {'is not pinned any more' if was_pinned else 'was not pinned'}")


@backups.command()
@place_options
@json_option
def make(place: Place, as_json: bool) -> None:
    """Make a backup now, and wait until it can be restored.

    Rotation treats it as those that runs make. One that is being made already is waited for.
    """
    from gameday import backups as work
    from gameday import backups_shown as shown

    console = Console(stderr=as_json, highlight=False)
    with place.vault() as vault, Steps(console).step("make", "backup") as step:
        made = work.make(vault, step.tell)
        step.tell("AVAILABLE")
    if as_json:
        click.echo(shown.as_json(shown.made_json(made)))
    shown.print_made(made, console)


@backups.command()
@place_options
@dry_run_option
@yes_option
@json_option
def rotate(place: Place, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Delete now what the next rotation would delete, once you agreed.

    Exit code 1 when it may not be deleted now, for the reason said.
    """
    from dataclasses import asdict

    from gameday import backups as work
    from gameday import backups_shown as shown

    console = Console(stderr=as_json, highlight=False)
    with place.vault() as vault:
        found = work.overview(vault, vault.now())
        going = found.plan.to_delete
        shown.print_deletion(found, console)
        if dry_run or not going:
            if as_json:
                click.echo(shown.as_json(shown.deletion_json(found)))
            sys.exit(1 if found.plan.held else 0)
        question = f"delete {shown.backups_in_words(going)}, which cannot be undone?"
        agree(question, yes=yes, err=as_json)
        with Steps(console).step("rotate", "rotation") as step:
            done = work.rotate_now(
                vault, found.plan, vault.now(), lambda n: step.tell(f"{n} of {len(going)} deleted")
            )
            step.tell(f"{len(done.deleted)} deleted")
    if as_json:
        click.echo(shown.as_json(asdict(done)))
    shown.print_rotation(done, console)
    sys.exit(1 if done.held else 0)


for named in (pin, unpin):
    named.help = (named.help or "") + NAME_HELP


def _hand_on(context: click.Context, place: Place, *, dry_run: bool, as_json: bool) -> None:
    """Let options given before the name of a command count as if they were given after it."""
    name = str(context.invoked_subcommand)
    if dry_run and name != rotate.name:
        raise UsageError(f"{name} knows no --dry-run; gameday backups rotate does")
    values = {
        "home": str(place.home.folder),
        "in_account": place.in_account,
        "dry_run": dry_run,
        "as_json": as_json,
    }
    given = {
        option: value
        for option, value in values.items()
        if context.get_parameter_source(option) is not ParameterSource.DEFAULT
    }
    context.default_map = {name: given}
