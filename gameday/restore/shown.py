"""What a restore says: before it begins, in the end, and as JSON."""

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from gameday.restore.object_result import RestoredObjects
from gameday.restore.table import RestoredTable

MOST_NAMED = 5  # ids in a line
MOST_KEYS = 20  # objects with a line of their own


def print_lines(lines: Iterable[tuple[str, str]], console: Console) -> None:
    """Headings with what is said under each."""
    for heading, text in lines:
        line = Text(f"  {heading:<11}", "bold")
        line.append(text, "not bold")
        console.print(line, soft_wrap=True)


def print_table(done: RestoredTable, console: Console) -> None:
    """What came of the restore of a table, and what to do next."""
    for line in _table_lines(done):
        console.print(Text(line), soft_wrap=True)


def table_json(done: RestoredTable) -> str:
    """The restore of a table as one JSON object."""
    replaced = done.replaced
    facts: dict[str, Any] = {
        "ok": done.exit_code == 0,
        "table": done.table,
        "source": done.plan.source.tag,
        "moment": done.plan.source.moment.isoformat(),
        "in_place": done.table == done.plan.live,
        "comparison": done.comparison.as_json(),
        "only_restored": done.only_restored,
        "changed_since": done.changed_since,
        "fewer_than_counted": done.uncounted,
        "put_back": done.protection,
        "safety_backup": done.safety_backup,
        "replaced": None
        if replaced is None
        else {
            "added": replaced.added,
            "changed": replaced.changed,
            "equal": replaced.equal,
            "newer": replaced.newer,
            "meanwhile": replaced.meanwhile,
        },
        "seconds": round(done.seconds, 1),
    }
    return json.dumps(facts, indent=2)


def named(ids: list[str]) -> str:
    """The first few of `ids`."""
    more = f" and {len(ids) - MOST_NAMED:,} more" if len(ids) > MOST_NAMED else ""
    return ", ".join(ids[:MOST_NAMED]) + more


def _table_lines(done: RestoredTable) -> list[str]:
    lines = []
    if done.comparison.is_equal:
        lines.append(f"{done.table} holds {done.comparison.found:,} highlights as expected.")
    else:
        lines.append(f"{done.table} differs: {done.comparison.in_words('highlights')}.")
    if done.only_restored:
        lines.append(
            f"{len(done.only_restored):,} highlights came back that the live table lacks: "
            f"{named(done.only_restored)}."
        )
    if done.changed_since:
        lines.append(
            f"{done.changed_since:,} were changed or added in the live table since then, or too "
            "close to that moment to tell."
        )
    if done.uncounted:
        lines.append(f"{done.uncounted:,} fewer came back than DynamoDB had counted.")
    if done.replaced and done.replaced.meanwhile:
        lines.append(
            f"{len(done.replaced.meanwhile):,} were written by something else meanwhile and left "
            f"as that wrote them: {named(done.replaced.meanwhile)}; the same command looks again."
        )
    if done.safety_backup:
        lines.append(
            f"What was there before is in the backup {done.safety_backup}, which rotation leaves "
            "alone; delete it when it is of no use any more."
        )
    return lines


def print_objects(done: RestoredObjects, console: Console) -> None:
    """What came of the restore of objects."""
    for key in sorted(done.lost)[:MOST_KEYS]:
        line = Text(f"  {'missing' if key in done.missing else 'damaged':<11}", "red")
        line.append(key, "default")
        console.print(line, soft_wrap=True)
        console.print(Text(f"{'':<13}{done.lost[key]}", "dim"), soft_wrap=True)
    if len(done.lost) > MOST_KEYS:
        console.print(f"  and {len(done.lost) - MOST_KEYS:,} more; --json names them all")
    comparison = done.comparison
    words = f"{comparison.expected:,} objects expected, {comparison.found:,} found"
    if done.lost:
        words += f", {len(comparison.missing):,} missing, {len(comparison.different):,} different"
    else:
        words += ", none different"
    console.print(Text(f"{words}."), soft_wrap=True)
    if done.plan.target is not None and done.restored + done.there:
        console.print(
            Text(f"They stand below {done.plan.bucket}/{done.plan.target}"), soft_wrap=True
        )


def objects_json(done: RestoredObjects) -> str:
    """The restore of objects as one JSON object."""
    comparison = done.comparison
    facts: dict[str, Any] = {
        "ok": done.exit_code == 0,
        "bucket": done.plan.bucket,
        "target": done.plan.target,
        "source": done.plan.source_bucket,
        "expected": comparison.expected,
        "found": comparison.found,
        "missing": comparison.missing,
        "different": comparison.different,
        "whole": done.whole,
        "restored": done.restored,
        "restored_before": done.there,
        "bytes": done.bytes,
        "notes": done.lost,
        "seconds": round(done.seconds, 1),
    }
    return json.dumps(facts, indent=2)
