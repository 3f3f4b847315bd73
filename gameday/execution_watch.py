"""Follows an execution while it runs and shows each of its steps."""

import time
from collections.abc import Callable
from datetime import datetime

from gameday.steps import Step, Steps
from gameday.vault import Execution, Vault

POLL_SECONDS = 0.2

# The states a person cares for, and what they are called in the timings.
STEPS = {
    "FetchHighlights": "fetch",
    "DownloadVideos": "download",
    "TranscodeVideos": "transcode",
    "WriteSidecars": "sidecars",
    "PlanBackup": "plan_backup",
    "WaitUntilBackupIsComplete": "wait",
    "BackUpTable": "backup",
    "ExportTable": "export",
    "ReportRun": "report",
}


def watch(vault: Vault, arn: str, steps: Steps, progress: Callable[[str], str]) -> Execution:
    """Show the execution's steps until it has ended, and return how it did.

    progress: says how far the step with the given name is. Timings go to `steps.seconds`.
    """
    shown: dict[str, Step] = {}
    entered: dict[str, datetime] = {}
    seen = 0
    while True:
        execution = vault.execution(arn)
        events = vault.events(arn)
        for event in events[seen:]:
            _show(event, steps, shown, entered, progress)
        seen = len(events)
        for name, step in shown.items():
            step.tell(progress(name))
        if execution.ended:
            for step in shown.values():
                step.close("✗")
            return execution
        time.sleep(POLL_SECONDS)


def _show(
    event: dict,
    steps: Steps,
    shown: dict[str, Step],
    entered: dict[str, datetime],
    progress: Callable[[str], str],
) -> None:
    name = event.get("stateEnteredEventDetails", {}).get("name")
    if name in STEPS:
        entered[name] = event["timestamp"]
        shown[name] = Step(steps.console, name)
        shown[name].open()
    name = event.get("stateExitedEventDetails", {}).get("name")
    if name in shown:
        step = shown.pop(name)
        step.tell(progress(name))
        seconds = (event["timestamp"] - entered[name]).total_seconds()
        step.close("✓", seconds)
        steps.seconds[STEPS[name]] = steps.seconds.get(STEPS[name], 0.0) + seconds
