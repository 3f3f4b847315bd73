"""An execution ends once, and all that is known of its end is there when its status says so.

The emulator sets the status first, so that who waits for it may find no output, no last event and
no metric yet; and what ended may end another way, whatever its last task does afterwards.
"""

import json
import threading
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "execution_ends"

_ending = threading.RLock()


def apply() -> None:
    from ministack.services import stepfunctions

    patch = Patch(FIX)
    patch.edit(
        stepfunctions,
        "_run_execution",
        (
            """\
        if execution["status"] == "RUNNING":
            output_json = json.dumps(current_input)
            execution["status"] = "SUCCEEDED"
            execution["output"] = output_json
            execution["stopDate"] = now_iso()
            _add_event(execution, "ExecutionSucceeded", {
                "executionSucceededEventDetails": {"output": output_json},
            })
            _emit_execution_status_event(execution)
""",
            "        gameday_succeed(execution, json.dumps(current_input))\n",
        ),
        gameday_succeed=succeed,
    )
    patch.replace(stepfunctions, "_fail_execution", "e6da895fa0b7", fail)
    patch.edit(
        stepfunctions,
        "_stop_execution",
        (
            '    if execution["status"] != "RUNNING":\n',
            '    if not gameday_abort(execution, data.get("error"), data.get("cause")):\n',
        ),
        (
            """\
    stop_date = now_iso()
    execution["status"] = "ABORTED"
    execution["stopDate"] = stop_date
    execution["error"] = data.get("error")
    execution["cause"] = data.get("cause")
    _add_event(execution, "ExecutionAborted", {
        "executionAbortedEventDetails": {
            "error": data.get("error", ""),
            "cause": data.get("cause", ""),
        },
    })
    _emit_execution_status_event(execution)
    return json_response({"stopDate": stop_date})
""",
            '    return json_response({"stopDate": execution["stopDate"]})\n',
        ),
        gameday_abort=abort,
    )


def succeed(execution: dict[str, Any], output: str) -> None:
    """End an execution with its output, a JSON text."""
    details = {"executionSucceededEventDetails": {"output": output}}
    _end(execution, "SUCCEEDED", "ExecutionSucceeded", details, output=output)


def fail(execution: dict[str, Any], error: str, cause: str) -> None:
    """End an execution with an error."""
    details = {"executionFailedEventDetails": {"error": error, "cause": cause}}
    output = json.dumps({"Error": error, "Cause": cause})
    facts = {"error": error, "cause": cause, "output": output}
    _end(execution, "FAILED", "ExecutionFailed", details, **facts)


def abort(execution: dict[str, Any], error: str | None, cause: str | None) -> bool:
    """End an execution because somebody stops it; whether it ran."""
    details = {"executionAbortedEventDetails": {"error": error or "", "cause": cause or ""}}
    return _end(execution, "ABORTED", "ExecutionAborted", details, error=error, cause=cause)


def time_out(execution: dict[str, Any]) -> None:
    """End an execution whose state machine's TimeoutSeconds have passed."""
    _end(execution, "TIMED_OUT", "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})


def _end(
    execution: dict[str, Any], status: str, event: str, details: dict[str, Any], **facts: Any
) -> bool:
    """End an execution, unless it has ended already; whether it had not."""
    from ministack.services import stepfunctions

    with _ending:
        if execution["status"] != "RUNNING":
            return False
        execution.update(facts, stopDate=stepfunctions.now_iso())
        stepfunctions._add_event(execution, event, details)
        stepfunctions._emit_execution_status_event({**execution, "status": status})
        execution["status"] = status
        return True
