"""A story as a person reads it, and as JSON."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gameday import wording
from gameday.cost.shown import money
from gameday.why.evidence import Evidence
from gameday.why.kept import files, spent
from gameday.why.target import Target
from gameday.why.timeline import timeline
from lambdas.highlights.run_record import shown_highlight
from lambdas.highlights.season.story import without_secrets

LEAST = 0.0001  # dollars that are worth four digits
NARROW = 70  # columns below which an event stands below its time
ATTENTION = {
    **dict.fromkeys(("failed", "unavailable"), "red"),
    **dict.fromkeys(("download-attempt", "paused"), "yellow"),
    **dict.fromkeys(("stored", "transcoded", "backed-up"), "green"),
}

Item = dict[str, Any]


def print_story(evidence: Evidence, console: Console) -> None:
    """What became of it, everything that happened, what is kept, and what it cost."""
    target = evidence.target
    _say(Text(without_secrets(target.name), style="bold"), console)
    _say(
        f"{_what(target)}, {target.league}, {wording.day_in_words(target.date.isoformat())}",
        console,
    )
    for line in verdict(evidence):
        _say(line, console)
    console.print()
    _print_timeline(evidence, console)
    for item in evidence.highlights.values():
        _print_kept(item, evidence, console)


def print_candidates(targets: list[Target], number: int, console: Console) -> None:
    """The games and highlights that may be meant, with what to type for each."""
    table = Table.grid(padding=(0, 2))
    for target in targets:
        table.add_row(
            target.date.isoformat(),
            Text(target.league),
            Text(without_secrets(target.name)),
            Text(wording.why_command(target.id)),
        )
    if targets:
        console.print(table)
    if number > len(targets):
        _say(f"and {number - len(targets)} more; give a date or more words", console)


def verdict(evidence: Evidence) -> list[str]:
    """What became of the game or of its highlights, each as a sentence."""
    said = []
    if evidence.target.kind == "game" and evidence.game is not None:
        state = wording.GAME_STATES.get(evidence.game["state"], evidence.game["state"])
        reason = evidence.game.get("reason")
        state = f"{state[0].upper()}{state[1:]}"
        said.append(wording.sentence(without_secrets(f"{state}: {reason}" if reason else state)))
    elif evidence.target.kind == "game" and not evidence.highlights:
        said.append("Nothing is known of it but that it was listed.")
    if said and len(evidence.highlights) == 1:
        return said  # the game's word is its one highlight's
    for item in evidence.highlights.values():
        of = f"{item.get('title') or item['id']}: " if evidence.target.kind == "game" else ""
        said.append(without_secrets(f"{of}{_state(item)}"))
    return said


def story_json(evidence: Evidence) -> Item:
    """The same for a program; see the fields of `Entry`, `File` and `Spent`."""
    target = evidence.target
    highlights = []
    for id_, item in evidence.highlights.items():
        shown = shown_highlight(item)
        highlights.append(
            {
                "id": id_,
                "title": _clean(shown["title"]),
                "status": shown["status"],
                "reason": _clean(shown["reason"]),
                "files": [asdict(one) for one in files(item, evidence)],
                "backup": item.get("backed_up", {}).get("name"),
                "cost": asdict(spent(item, evidence.stories.get(id_, ()))),
            }
        )
    return {
        "kind": target.kind,
        "id": target.id,
        "name": without_secrets(target.name),
        "league": target.league,
        "game_date": target.date.isoformat(),
        "game": target.game,
        "state": evidence.game["state"] if evidence.game is not None else None,
        "reason": _clean((evidence.game or {}).get("reason")),
        "highlights": highlights,
        "timeline": [asdict(entry) for entry in timeline(evidence)],
    }


def candidates_json(targets: list[Target], number: int) -> Item:
    """Those that may be meant, of `number`."""
    listed = [
        {
            "kind": one.kind,
            "id": one.id,
            "name": without_secrets(one.name),
            "league": one.league,
            "game_date": one.date.isoformat(),
        }
        for one in targets
    ]
    return {"candidates": listed, "number": number}


def _what(target: Target) -> str:
    game = f"game {target.game}" if target.game else "no game that is known"
    return f"highlight {target.highlight} of {game}" if target.highlight else f"game {target.game}"


def _state(item: Item) -> str:
    shown = shown_highlight(item)
    if shown["status"] == "playable":
        return "Playable."
    if item.get("paused"):
        return wording.sentence(f"paused: {item['paused']}")
    return f"{wording.STATUSES[shown['status']]}: {wording.reason_in_words(shown)}"


def _print_timeline(evidence: Evidence, console: Console) -> None:
    several, narrow = len(evidence.highlights) > 1, console.width < NARROW
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    if not narrow:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for entry in timeline(evidence):
        of = f"[{entry.highlight}] " if several and entry.highlight else ""
        what, says = Text(entry.what, style=ATTENTION.get(entry.what, "")), Text(of + entry.says)
        if narrow:
            table.add_row(_at(entry.at)[:16], Text.assemble(what, ": ", says))
        else:
            table.add_row(_at(entry.at), what, says)
    console.print(table)
    console.print()


def _print_kept(item: Item, evidence: Evidence, console: Console) -> None:
    kept = files(item, evidence)
    if len(evidence.highlights) > 1:
        _say(Text(without_secrets(item.get("title") or item["id"]), style="bold"), console)
    for one in kept:
        size = f", {wording.size_in_words(one.bytes)}" if one.bytes is not None else ""
        checksum = f", {one.checksum}" if one.checksum else ""
        style = "" if one.state == "whole" else "bold red"
        said = "" if one.state == "whole" else f" is {one.state}: gameday verify --repair"
        _say(Text(f"{one.part:9}  {one.key}{size}{checksum}{said}", style=style), console)
    cost = spent(item, evidence.stories.get(item["id"], ()))
    jobs = (
        f"{cost.minutes:.2f} normalized minutes in {cost.jobs} {'job' if cost.jobs == 1 else 'jobs'} for {_money(cost.once)}"
        if cost.jobs
        else "no transcoding"
    )
    _say(f"{'cost':9}  {jobs}; {_money(cost.monthly)} a month for what is kept", console)


def _money(dollars: float) -> str:
    return "less than $0.0001" if 0 < dollars < LEAST else money(dollars) if dollars else "nothing"


def _at(at: str) -> str:
    """`2026-01-11 14:30:05`, in UTC, or the date alone."""
    return at if len(at) == 10 else f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M:%S}"


def _clean(text: str | None) -> str | None:
    return None if text is None else without_secrets(text)


def _say(words: str | Text, console: Console) -> None:
    console.print(words if isinstance(words, Text) else Text(words))
