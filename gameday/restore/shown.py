"""What a restore says: before it begins, in the end, and as JSON."""

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from gameday.restore.table import RestoredTable

MOST_NAMED = 5  # ids in a line


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
