"""An execution that a task starts and waits for is one of its own, and is stopped with its parent.

The emulator runs it in the parent's thread and role, leaves it out of events and metrics, forgets
that its name is taken, and reports its own error as the task's.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

import contextvars
import json
import time
from collections.abc import Callable
from typing import Any

from gameday.embedded.fixes.executions import require_running
from gameday.embedded.fixes.patching import Patch

FIX = "nested_executions"

POLL_SECONDS = 0.02

_parent: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar(
    "parent", default=None
)
_deadline: contextvars.ContextVar[float] = contextvars.ContextVar("deadline", default=float("inf"))


def apply() -> None:
    from ministack.services import stepfunctions

    patch = Patch(FIX)
    patch.edit(
        stepfunctions,
        "_execute_task",
        (
            "        gameday_running(execution)\n",
            "        gameday_running(execution)\n        gameday_parent.set(execution)\n",
        ),
        gameday_parent=_parent,
    )
    patch.edit(
        stepfunctions,
        "_invoke_nested_start_execution_sync",
        ("_start_sync_execution(request)", "gameday_run_nested(request)"),
        ('payload.get("__type", "States.Runtime")', "gameday_nested_refusal(payload)"),
        ("_nested_execution_failure(payload)", "gameday_nested_failure(payload)"),
        gameday_run_nested=run,
        gameday_nested_refusal=refusal,
        gameday_nested_failure=failure,
    )
    patch.wrap(stepfunctions, "_invoke_resource_with_timeout", "faeed0bf70d5", _by_deadline)


def run(request: dict[str, Any]) -> tuple[int, dict, bytes]:
    """Start an execution, wait for its end, and describe it; stop it where nobody waits any more."""
    from ministack.services import stepfunctions

    parent, deadline = _parent.get(), _deadline.get()
    status, headers, body = stepfunctions._start_execution(request)
    if status >= 400:
        return status, headers, body
    arn = json.loads(body)["executionArn"]
    nested = stepfunctions._executions[arn]
    while nested["status"] == "RUNNING":
        if time.monotonic() > deadline or (parent and parent["status"] != "RUNNING"):
            stepfunctions._stop_execution(
                {"executionArn": arn, "cause": "The task that started it was stopped"}
            )
            break
        time.sleep(POLL_SECONDS)
    if parent:
        require_running(parent)
    return stepfunctions._describe_execution({"executionArn": arn})


def refusal(payload: dict[str, Any]) -> str:
    """What a task's error is called when the execution could not be started."""
    return f"StepFunctions.{payload.get('__type', 'InvalidExecution')}Exception"


def failure(payload: dict[str, Any]) -> tuple[str, str]:
    """Error and cause of a task whose execution did not succeed: the cause describes that."""
    described = {name[0].upper() + name[1:]: value for name, value in payload.items()}
    described.pop("Output", None)
    return "States.TaskFailed", json.dumps(described, separators=(",", ":"))


def _by_deadline(original: Callable) -> Callable:
    def invoke_resource_with_timeout(resource: str, payload: Any, timeout: float) -> Any:
        token = _deadline.set(time.monotonic() + timeout)
        try:
            return original(resource, payload, timeout)
        finally:
            _deadline.reset(token)

    return invoke_resource_with_timeout
