"""`gameday restore`."""

import sys

import click
from rich.console import Console

from gameday.commands.agreeing import agree
from gameday.commands.options import json_option, place_options, table_name, yes_option
from gameday.commands.replacing import confirm_option, require_words
from gameday.place import Place
from gameday.steps import Steps


class TableByDefault(click.Group):
    """`gameday restore --at ...` is `gameday restore table --at ...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] in ctx.help_option_names:
            args = args[:1]
        elif not args or args[0].startswith("-"):
            args = ["table", *args]
        return super().parse_args(ctx, args)


@click.group(cls=TableByDefault)
def restore() -> None:
    """Bring back what was lost: the table (by default), or objects.

    Into a place of its own, beside what is there; in place only when asked in words. It says
    before it begins what it will do, how long that takes and what it costs, and ends with a
    comparison. Interrupted, the same command goes on. When both are lost: the table first, then
    the objects. Each explains itself: gameday restore table --help, gameday restore objects
    --help, both with --home or --aws.
    """


@restore.command("table")
@place_options
@click.option("--backup", metavar="NAME", help="A backup, by as much of its name as says which.")
@click.option(
    "--at", metavar="MOMENT", help="A moment: 2026-01-11T14:30Z, '2h ago', or latest; 35 days back."
)
@click.option("--export", metavar="ID", help="An export in the bucket: its id, or latest.")
@click.option(
    "--to",
    metavar="NAME",
    callback=table_name,
    help="The new table.  [default: <table>-restored-<moment>]",
)
@click.option("--in-place", is_flag=True, help="The live table itself; asks for words.")
@confirm_option
@yes_option
@json_option
def table(
    place: Place,
    backup: str | None,
    at: str | None,
    export: str | None,
    to: str | None,
    in_place: bool,
    confirmed: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Restore the table: from its newest backup, or from what is named.

    What DynamoDB leaves behind is put back: point-in-time recovery, deletion protection, tags,
    stream, time to live. In place, a table that is gone is made under its own name. One that is
    there is backed up first; then what differs is written, item by item, while no execution runs,
    and nothing is deleted from it. When every table, backup and export is gone: gameday rebuild.

    Exit code 1 when anything came back otherwise than expected.
    """
    from gameday.restore import shown
    from gameday.restore.sources import Wanted
    from gameday.restore.table import plan_table, restore_table

    console = Console(stderr=as_json, highlight=False)
    wanted = Wanted(backup, at, export)
    with place.vault() as vault:
        with console.status("looking at the tables"):
            plan = plan_table(vault, wanted, to, in_place=in_place, now=vault.now())
        shown.print_lines(plan.in_words(), console)
        _agree(plan.live if in_place else None, confirmed, yes=yes, as_json=as_json)
        done = restore_table(vault, plan, Steps(console))
        if as_json:
            click.echo(shown.table_json(done))
        shown.print_table(done, console)
    sys.exit(done.exit_code)


@restore.command("objects")
@place_options
@click.option(
    "--from",
    "origin",
    type=click.Choice(["versions", "replica"]),
    default="versions",
    show_default=True,
    help="Earlier versions in the bucket, or the copy in the second region.",
)
@click.option("--prefix", default="", help="Keys concerned, such as videos/NCAA/2026-01-10/.")
@click.option("--at", metavar="MOMENT", help="The objects as of then, where they differ now.")
@click.option("--in-place", is_flag=True, help="Under their own keys; asks for words.")
@confirm_option
@yes_option
@json_option
def objects(
    place: Place,
    origin: str,
    prefix: str,
    at: str | None,
    in_place: bool,
    confirmed: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Restore objects: videos, renditions, thumbnails, raw answers, sidecars, run records.

    Looks at every object that the ledger names, and brings back what is missing or damaged: the
    newest version that has the size and checksum which the ledger knows. Each is read again where
    it came back. They go aside, below restored/<time>/, or in place under their own keys; nothing
    is ever deleted. With --prefix, deleted objects that the ledger does not name come back, too.
    When the table is lost as well, restore it first: it says what must be there.

    Exit code 1 when anything could not be brought back; it is named.
    """
    from gameday.moments import parse_moment
    from gameday.restore import shown
    from gameday.restore.object_plan import WantedObjects
    from gameday.restore.objects import ObjectRestore
    from gameday.verify import server_unheard

    console = Console(stderr=as_json, highlight=False)
    with place.vault() as vault, server_unheard():
        now = vault.now()
        moment = None if at is None else parse_moment(at, now)
        wanted = WantedObjects(prefix, moment, from_replica=origin == "replica", in_place=in_place)
        work = ObjectRestore(vault, wanted, Steps(console))
        plan = work.plan(now)
        shown.print_lines(plan.in_words(), console)
        _agree(vault.bucket if in_place else None, confirmed, yes=yes, as_json=as_json)
        done = work.restore()
        if as_json:
            click.echo(shown.objects_json(done))
        shown.print_objects(done, console)
    sys.exit(done.exit_code)


def _agree(replaced: str | None, confirmed: str | None, *, yes: bool, as_json: bool) -> None:
    """Ask as a restore has to be asked about; replaced: what it replaces, if anything."""
    if replaced is not None:
        require_words(replaced, confirmed, err=as_json)
    else:
        agree("restore it?", yes=yes, err=as_json)
