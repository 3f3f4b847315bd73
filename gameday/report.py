"""What came of a run: as JSON for programs, as a table for people."""

import json
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gameday.run import DayResult, RunResult

STYLES = {"playable": "green", "link_only": "cyan", "unavailable": "yellow", "failed": "red"}


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
    """Each day's highlights, where they are, the backup, and what to do next."""
    for day in result.days:
        if day.record is None:
            console.print(Text(f"{day.execution.error}: {day.execution.message}", "red"))
            continue
        console.print(_highlights_table(day.record))
        for line in _lines(day):
            console.print(Text(line), soft_wrap=True)


def _highlights_table(record: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("status", "title", "video", "playable", "where, or why not"):
        table.add_column(heading, overflow="fold")
    for one in record["highlights"]:
        rendition = one["rendition"] or {}
        table.add_row(
            Text(one["status"].replace("_", " "), STYLES[one["status"]]),
            Text(one["title"] or one["id"]),
            _size(one["video"]),
            f"{rendition['duration_seconds']:.1f} s, {_size(rendition)}" if rendition else "",
            Text(rendition.get("key") or one["reason"] or ""),
        )
    return table


def _size(facts: dict[str, Any] | None) -> str:
    if not facts:
        return ""
    pixels = f"{facts['width']}x{facts['height']}, " if facts.get("width") else ""
    return f"{pixels}{facts['bytes'] / 1e6:.2f} MB"


def _lines(day: DayResult) -> list[str]:
    record, backup = day.record or {}, (day.record or {})["backup"]
    counts = record["counts"]
    lines = [""]
    unseen = (record.get("listed_by_provider") or 0) - counts["found"]
    if unseen > 0:
        lines.append(
            f"The provider has {unseen} more rows for this day, repeated ones and other leagues' "
            "included; --limit says how many highlights are kept."
        )
    if "error" in backup:
        lines.append(f"Backup: failed. {backup['error']}")
    elif backup["created"]:
        lines.append(
            f"Backup: {backup['name']} made; {day.backups_kept} kept, "
            f"{len(backup['deleted'])} deleted."
        )
    else:
        lines.append(f"Backup: no new data, so none was made; {day.backups_kept} kept.")
    lines.append(f"Page: {day.page}")
    if not record["succeeded"]:
        lines.append("Run the same command again: it tries what failed, and repeats nothing.")
    return lines
