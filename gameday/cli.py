"""The `gameday` command: understands what is typed and hands it on."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from gameday.copies import CopyError
from gameday.embedded.assembly import AssemblyError, DeploymentFailed
from gameday.embedded.aws import StateInUse
from gameday.embedded.cdk_cli import CdkFailed, CdkUnavailable
from gameday.embedded.clips import ClipError
from gameday.embedded.fixes import EmulatorChanged
from gameday.embedded.fixes.interruptions import StateUnreadable
from gameday.embedded.server import PortUnavailable
from gameday.export import export_day
from gameday.home import Home
from gameday.kept import NothingKept
from gameday.request import Options, UsageError
from gameday.steps import Steps
from gameday.synthesis import SynthesisFailed

FAILURES = (
    AssemblyError,
    CdkFailed,
    CdkUnavailable,
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
)
INTERRUPTED = 130  # what a shell reports of a program that SIGINT ended

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    callback=lambda context, option, folder: Home(folder.resolve()),
    default=Path(".gameday"),
    show_default=True,
    help="Folder that keeps everything between commands.",
)


class Commands(click.Group):
    """Ends every command with a sentence and an exit code, never with a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            click.echo(f"gameday: {error}", err=True)
            ctx.exit(2)
        except FAILURES as error:
            click.echo(f"gameday: {error}", err=True)
            ctx.exit(1)
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


@main.command()
@provider_options
@home_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
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


@main.command()
@provider_options
@home_option
@click.option("--port", default=0, help="Port of the embedded AWS; any free one by default.")
@click.option("--cdk", "by_cdk", is_flag=True, help="Deploy with the CDK CLI, as into an account.")
def up(home: Home, port: int, by_cdk: bool, **options: Any) -> None:
    """Keep the embedded AWS running, for the aws CLI to look around, until Ctrl-C."""
    from gameday.up import stay_up

    stay_up(Options(**options), home, Steps(Console(highlight=False)), port=port, by_cdk=by_cdk)


@main.command()
@home_option
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
def status(home: Home, as_json: bool) -> None:
    """List the game days kept."""
    from gameday.status import days_kept, print_days

    days = days_kept(home)
    if as_json:
        click.echo(json.dumps([asdict(day) for day in days], indent=2))
    else:
        print_days(days, Console(highlight=False))


@main.command()
@home_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(home: Home, folder: Path) -> None:
    """Write every game day kept to FOLDER as plain files: clips, pictures, facts, a page."""
    from gameday.kept import kept_vault

    with kept_vault(home) as vault:
        for record in vault.latest_records():
            done = export_day(record, folder, vault.read_object)
            click.echo(
                f"{done.folder}: {done.written} files written, {done.bytes / 1e6:.1f} MB; "
                f"{done.there} were there already"
            )


@main.command()
@home_option
@click.option("--repair", "mend", is_flag=True, help="Fetch again what the sources still have.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def verify(home: Home, mend: bool, as_json: bool) -> None:
    """Read every object kept again and hold it against the ledger.

    Says what is missing, damaged or unknown. Exit code 0 when nothing is, or everything was
    repaired.
    """
    from gameday import verify as verification

    console = Console(stderr=as_json, highlight=False)
    result = verification.verify_home(home, Steps(console), mend=mend)
    if as_json:
        click.echo(verification.as_json(result))
    verification.print_findings(result, console)
    sys.exit(result.exit_code)


@main.command()
@home_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(home: Home, yes: bool) -> None:
    """Delete everything that is kept in the home folder: the embedded AWS with all its data."""
    if not home.exists():
        click.echo(f"nothing is kept in {home.folder}")
        return
    if not yes:
        click.confirm(
            f"delete the embedded AWS in {home.folder}, with every video and backup in it?",
            abort=True,
        )
    home.delete()
    click.echo(f"deleted what was kept in {home.folder}")
