"""What a rebuild will do and what it did: for a person, and as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from gameday import wording
from gameday.rebuild import Rebuilt
from gameday.rebuild_plan import Plan

MOST_SHOWN = 20  # keys of each kind; --json has all


def plan_in_words(plan: Plan) -> list[str]:
    """What is about to happen, to what, how long it takes and what it costs."""
    days = "game day" if plan.days == 1 else "game days"
    if plan.is_begun:
        what = f"goes on with the table {plan.table}"
    elif plan.is_there:
        what = f"fills the table {plan.table}, which is empty,"
    else:
        what = f"makes the table {plan.table}"
    time = wording.duration_in_words(plan.seconds)
    cost = f"about ${plan.dollars:.4f}" if plan.dollars >= 0.0001 else "less than $0.0001"
    lines = [
        f"This {what} from {plan.sidecars:,} sidecars of {plan.days:,} {days} in {plan.bucket}.",
        f"On AWS it takes about {time} and costs {cost}.",
    ]
    if plan.in_place:
        lines.append("It is the live table: let no run of a game day start until it is done.")
    elif plan.live:
        lines.append(f"The live table, {plan.live}, is left as it is.")
    else:
        lines.append("The live table is gone; --in-place makes it anew under its own name instead.")
    return lines


def print_rebuilt(done: Rebuilt, console: Console) -> None:
    """What did not come back, each with its name, then the sums, and what to do next."""
    for kind, found in _problems(done):
        for key, what in list(found.items())[:MOST_SHOWN]:
            line = Text(f"  {kind:<11}", "red")
            line.append(f"{key}  {what}", "default")
            console.print(line, soft_wrap=True)
        if len(found) > MOST_SHOWN:
            more = f"{'':<13}and {len(found) - MOST_SHOWN:,} more; --json names all"
            console.print(Text(more, "dim"), soft_wrap=True)
    for line in _sums(done) + _next(done):
        console.print(Text(line), soft_wrap=True)


def as_json(done: Rebuilt) -> dict[str, Any]:
    """The result as one JSON object."""
    plan = done.plan
    return {
        "ok": done.is_whole,
        "table": plan.table,
        "in_place": plan.in_place,
        "continued": plan.is_begun,
        "game_days": plan.days,
        "sidecars": plan.sidecars,
        "items": done.comparison.as_json(),
        "damaged_sidecars": [{"key": key, "why": why} for key, why in done.damaged.items()],
        "objects": {
            "expected": done.named,
            "different": [{"key": key, "found": found} for key, found in done.lost.items()],
            "without_sidecar": done.nameless,
        },
        "protected": done.protected,
        "seconds": {name: round(value, 3) for name, value in done.seconds.items()},
    }


def _problems(done: Rebuilt) -> Sequence[tuple[str, Mapping[str, str]]]:
    compared = done.comparison
    items = {
        id_: f"item {name}"
        for name in ("missing", "unexpected", "different")
        for id_ in getattr(compared, name)
    }
    nameless = dict.fromkeys(done.nameless, "its highlight has no sidecar")
    return (
        ("damaged", {key: why.removeprefix(f"{key} ") for key, why in done.damaged.items()}),
        ("lost", done.lost),
        ("nameless", nameless),
        ("item", items),
    )


def _sums(done: Rebuilt) -> list[str]:
    plan = done.plan
    damaged = f", {len(done.damaged):,} of them damaged" if done.damaged else ""
    lost = f"{len(done.lost):,} missing or of another size" if done.lost else "all there"
    nameless = f"; {len(done.nameless):,} without a sidecar" if done.nameless else ""
    return [
        f"{plan.sidecars:,} sidecars{damaged}. {done.comparison.in_words().capitalize()}.",
        f"{done.named:,} objects that they name, by size: {lost}{nameless}.",
    ]


def _next(done: Rebuilt) -> list[str]:
    if not done.is_whole:
        listing = f"aws s3api list-object-versions --bucket {done.plan.bucket} --prefix KEY"
        return [
            (
                "Deleted and overwritten objects come back from earlier versions, for 90 days: gameday "
                f"restore objects --in-place --prefix KEY, or, without stacks: {listing}"
            ),
            "Mend what can be, then run the same command again: it goes on with this table.",
        ]
    if done.plan.in_place:
        return [f"{done.plan.table} is whole again. No backup holds it yet: gameday backups make"]
    left = f" {done.plan.live} was left as it is." if done.plan.live else ""
    return [f"{done.plan.table} has everything.{left}"]
