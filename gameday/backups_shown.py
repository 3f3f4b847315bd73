"""Backups as a person reads them, and as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gameday.backup_names import short
from gameday.backups import Made, Overview
from gameday.costs import PRICES
from gameday.wording import age_in_words, size_in_words
from lambdas.highlights.backups import Backup
from lambdas.highlights.pins import Pin
from lambdas.highlights.retention import Fate
from lambdas.highlights.rotation import Rotation


def print_overview(shown: Overview, console: Console) -> None:
    """Each backup, oldest first: when it was made, its size, why it is kept, or that it goes."""
    if not shown.plan.fates and not shown.making:
        say(
            "There is no backup. A run that finds something new makes one; now: gameday backups make",
            console,
        )
        return
    say(f"Backups of {shown.table}, oldest first; each name begins with the table's", console)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("name", "made", "size", "kept by", "pinned"):
        table.add_column(heading, justify="right" if heading == "size" else "left")
    for fate in shown.plan.fates:
        one = fate.backup
        kept_by = Text(", ".join(fate.tiers) or ("pin" if fate.pinned else "nothing"))
        kept_by.stylize("" if fate.is_kept else "yellow")
        size = size_in_words(one.size_bytes) if one.size_bytes else ""
        table.add_row(short(one.name), _age(one, shown), size, kept_by, _pin(fate, shown))
    for one in shown.making:
        table.add_row(short(one.name), _age(one, shown), "", "is being made", "")
    console.print(table)
    for name in sorted(shown.pins.keys() - shown.names):
        say(
            f"The backup {name} is pinned and gone; forget it: gameday backups unpin {name}",
            console,
        )
    say(_sum(shown), console)
    print_deletion(shown, console)


def print_deletion(shown: Overview, console: Console) -> None:
    """What the next rotation deletes, by name, or why it deletes nothing."""
    going = shown.plan.to_delete
    if shown.plan.held:
        say(f"The next rotation deletes nothing: {shown.plan.held}.", console)
    elif going:
        say(f"The next rotation deletes {backups_in_words(going)}: {_names(going)}.", console)
    else:
        say("The next rotation deletes nothing.", console)


def print_rotation(done: Rotation, console: Console) -> None:
    """What rotation did."""
    if done.held:
        say(f"Nothing was deleted: {done.held}.", console)
    else:
        say(f"{len(done.deleted)} deleted, {done.kept} kept.", console)


def print_made(made: Made, console: Console) -> None:
    """Which backup was made, and what it surely holds."""
    verb = "was being made already, and is there now" if made.was_under_way else "is made"
    say(f"The backup {made.backup.name} {verb}.", console)
    say(
        f"It surely holds what was written until {made.holds_until:%Y-%m-%d %H:%M:%S} UTC.", console
    )


def overview_json(shown: Overview) -> dict[str, Any]:
    """The overview for programs; sizes in bytes, times in ISO 8601."""
    going = {one.arn for one in shown.plan.to_delete}
    return {
        "table": shown.table,
        "policy": asdict(shown.policy),
        "backups": [
            {
                **backup_json(fate.backup),
                "tiers": list(fate.tiers),
                "pin": pin_json(shown.pins[fate.backup.name]) if fate.pinned else None,
                "deleted_next": fate.backup.arn in going,
            }
            for fate in shown.plan.fates
        ]
        + [backup_json(one) for one in shown.making],
        **deletion_json(shown),
        "bytes": _bytes(fate.backup for fate in shown.plan.fates),
        "dollars_a_month": round(_dollars(shown), 6),
    }


def deletion_json(shown: Overview) -> dict[str, Any]:
    """What the next rotation deletes, by name, or why it deletes nothing."""
    return {"to_delete": [one.name for one in shown.plan.to_delete], "held": shown.plan.held}


def backup_json(one: Backup) -> dict[str, Any]:
    """One backup as it is listed."""
    return {
        "name": one.name,
        "arn": one.arn,
        "created_at": one.created_at.isoformat(),
        "status": one.status,
        "bytes": one.size_bytes,
    }


def pin_json(pin: Pin) -> dict[str, Any]:
    """Who keeps a backup, since when, and why."""
    return {"name": pin.name, "by": pin.by, "at": pin.at and pin.at.isoformat(), "note": pin.note}


def made_json(made: Made) -> dict[str, Any]:
    """A backup made by hand."""
    return {
        **backup_json(made.backup),
        "holds_until": made.holds_until.isoformat(),
        "was_under_way": made.was_under_way,
    }


def as_json(facts: dict[str, Any]) -> str:
    """The facts as `--json` prints them."""
    return json.dumps(facts, indent=2, ensure_ascii=False)


def backups_in_words(backups: Sequence[Backup]) -> str:
    """`3 backups, 36.1 MB`."""
    count = "1 backup" if len(backups) == 1 else f"{len(backups)} backups"
    size = _bytes(backups)
    return f"{count}, {size_in_words(size)}" if size else count


def say(text: str, console: Console) -> None:
    """A line as it is, however long."""
    console.print(Text(text), soft_wrap=True)


def _names(backups: Iterable[Backup]) -> str:
    return ", ".join(short(one.name) for one in backups)


def _age(one: Backup, shown: Overview) -> str:
    return age_in_words(shown.now - one.created_at)


def _pin(fate: Fate, shown: Overview) -> str:
    if not fate.pinned:
        return ""
    pin = shown.pins[fate.backup.name]
    who = f"by {pin.by}" if pin.by else "yes"
    return f"{who}: {pin.note}" if pin.note else who


def _sum(shown: Overview) -> str:
    backups = [fate.backup for fate in shown.plan.fates]
    cost = f", ${_dollars(shown):.2f} a month on AWS" if _dollars(shown) >= 0.005 else ""
    return f"{backups_in_words(backups)}{cost}. Kept by the policy {shown.policy}, and by pins."


def _bytes(backups: Iterable[Backup]) -> int:
    return sum(one.size_bytes for one in backups)


def _dollars(shown: Overview) -> float:
    size = _bytes(fate.backup for fate in shown.plan.fates)
    return size / 1e9 * PRICES["backup_gigabyte_months"].dollars
