"""`gameday import`."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from gameday.commands.agreeing import agree
from gameday.commands.options import json_option, place_options, yes_option
from gameday.place import Place
from gameday.steps import Steps


@click.command("import")
@place_options
@yes_option
@json_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def import_season(place: Place, folder: Path, yes: bool, as_json: bool) -> None:
    """Read a season that `gameday export` wrote to FOLDER back into an empty vault.

    Every file is verified, on the way and by S3. In a home where nothing is deployed yet the
    vault is deployed first. The same command goes on where it was. Exit code 1 when a file is
    not what was exported; it is named, and the rest is imported.
    """
    from gameday import season_import
    from gameday.season.checked import Season

    console = Console(stderr=as_json, highlight=False)
    steps = Steps(console)
    with steps.step("index", "index") as step:
        season = Season.read(folder)
        step.tell(f"{len(season.digests):,} highlights")
    steps.say(season.plan())
    agree("import it?", yes=yes, err=as_json)
    with season_import.open_vault(place, steps) as vault:
        season_import.require_empty(vault, season)
        done = season_import.import_season(vault, season, steps)
    season_import.print_import(done, console)
    if as_json:
        click.echo(json.dumps(done.as_json(), indent=2))
    sys.exit(done.exit_code)
