"""`gameday why`."""

import json
import sys

import click
from rich.console import Console

from gameday.commands.options import json_option, place_options
from gameday.place import Place

AMBIGUOUS, UNKNOWN = 2, 1  # exit codes


@click.command()
@place_options
@json_option
@click.argument("what", metavar="GAME-OR-HIGHLIGHT", nargs=-1, required=True)
def why(place: Place, what: tuple[str, ...], as_json: bool) -> None:
    """Tell the story of one game or highlight, from its listing to its backup.

    GAME-OR-HIGHLIGHT is a highlight's id, a match's id, words of a title or of the teams, or a
    date with such words: gameday why 2026-01-10 blue ridge. Exit codes: 0 told, 1 nothing is
    called so, 2 several are.
    """
    from gameday.why import shown
    from gameday.why.evidence import KnownInVault, gather
    from gameday.why.target import Ambiguous, Unknown, find

    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    with place.vault() as vault:
        try:
            evidence = gather(vault, find(" ".join(what), KnownInVault(vault)))
        except Ambiguous as error:
            if as_json:
                click.echo(json.dumps(shown.candidates_json(error.candidates, error.number)))
            click.echo(f"gameday: {error}:", err=True)
            shown.print_candidates(error.candidates, error.number, errors)
            sys.exit(AMBIGUOUS)
        except Unknown as error:
            if as_json:
                click.echo(json.dumps(shown.candidates_json(error.close, len(error.close))))
            click.echo(f"gameday: {error}{'; called alike:' if error.close else ''}", err=True)
            shown.print_candidates(error.close, len(error.close), errors)
            sys.exit(UNKNOWN)
    if as_json:
        click.echo(json.dumps(shown.story_json(evidence), indent=2, default=str))
    else:
        shown.print_story(evidence, console)
