"""What came of a run: as JSON for programs, as a table for people."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from gameday.costs import costs, total
from gameday.meter import usage_of
from gameday.run import DayResult, RunResult
from gameday.wording import sentence

STYLES = {
    "playable": "green",
    "link_only": "cyan",
    "unavailable": "yellow",
    "failed": "red",
    "paused": "yellow",
}


def as_json(result: RunResult) -> str:
    """The result as one JSON object: of the day itself, or of several under `runs`."""
    days = [_day_json(day) for day in result.days]
    seconds = {name: round(value, 3) for name, value in result.seconds.items()}
    seconds["total"] = round(result.total_seconds, 3)
    if len(days) == 1:
        return json.dumps({**days[0], "seconds": seconds}, indent=2)
    ok = all(day["status"] == "SUCCEEDED" for day in days)
    status = "SUCCEEDED" if ok else "FAILED"
    return json.dumps({"status": status, "runs": days, "seconds": seconds}, indent=2)


_COUNTS = ("found", "new", "playable", "link_only", "unavailable", "failed")
_SHOWN = {
    "video": ("key", "bytes", "checksum"),
    "rendition": ("key", "bytes", "width", "height", "duration_seconds"),
    "thumbnail": ("key",),
}


def _day_json(day: DayResult) -> dict[str, Any]:
    record = day.record or {}
    backup = record.get("backup", {})
    shown = {
        "execution_arn": day.execution.arn,
        "status": day.execution.status,
        "league": day.game_day.league,
        "game_date": day.game_day.date.isoformat(),
        "counts": record.get("counts", dict.fromkeys(_COUNTS, 0)),
        "paused": record.get("paused", {"count": 0, "reasons": []}),
        "highlights": [_highlight_json(one) for one in record.get("highlights", [])],
        "backup": {
            "created": backup.get("created", False),
            "name": backup.get("name"),
            "kept": day.backups_kept,
            "deleted": len(backup.get("deleted", [])),
        },
        "page": None if day.page is None else str(day.page),
    }
    if day.execution.status != "SUCCEEDED":
        shown["error"] = {"name": day.execution.error, "message": day.execution.message}
    return shown


def _highlight_json(highlight: dict[str, Any]) -> dict[str, Any]:
    shown = {name: highlight.get(name) for name in ("id", "title", "status", "reason")}
    for name, facts in _SHOWN.items():
        kept = highlight.get(name)
        shown[name] = None if kept is None else {fact: kept.get(fact) for fact in facts}
    return shown


def print_table(result: RunResult, console: Console) -> None:
    """Each day's highlights, where they are, the backup, the costs, and what to do next."""
    for day in result.days:
        if day.record is None:
            message = f"{day.execution.error}: {day.execution.message}"
            console.print(Text(message, "red"), soft_wrap=True)
            continue
        console.print()
        for highlight in day.record["highlights"]:
            _print_highlight(highlight, console)
        for line in _lines(day):
            console.print(Text(line), soft_wrap=True)


def _print_highlight(one: dict[str, Any], console: Console) -> None:
    """Status and title; below them what was kept and where, or why nothing was."""
    line = Text(f"  {one['status'].replace('_', ' '):<13}", STYLES[one["status"]])
    line.append(one["title"] or one["id"], "default")
    console.print(line, soft_wrap=True)
    rendition = one["rendition"]
    if rendition:
        # A season may be imported without its originals.
        source = f", from {_size(one['video'])}" if one["video"] else ""
        below = (
            f"{rendition['duration_seconds']:.1f} s  {_size(rendition)}{source}  {rendition['key']}"
        )
    else:
        below = one["reason"] or ""
    console.print(Text(f"{'':<15}{below}", "dim"), soft_wrap=True)


def _size(facts: dict[str, Any]) -> str:
    pixels = f"{facts['width']}x{facts['height']} " if facts.get("width") else ""
    return f"{pixels}{facts['bytes'] / 1e6:.2f} MB"


def _from_here(path: Path) -> Path:
    """The path as one would type it: relative where it lies below the current folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _paused(record: dict[str, Any]) -> list[str]:
    """What waits for a cap, why, and what changes that."""
    paused = record.get("paused", {"count": 0})
    if not paused["count"]:
        return []
    waits = "1 highlight waits" if paused["count"] == 1 else f"{paused['count']} highlights wait"
    return [
        f"Paused: {waits}.",
        *(f"  {sentence(reason)}" for reason in paused["reasons"]),
        "  A run after that moment, or after a change of the setting in cdk.json, goes on.",
    ]


def _lines(day: DayResult) -> list[str]:
    record, backup = day.record or {}, (day.record or {})["backup"]
    counts = record["counts"]
    lines = [""]
    if counts["found"] == record["limit"] < record["listed_by_provider"]:
        lines.append(
            f"The provider lists {record['listed_by_provider']} rows for this day and the limit "
            f"is {record['limit']}; keep more with --limit."
        )
    lines += _paused(record)
    if error := record.get("sidecars", {}).get("error"):
        lines.append(f"Sidecars: failed. {error}")
    if newer := record.get("sidecars", {}).get("newer"):
        lines.append(f"Sidecars: {len(newer)} know a later change than the table; gameday verify")
    if "error" in backup:
        lines.append(f"Backup: failed. {backup['error']}")
    elif backup["created"]:
        lines.append(
            f"Backup: {backup['name']} made; {day.backups_kept} kept, "
            f"{len(backup['deleted'])} deleted."
        )
        if backup.get("held"):
            lines.append(f"No backup was deleted: {backup['held']}.")
    else:
        lines.append(f"Backup: no new data, so none was made; {day.backups_kept} kept.")
    dollars = total(costs(usage_of(record)))
    lines.append(f"On AWS this run would have cost about ${dollars:.4f}.")
    if day.page is not None:
        lines.append(f"Page: {_from_here(day.page)}")
    if not record["succeeded"]:
        lines.append("Run the same command again: it tries what failed, and repeats nothing.")
    return lines
