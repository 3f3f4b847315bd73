"""`gameday drill`: starts a drill, follows it to its end, and reads the records of earlier ones."""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from gameday.kept import NothingKept
from gameday.place import Place
from gameday.scratch import patient, scratch_tables
from gameday.steps import Step, Steps
from gameday.vault import Execution, Vault
from lambdas.highlights.drill.record import last_good
from lambdas.highlights.keys import DRILLS

POLL_SECONDS = 0.2
POLL_SECONDS_IN_ACCOUNT = 2.0
# Step Functions answers with a lag: an execution that was started a moment ago may not be there yet.
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
NOT_SEEN_YET = "ExecutionDoesNotExist"
LATE_LOOKS = 10
# A function that began before its execution was stopped may ask for the table right after.
LOOKS_AFTER_STOP = (0.0, 1.0, 2.0)  # seconds before each

# The states that a person sees as one step, and what it is called.
PHASES = {
    "SweepScratchTables": "sweep",
    "RestoreScratch": "restore",
    "WaitForRestore": "restore",
    "CompareTables": "compare",
    "CheckObjects": "check objects",
    "DeleteScratch": "delete scratch table",
    "RecordDrill": "record",
}


@dataclass(frozen=True)
class DrillResult:
    """A drill that has ended, and its record: None when it came to none."""

    execution: Execution
    record: dict[str, Any] | None

    @property
    def exit_code(self) -> int:
        """0: everything came back as it was. 1: something did not, or the drill failed."""
        return 0 if self.execution.status == "SUCCEEDED" else 1


def drill(place: Place, steps: Steps, *, all_objects: bool) -> DrillResult:
    """Drill the vault of `place`; all_objects: every object is read again, not a sample.

    Raises NothingKept. Interrupted, it stops the execution and deletes the scratch table. A drill
    in an account that cannot be watched any more, since AWS does not answer, goes on by itself.
    """
    poll = POLL_SECONDS_IN_ACCOUNT if place.in_account else POLL_SECONDS
    with place.vault() as vault:
        if not vault.drill:
            raise NothingKept(
                "this vault was deployed before there were drills; deploy this version first: "
                "make deploy, or gameday run on this machine"
            )
        name = f"gameday-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
        started = vault.aws.client("stepfunctions").start_execution(
            stateMachineArn=vault.drill,
            name=name,
            input=json.dumps({"objects": "all"} if all_objects else {}),
        )
        try:
            execution = _watch(vault, started["executionArn"], steps, poll)
        except BaseException as error:
            # What cannot be watched any more goes on in an account, and leaves its record.
            if not (place.in_account and isinstance(error, Exception)):
                vault.stop(started["executionArn"])
                _clean_up(vault, name, in_account=place.in_account)
            raise
        return DrillResult(execution, record_of(vault, name))


def record_of(vault: Vault, execution: str) -> dict[str, Any] | None:
    """The record that the execution left."""
    return next(
        (_read(vault, key) for key in _keys(vault) if key.endswith(f"-{execution}.json")), None
    )


def earlier_drills(vault: Vault) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The records of the newest drill, and of the newest good one."""
    keys = list(_keys(vault))
    newest = _read(vault, max(keys)) if keys else None
    return newest, last_good(keys, lambda key: vault.read_object(key).read())


def _clean_up(vault: Vault, name: str, *, in_account: bool) -> None:
    """Delete the scratch table of a drill that was stopped.

    In an account the vault does so itself, however long the restore takes: a rule sees the stop.
    """
    if in_account:
        return
    scratches = scratch_tables(vault)
    for seconds in LOOKS_AFTER_STOP:
        time.sleep(seconds)
        scratches.delete(scratches.name(name), patient())


def _watch(vault: Vault, arn: str, steps: Steps, poll: float) -> Execution:
    """Show the phases of the drill until it has ended."""
    shown = _Shown(steps)
    seen, late = 0, LATE_LOOKS
    try:
        while True:
            try:
                execution, events = vault.execution(arn), vault.events(arn)
            except ClientError as error:
                if error.response["Error"]["Code"] != NOT_SEEN_YET or not late:
                    raise
                late -= 1
                time.sleep(poll)
                continue
            for event in events[seen:]:
                shown.see(event)
            seen = len(events)
            if execution.ended:
                return execution
            time.sleep(poll)
    finally:
        shown.end()


class _Shown:
    """The phase that is under way; those before it have left their lines."""

    def __init__(self, steps: Steps):
        self._steps = steps
        self._phase: str | None = None
        self._step: Step | None = None
        self._entered: datetime | None = None
        self._failed = False

    def see(self, event: dict[str, Any]) -> None:
        """Take note of an event of the execution's history."""
        entered = event.get("stateEnteredEventDetails", {}).get("name")
        if entered in PHASES:
            self._enter(PHASES[entered], event["timestamp"])
        exited = event.get("stateExitedEventDetails", {})
        if exited.get("name") in PHASES:
            self._tell(exited["name"], json.loads(exited.get("output") or "{}"))

    def end(self) -> None:
        """Leave the line of the last phase."""
        self._close(datetime.now(UTC))

    def _enter(self, phase: str, at: datetime) -> None:
        if phase == self._phase:
            return
        self._close(at)
        self._phase, self._entered, self._failed = phase, at, False
        self._step = Step(self._steps.console, phase)
        self._step.open()

    def _tell(self, state: str, output: dict[str, Any]) -> None:
        if self._step is None:
            return
        self._failed = state != "RecordDrill" and "error" in output
        restore, items, objects = (output.get(one) or {} for one in ("restore", "items", "objects"))
        if state == "RestoreScratch" and restore.get("backup"):
            self._step.tell(restore["backup"])
        elif state == "CompareTables" and items:
            self._step.tell(f"{items['equal']:,} of {items['expected']:,} items equal")
        elif state == "CheckObjects" and objects:
            self._step.tell(f"{objects['objects']:,} objects, {objects['bytes'] / 1e6:.1f} MB")

    def _close(self, at: datetime) -> None:
        if self._step is None:
            return
        seconds = max(0.0, (at - self._entered).total_seconds())
        self._step.close("✗" if self._failed else "✓", seconds)
        self._steps.seconds[self._phase] = seconds
        self._step = None


def _keys(vault: Vault) -> Iterator[str]:
    return (one.key for one in vault.objects(DRILLS))


def _read(vault: Vault, key: str) -> dict[str, Any]:
    return json.load(vault.read_object(key))
