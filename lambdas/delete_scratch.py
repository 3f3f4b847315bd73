"""Deletes the scratch table of a drill, or those that drills left behind when they were killed."""

import time
from datetime import UTC, datetime

from lambdas import clients
from lambdas.drill_settings import DrillSettings
from lambdas.highlights.drill.scratch import ScratchTables
from lambdas.step import Context, Event, logger, step

CUT_SHORT = ("ABORTED", "TIMED_OUT")
TO_END = 20  # seconds that an invocation keeps for its end
# A function that ran when its execution was stopped goes on, and may ask for the table only then.
LOOKS_AGAIN_AFTER = 15  # seconds


@step
def handler(event: Event, context: Context) -> Event:
    """`{"execution"}`, or `{"sweep": ARN of the drill's state machine}`, to `{"deleted": [name]}`.

    `{"execution", "ended": "ABORTED" | "TIMED_OUT"}` says that the execution was cut short.
    A table that is still being restored is waited for as long as the function may run; raises
    ScratchInUse then, to be called again. A sweep leaves such a table to the next one.
    """
    scratches = ScratchTables(clients.dynamodb(), DrillSettings.from_env().table_name)

    def wait(seconds: float) -> bool:
        if context.get_remaining_time_in_millis() / 1000 < seconds + TO_END:
            return False
        time.sleep(seconds)
        return True

    if "sweep" in event:
        running = _running(event["sweep"])
        names = list(scratches.leftovers(running, datetime.now(UTC)))
    else:
        names = [scratches.name(event["execution"])]
    deleted = [name for name in names if scratches.delete(name, wait)]
    if event.get("ended") in CUT_SHORT and wait(LOOKS_AGAIN_AFTER):
        deleted += [name for name in names if scratches.delete(name, wait)]
    logger.info("scratch tables deleted", tables=deleted)
    return {"deleted": deleted}


def _running(state_machine: str) -> list[str]:
    """Names of the drills that run."""
    pages = clients.step_functions().get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=state_machine, statusFilter="RUNNING")
    return [one["name"] for page in found for one in page["executions"]]
