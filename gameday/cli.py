"""The `gameday` command: understands what is typed and hands it on."""

import errno

import click
from botocore.exceptions import BotoCoreError, ClientError

from gameday.account import AccountUnavailable
from gameday.backups import BackupsUnclear
from gameday.commands.agreeing import Declined
from gameday.commands.backfill import backfill
from gameday.commands.backups import backups
from gameday.commands.cost import cost
from gameday.commands.drill import drill
from gameday.commands.export import export
from gameday.commands.import_season import import_season
from gameday.commands.rebuild import rebuild
from gameday.commands.reset import reset
from gameday.commands.restore import restore
from gameday.commands.run import run
from gameday.commands.status import status
from gameday.commands.up import up
from gameday.commands.verify import verify
from gameday.commands.why import why
from gameday.copies import CopyError
from gameday.embedded.assembly import AssemblyError, DeploymentFailed
from gameday.embedded.aws import StateInUse
from gameday.embedded.cdk_cli import CdkFailed, CdkUnavailable
from gameday.embedded.clips import ClipError
from gameday.embedded.fixes import EmulatorChanged
from gameday.embedded.fixes.interruptions import StateUnreadable
from gameday.embedded.server import PortUnavailable
from gameday.kept import NothingKept
from gameday.request import UsageError
from gameday.synthesis import SynthesisFailed
from lambdas.highlights.errors import VaultError

FAILURES = (
    AccountUnavailable,
    AssemblyError,
    BackupsUnclear,
    BotoCoreError,
    CdkFailed,
    CdkUnavailable,
    ClientError,
    ClipError,
    CopyError,
    DeploymentFailed,
    EmulatorChanged,
    NothingKept,
    OSError,
    PortUnavailable,
    StateInUse,
    StateUnreadable,
    SynthesisFailed,
    VaultError,
)
INTERRUPTED = 130  # what a shell reports of a program that SIGINT ended


class Commands(click.Group):
    """Ends every command with a sentence and an exit code, never with a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            click.echo(f"gameday: {error}", err=True)
            ctx.exit(2)
        except FAILURES as error:
            click.echo(f"gameday: {_sentence(error)}", err=True)
            ctx.exit(1)
        except Declined:
            click.echo("gameday: nothing was changed", err=True)
            ctx.exit(INTERRUPTED)
        except (KeyboardInterrupt, click.Abort):
            click.echo("gameday: stopped; the same command continues where it was", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Keep a season of sports highlights safe.

    `gameday run` backs up one game day in an AWS that runs on this machine: the sample day, or
    with --api-key the real one. Exit codes: 0 nothing failed, 1 something failed that a rerun
    can mend, 2 wrong usage or settings.
    """


def _sentence(error: Exception) -> str:
    """What went wrong, and what to do where that is known."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        where = f" that holds {error.filename}" if error.filename else ""
        return f"the disk{where} is full; free some space, and the same command continues"
    if isinstance(error, OSError) and error.filename and error.strerror:
        # Of two names the second is the one that somebody knows: a file is made aside first.
        return (
            f"{error.filename2 or error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}"
        )
    if isinstance(error, ClientError) and _is_of_no_table(error):
        return "the table is gone; bring it back: gameday restore --in-place"
    return str(error)


def _is_of_no_table(error: ClientError) -> bool:
    is_absent = error.response["Error"]["Code"] == "ResourceNotFoundException"
    return is_absent and error.operation_name in ("Scan", "DescribeTable")


for command in (
    run,
    up,
    status,
    backfill,
    why,
    cost,
    backups,
    drill,
    export,
    import_season,
    verify,
    restore,
    rebuild,
    reset,
):
    main.add_command(command)
