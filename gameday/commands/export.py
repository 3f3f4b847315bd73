"""`gameday export`."""

import json
import sys
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from gameday.commands.options import json_option, place_options
from gameday.place import Place
from gameday.request import UsageError
from gameday.steps import Steps


@click.command()
@place_options
@click.option("--league", "leagues", multiple=True, help="This league alone; may be repeated.")
@click.option("--from", "first", metavar="YYYY-MM-DD", help="The first game day.")
@click.option("--to", "last", metavar="YYYY-MM-DD", help="The last game day.")
@click.option("--no-originals", is_flag=True, help="Without the videos that renditions come from.")
@json_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(
    place: Place,
    folder: Path,
    leagues: tuple[str, ...],
    first: str | None,
    last: str | None,
    no_originals: bool,
    as_json: bool,
) -> None:
    """Write the season to FOLDER as plain files, to watch, to keep and to import again.

    Clips are named so that Plex, Jellyfin, Kodi and a file manager show them well, with pictures,
    NFO files, pages, a CSV and an index. What is in FOLDER and whole stays: the same command goes
    on where it was, and brings an older export up to date. Exit code 1 when an object could not
    be read; it is named, and the rest is exported.
    """
    from gameday.export import export_season
    from gameday.season.exported import print_export
    from gameday.season.selection import Selection

    selection = Selection(leagues, _day("--from", first), _day("--to", last), not no_originals)
    if selection.first and selection.last and selection.first > selection.last:
        raise UsageError(f"--from {first} is after --to {last}")
    console = Console(stderr=as_json, highlight=False)
    with place.vault() as vault:
        done = export_season(vault, folder, selection, Steps(console))
    print_export(done, console)
    if as_json:
        click.echo(json.dumps(done.as_json(), indent=2))
    sys.exit(done.exit_code)


def _day(option: str, given: str | None) -> date | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise UsageError(f"{option} is {given!r}; give a game day as YYYY-MM-DD") from None
