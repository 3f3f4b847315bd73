"""Executions that start and end are counted in the metrics of their state machine.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from collections.abc import Callable
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "execution_metrics"

METRICS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def apply() -> None:
    from ministack.services import stepfunctions

    Patch(FIX).wrap(stepfunctions, "_emit_execution_status_event", "9c89e45693e3", _counted)


def _counted(original: Callable) -> Callable:
    def emit_execution_status_event(execution: dict[str, Any]) -> None:
        from ministack.services import cloudwatch

        original(execution)
        machine = {"StateMachineArn": execution["stateMachineArn"]}
        cloudwatch.record_metric("AWS/States", METRICS[execution["status"]], 1.0, "Count", machine)
        cloudwatch._evaluate_all_alarms()

    return emit_execution_status_event
