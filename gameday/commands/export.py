"""`gameday export`."""

from pathlib import Path

import click

from gameday.commands.options import place_options
from gameday.place import Place


@click.command()
@place_options
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(place: Place, folder: Path) -> None:
    """Write every game day kept to FOLDER as plain files: clips, pictures, facts, a page."""
    from gameday.export import export_day

    with place.vault() as vault:
        for record in vault.latest_records():
            done = export_day(record, folder, vault.read_object)
            click.echo(
                f"{done.folder}: {done.written} files written, {done.bytes / 1e6:.1f} MB; "
                f"{done.there} were there already"
            )
