"""Follows an execution of LookBack: a line for each day that was looked at, and what it waits for."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from rich.text import Text

from gameday.backfill_plan import Plan
from gameday.steps import Step, Steps
from gameday.vault import Vault
from lambdas.highlights.season.caps import moment_in_words
from lambdas.highlights.season.progress import IN_USE, LOOKED, NO_CALLS, UNFINISHED, outcomes_of

POLL_SECONDS = 0.25
POLL_SECONDS_IN_ACCOUNT = 5.0
# Step Functions answers with a lag: an execution that was started a moment ago may not be there yet.
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
NOT_SEEN_YET = "ExecutionDoesNotExist"
LATE_LOOKS = 10
MARKS = {LOOKED: "✓", NO_CALLS: "·", IN_USE: "·", UNFINISHED: "✗"}
WORDS = {
    NO_CALLS: "no provider calls left; it is looked at later",
    IN_USE: "another execution works on it",
}


def watch(vault: Vault, arn: str, plan: Plan, steps: Steps, *, in_account: bool) -> dict[str, str]:
    """What was said of each day, by its date, once the execution has ended."""
    shown = _Shown(vault, plan, steps)
    poll = POLL_SECONDS_IN_ACCOUNT if in_account else POLL_SECONDS
    late = LATE_LOOKS
    try:
        while True:
            try:
                has_ended = vault.execution(arn).ended
                shown.look(vault.events(arn))
            except ClientError as error:
                if error.response["Error"]["Code"] != NOT_SEEN_YET or not late:
                    raise
                late, has_ended = late - 1, False
            if has_ended:
                return shown.days
            time.sleep(poll)
    finally:
        shown.end()


class _Shown:
    """Lines of the days that are over, above one that says how many there are and are left."""

    def __init__(self, vault: Vault, plan: Plan, steps: Steps):
        self._states = vault.aws.client("stepfunctions")
        self._console = steps.console
        self._due = plan.days
        self._seen = 0
        self._map_runs: list[str] = []
        self._children: set[str] = set()
        self._step = Step(steps.console, "days")
        self._step.open()
        self.days: dict[str, str] = {}

    def look(self, events: list[dict[str, Any]]) -> None:
        """Show what is new. events: the execution's history so far."""
        for event in events[self._seen :]:
            started = event.get("mapRunStartedEventDetails")
            if started:
                self._map_runs.append(started["mapRunArn"])
            entered = event.get("stateEnteredEventDetails", {})
            if entered.get("name") == "WaitForCalls":
                self._say_wait(json.loads(entered["input"]))
        self._seen = len(events)
        for arn in self._ended_children():
            self._say_day(self._states.describe_execution(executionArn=arn))
        self._step.tell(f"{len(self.days)} of {self._due}")

    def end(self) -> None:
        """Leave the last line."""
        self._step.tell(f"{len(self.days)} of {self._due}")
        self._step.close("✓" if len(self.days) >= self._due else "✗")

    def _ended_children(self) -> Iterator[str]:
        """Children of the newest Map Run; those of earlier ones were all seen when it began."""
        for map_run in self._map_runs[-2:]:
            pages = self._states.get_paginator("list_executions").paginate(mapRunArn=map_run)
            for child in (one for page in pages for one in page["executions"]):
                arn = child["executionArn"]
                if child["status"] != "RUNNING" and arn not in self._children:
                    self._children.add(arn)
                    yield arn

    def _say_day(self, child: dict[str, Any]) -> None:
        [outcome] = outcomes_of([{name[0].upper() + name[1:]: one for name, one in child.items()}])
        said = WORDS.get(outcome.what) or outcome.reason.removeprefix(f"{LOOKED}: ")
        if child["status"] == "ABORTED":
            said = "stopped"
        elif outcome.what != NO_CALLS:
            self.days[outcome.day] = said
        mark = MARKS.get(outcome.what, "✗")
        line = Text(f"  {mark} ", "red" if mark == "✗" else "green")
        line.append(f"{outcome.day}  {said}", "default")
        self._console.print(line, soft_wrap=True)

    def _say_wait(self, state: dict[str, Any]) -> None:
        until = moment_in_words(datetime.fromisoformat(state["wait_until"]))
        self._console.print(
            Text(
                f"  {state['summary']}\n  goes on by itself at {until}; or stop it with Ctrl-C, "
                "and give the same command again after that"
            ),
            soft_wrap=True,
        )
