"""`gameday restore table`: from a backup, a moment or an export, into a table of its own or in place."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from gameday.highlights_table import found_or_gone
from gameday.moments import stamp
from gameday.protection import (
    ABSENT,
    describe_table,
    pauses,
    protect,
    wait_until_active,
    wanted_protection,
)
from gameday.request import UsageError
from gameday.restore.finding import find_source
from gameday.restore.making import (
    is_begun,
    is_unfinished,
    items_of,
    make_table,
    mark_restored,
)
from gameday.restore.plan import TablePlan, Way
from gameday.restore.replacing import Replaced, replace_items
from gameday.restore.sources import Source, Wanted
from gameday.season_table import make_season_table
from gameday.steps import Steps
from gameday.vault import Vault
from lambdas.highlights.backups import Backup
from lambdas.highlights.comparison import Comparison, Digests, compare_items
from lambdas.highlights.drill.as_of import compare, traces
from lambdas.highlights.errors import BackupNotReady, RestoreFailed

IN_MAKING = "ResourceInUseException"


@dataclass
class RestoredTable:
    """What came of a restore.

    comparison: of what was expected with what was found. only_restored: ids of highlights that
    came back and that the live table lacks. changed_since: how many the live table changed since.
    uncounted: how many fewer came back than DynamoDB had counted. protection: what was put back.
    """

    plan: TablePlan
    comparison: Comparison
    only_restored: list[str] = field(default_factory=list)
    changed_since: int = 0
    uncounted: int = 0
    protection: list[str] = field(default_factory=list)
    replaced: Replaced | None = None
    safety_backup: str | None = None
    seconds: float = 0.0

    @property
    def table(self) -> str:
        """Where the items are now."""
        return self.plan.live if self.plan.way is not Way.ASIDE else self.plan.target

    @property
    def exit_code(self) -> int:
        """0: everything came back as expected. 1: something differs."""
        meanwhile = self.replaced.meanwhile if self.replaced else []
        return 0 if self.comparison.is_equal and not self.uncounted and not meanwhile else 1


def plan_table(
    vault: Vault, wanted: Wanted, to: str | None, *, in_place: bool, now: datetime
) -> TablePlan:
    """What would be done; a table that is just being deleted is waited for.

    Raises UsageError, and RestoreFailed when there is nothing to restore.
    """
    dynamodb, live = vault.aws.client("dynamodb"), vault.table
    if to is not None and in_place:
        raise UsageError("--to and --in-place are two places; give one of them")
    if to == live:
        raise UsageError(f"{live} is the live table; to restore over it, say so: --in-place")
    is_there = found_or_gone(dynamodb, live) is not None
    is_whole = is_there and not is_unfinished(dynamodb, live)
    source = find_source(vault, wanted, now, live_is_there=is_whole)
    if not in_place:
        target = to or f"{live}-restored-{stamp(source.moment)}"
        way, begun = Way.ASIDE, is_begun(dynamodb, target, source)
    elif not is_there or _is_begun(dynamodb, live, source):
        target, way, begun = live, Way.ANEW, is_there
    else:
        target = f"{_scratch_prefix(live)}{stamp(source.moment)}"
        way, begun = Way.OVER, _is_begun(dynamodb, target, source)
    if in_place:
        require_no_execution(vault)
    return TablePlan(source, way, target, live, wanted_protection(vault), begun)


def restore_table(vault: Vault, plan: TablePlan, steps: Steps) -> RestoredTable:
    """Do what `plan` says. Interrupted, it is continued by another call with the same plan."""
    began = time.monotonic()
    remove_scratch(vault, steps, keep=plan.target if plan.is_begun else None)
    done = (_over if plan.way is Way.OVER else _into_new)(vault, plan, steps)
    if plan.way is not Way.ASIDE:
        make_season_table(vault, steps)
    done.seconds = time.monotonic() - began
    return done


def require_no_execution(vault: Vault) -> None:
    """Raise RestoreFailed while a run writes to the live table."""
    running = vault.aws.client("stepfunctions").list_executions(
        stateMachineArn=vault.state_machine, statusFilter="RUNNING"
    )["executions"]
    if running:
        raise RestoreFailed(
            f"the execution {running[0]['name']} is running, and nothing is restored in place "
            "meanwhile; wait for its end, or stop it"
        )


def remove_scratch(vault: Vault, steps: Steps, keep: str | None = None) -> None:
    """Delete the scratch tables that interrupted restores left, but for `keep`."""
    dynamodb, prefix = vault.aws.client("dynamodb"), _scratch_prefix(vault.table)
    for page in dynamodb.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            if name.startswith(prefix) and name != keep and _delete(dynamodb, name):
                _wait_until_gone(dynamodb, name)
                steps.say(f"deleted {name}, which an interrupted restore had left")


def _into_new(vault: Vault, plan: TablePlan, steps: Steps) -> RestoredTable:
    dynamodb = vault.aws.client("dynamodb")
    expected = make_table(vault, plan.source, plan.target, steps)
    with steps.step("protect", "protection") as step:
        given = protect(dynamodb, plan.target, plan.protection, step.tell)
        step.tell(", ".join(given) or "all there")
    with steps.step("compare", "comparison") as step:
        step.tell("reading the tables")
        done = _compare(vault, plan, expected)
        step.tell(done.comparison.in_words())
    done.protection = given
    mark_restored(dynamodb, plan.target, plan.source)
    return done


def _compare(vault: Vault, plan: TablePlan, expected: Digests | None) -> RestoredTable:
    """Hold the new table against its manifest, or the live table, or the number counted."""
    dynamodb, source = vault.aws.client("dynamodb"), plan.source
    items = items_of(dynamodb, plan.target)
    if expected is not None:
        return RestoredTable(plan, compare_items(expected, items))
    restored = dict(traces(items))
    found = len(restored)
    uncounted = max(0, (source.items or 0) - found)
    live = describe_table(dynamodb, plan.live) or {}
    if plan.way is Way.ANEW or live.get("TableStatus") not in ("ACTIVE", "UPDATING"):
        counted = found if source.items is None else source.items
        return RestoredTable(plan, Comparison(counted, found), uncounted=uncounted)
    there = traces(items_of(dynamodb, plan.live))
    held = compare(restored, there, source.as_of, vault.now())
    found = held.equal + len(held.different)
    comparison = Comparison(
        found + len(held.missing), found, sorted(held.missing), [], sorted(held.different)
    )
    return RestoredTable(plan, comparison, sorted(held.unexpected), held.changed_since, uncounted)


def _over(vault: Vault, plan: TablePlan, steps: Steps) -> RestoredTable:
    dynamodb = vault.aws.client("dynamodb")
    wait_until_active(dynamodb, plan.live)
    with _scratch(dynamodb, plan.target, steps):
        make_table(vault, plan.source, plan.target, steps)
        require_no_execution(vault)
        safety = _safety_backup(vault, plan.live, steps)
        with steps.step("replace", "differences") as step:
            replaced = replace_items(dynamodb, plan.target, plan.live, plan.source.as_of, step.tell)
            step.tell(replaced.in_words())
    with steps.step("compare", "comparison") as step:
        step.tell("reading the table")
        left_alone = {*replaced.newer, *replaced.meanwhile}
        expected = {id_: seen for id_, seen in replaced.expected.items() if id_ not in left_alone}
        found = (one for one in items_of(dynamodb, plan.live) if one["id"] not in left_alone)
        comparison = compare_items(expected, found)
        step.tell(comparison.in_words())
    return RestoredTable(plan, comparison, replaced=replaced, safety_backup=safety)


@contextlib.contextmanager
def _scratch(dynamodb: Any, name: str, steps: Steps) -> Iterator[None]:
    """Deletes the scratch table in the end, whatever happened."""
    try:
        yield
    finally:
        if not _delete(dynamodb, name):
            steps.say(
                f"the scratch table {name} is still being made and cannot be deleted yet; the same "
                "command goes on with it, and any other restore deletes it"
            )


def _delete(dynamodb: Any, name: str) -> bool:
    """Delete a table; one that is gone is fine. False when it cannot be deleted yet."""
    try:
        dynamodb.delete_table(TableName=name)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in (IN_MAKING, *ABSENT):
            raise
        return code != IN_MAKING
    return True


def _wait_until_gone(dynamodb: Any, name: str) -> None:
    for pause in pauses():
        if describe_table(dynamodb, name) is None:
            return
        time.sleep(pause)


def _safety_backup(vault: Vault, live: str, steps: Steps) -> str:
    """A backup of the live table before it is changed, by a name that rotation leaves alone.

    Raises BackupFailed, before anything was changed.
    """
    now = vault.now()
    name = f"{live}-before-restore-{stamp(now)}"
    with steps.step("safety", "backup of what is there") as step:
        asked = vault.aws.client("dynamodb").create_backup(TableName=live, BackupName=name)
        backup = Backup(asked["BackupDetails"]["BackupArn"], name, now, "CREATING")
        for pause in pauses():
            try:
                vault.backups.require_available(backup)
                break
            except BackupNotReady as error:
                step.tell(str(error))
                time.sleep(pause)
        step.tell(name)
    return name


def _is_begun(dynamodb: Any, name: str, source: Source) -> bool:
    """`is_begun`, where a table of another source is no obstacle."""
    try:
        return is_begun(dynamodb, name, source)
    except UsageError:
        return False


def _scratch_prefix(live: str) -> str:
    return f"{live}-restoring-"
