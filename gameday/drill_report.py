"""What came of a drill, as a table for a person and as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from gameday.drill import DrillResult
from lambdas.highlights.drill.record import KINDS, OF_SIDECARS


def as_json(result: DrillResult) -> str:
    """The record, or what is known of an execution that left none."""
    failed = {
        "execution": result.execution.arn.rsplit(":", 1)[-1],
        "passed": False,
        "summary": result.execution.message,
    }
    return json.dumps(result.record or failed, indent=2)


def print_result(result: DrillResult, console: Console) -> None:
    """The record in lines; one sentence when there is none."""
    if result.record is None:
        console.print(Text(f"The drill failed: {result.execution.message}", "red"))
        return
    print_record(result.record, console)


def print_record(record: Mapping[str, Any], console: Console) -> None:
    """What was restored, how long it took, and how much of it is as it was."""
    for label, said in _facts(record):
        console.print(Text(f"  {label:<18}{said}"), soft_wrap=True)
    for problem in record["problems"]:
        console.print(Text(f"  ✗ {problem}", "red"), soft_wrap=True)
    verdict = "Everything came back as it was." if record["passed"] else "The drill failed."
    console.print(Text(verdict, "green" if record["passed"] else "red"))


def print_last(
    newest: Mapping[str, Any] | None, good: Mapping[str, Any] | None, console: Console
) -> None:
    """The newest drill, and when the last good one was if that was another."""
    if newest is None:
        console.print("No drill was held yet; hold one: gameday drill")
        return
    console.print(f"The last drill, {newest['started_at'][:19].replace('T', ' ')} UTC:")
    print_record(newest, console)
    if good is None:
        console.print("No drill was good yet.")
    elif good["execution"] != newest["execution"]:
        console.print(f"The last good one ended {good['ended_at'][:19].replace('T', ' ')} UTC.")


def _facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = []
    if name := record["backup"]["name"]:
        facts.append(("backup", name))
    if record["seconds_to_restore"] is not None:
        facts.append(("time to restore", f"{record['seconds_to_restore']:,} s"))
    if items := record["items"]:
        facts.append(("items", _compared(items, KINDS)))
    if day := record["rebuild"]:
        where = f"{day['league']} {day['game_date']} from {day['sidecars']:,} sidecars: "
        facts.append(("rebuilt", where + _compared(day, OF_SIDECARS)))
    if objects := record["objects"]:
        said = f"{objects['objects']:,} read ({objects['which']}), {objects['bytes'] / 1e6:,.1f} MB"
        facts.append(("objects", f"{said}, {objects['wrong']:,} damaged or missing"))
    return facts


def _compared(found: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    differences = sum(found.get(kind, 0) for kind in kinds)
    said = f"{found['equal']:,} equal"
    if found["changed_since"]:
        said += f", {found['changed_since']:,} changed since the backup"
    return f"{said}, {differences:,} difference{'' if differences == 1 else 's'}"
