"""Executions start, wait, end and fail as on Step Functions.

Repeating a running execution's name and input is no error, names and payloads have limits, a
retry honours its longest delay, a state machine its timeout, and stopping ends the work.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

import contextvars
import json
import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from gameday.embedded import clock
from gameday.embedded.fixes.execution_ends import time_out
from gameday.embedded.fixes.patching import Patch

FIX = "executions"

PAYLOAD_BYTES = 262_144
NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")

# No wildcard of a Retry or Catch matches these.
TERMINAL = frozenset({"States.DataLimitExceeded", "States.Runtime"})

STOPPED = "The embedded AWS was stopped while the execution ran"
JOIN_SECONDS, LOOK_SECONDS = 30.0, 0.5

_stopping = threading.Event()
_threads: dict[threading.Thread, str] = {}  # each with the ARN of what it executes
_sleeping: dict[int, float] = {}  # until when, by a thread's number


def apply() -> None:
    from ministack.services import stepfunctions

    patch = Patch(FIX)
    patch.edit(
        stepfunctions,
        "_start_execution",
        (
            "    # Reject duplicate execution names\n",
            """\
    gameday_answer = gameday_early_answer(data, name, _executions.get(exec_arn))
    if gameday_answer:
        return gameday_answer
""",
        ),
        ("args=(_run_execution, exec_arn)", "args=(gameday_supervise, _run_execution, exec_arn)"),
        gameday_early_answer=early_answer,
        gameday_supervise=supervise,
    )
    patch.edit(
        stepfunctions,
        "_start_sync_execution",
        ("    _run_execution(exec_arn)\n", "    gameday_supervise(_run_execution, exec_arn)\n"),
    )
    patch.edit(
        stepfunctions,
        "_run_execution",
        ("    time.sleep(0.15)\n\n", ""),
        (
            '            _add_event(execution, f"{state_type}StateExited", {\n',
            """\
            gameday_within_limit(current_input, current_name)
            _add_event(execution, f"{state_type}StateExited", {
""",
        ),
        gameday_within_limit=within_limit,
    )
    patch.edit(
        stepfunctions,
        "_run_sub_machine",
        (
            "        state_def = states.get(current_name)\n",
            """\
        gameday_running(execution)
        gameday_within_limit(current_input, current_name)
        state_def = states.get(current_name)
""",
        ),
        ("    return current_input", "    return gameday_within_limit(current_input, start_at)"),
        gameday_running=require_running,
    )
    patch.edit(
        stepfunctions,
        "_execute_task",
        (
            "        # Each attempt sees its own $$.State.RetryCount.\n",
            "        gameday_running(execution)\n",
        ),
        (
            """\
                interval = retrier.get("IntervalSeconds", 1)
                backoff = retrier.get("BackoffRate", 2.0)
                sleep_sec = interval * (backoff ** count)
                _scaled_sleep(min(sleep_sec, 60))
""",
            "                _scaled_sleep(gameday_retry_delay(retrier, count))\n",
        ),
        gameday_retry_delay=retry_delay,
    )
    patch.edit(
        stepfunctions,
        "_with_retry_and_catch",
        (
            """\
                interval = retrier.get("IntervalSeconds", 1)
                _scaled_sleep(min(interval * (retrier.get("BackoffRate", 2.0) ** count), 60))
""",
            "                _scaled_sleep(gameday_retry_delay(retrier, count))\n",
        ),
    )
    patch.edit(
        stepfunctions,
        "_error_matches",
        (
            '    if "States.ALL" in error_equals or error in error_equals:\n',
            """\
    if error in gameday_terminal and error not in error_equals:
        return False
    if "States.ALL" in error_equals or error in error_equals:
""",
        ),
        gameday_terminal=TERMINAL,
    )
    patch.edit(
        stepfunctions,
        "_scaled_sleep",
        ("time.sleep(scaled)", "gameday_sleep(seconds, scaled)"),
        gameday_sleep=sleep,
    )
    patch.wrap(stepfunctions, "_invoke_resource", "a85d2be9a858", _limited)


def early_answer(
    request: dict[str, Any], name: str, existing: dict[str, Any] | None
) -> tuple[int, dict, bytes] | None:
    """The response to a StartExecution that starts nothing, or None."""
    from ministack.services.stepfunctions import error_response_json, json_response

    text = request.get("input", "{}")
    if not NAME.fullmatch(name):
        return error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
    if len(text.encode()) > PAYLOAD_BYTES:
        return error_response_json(
            "ValidationException",
            f"Value at 'input' failed to satisfy constraint: Member must have length less than "
            f"or equal to {PAYLOAD_BYTES}",
            400,
        )
    try:
        json.loads(text)
    except ValueError as error:
        return error_response_json(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'", 400
        )
    if existing and existing["status"] == "RUNNING" and existing["input"] == text:
        return json_response(
            {"executionArn": existing["executionArn"], "startDate": existing["startDate"]}
        )
    return None


def within_limit(payload: Any, state: str) -> Any:
    """The payload of a state, when it is not too large to be passed on."""
    from ministack.services.stepfunctions import _ExecutionError

    if len(json.dumps(payload, separators=(",", ":")).encode()) > PAYLOAD_BYTES:
        raise _ExecutionError(
            "States.DataLimitExceeded",
            f"The state/task '{state}' returned a result with a size exceeding the maximum number "
            "of bytes service limit.",
        )
    return payload


def require_running(execution: dict[str, Any]) -> None:
    """End the thread of an execution, or of one of its branches, that was ended."""
    from ministack.services.stepfunctions import _ExecutionError

    if execution["status"] != "RUNNING":
        raise _ExecutionError("States.Runtime", f"The execution is {execution['status']}")


def retry_delay(retrier: dict[str, Any], attempts: int) -> float:
    """Seconds before the next attempt of a Retry that was used `attempts` times."""
    delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** attempts
    delay = min(delay, retrier.get("MaxDelaySeconds", delay))
    return random.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay


def sleep(seconds: float, scaled: float) -> None:
    """Wait until so many seconds have passed by the account's clock, or fewer by the machine's."""
    end = clock.time() + seconds
    _sleeping[threading.get_ident()] = end
    clock.wait_for(lambda: _stopping.is_set() or clock.time() >= end, scaled)
    del _sleeping[threading.get_ident()]


def supervise(run: Callable[[str], None], arn: str) -> None:
    """Run an execution under its state machine's timeout, in a thread that can be waited for."""
    from ministack.services import stepfunctions

    execution = stepfunctions._executions[arn]
    machine = stepfunctions._state_machines[execution["stateMachineArn"]]
    timer = _timer(execution, json.loads(machine["definition"]))
    _threads[threading.current_thread()] = arn
    try:
        run(arn)
    finally:
        del _threads[threading.current_thread()]
        timer.cancel()


def under_way() -> list[str]:
    """The executions that were started and have not ended."""
    from ministack.services import stepfunctions

    every = list(stepfunctions._executions.all_values())
    return [one["executionArn"] for one in every if one["status"] == "RUNNING"]


def waking_times() -> dict[str, float]:
    """Executions that wait for a time, and that time, in seconds since 1970."""
    found = {arn: _sleeping.get(thread.ident) for thread, arn in list(_threads.items())}
    return {arn: end for arn, end in found.items() if end is not None}


def stop_all() -> None:
    """Abort every running execution and wake the ones that wait."""
    from ministack.services import stepfunctions

    _stopping.set()
    clock.wake()
    for execution in list(stepfunctions._executions.all_values()):
        if execution["status"] == "RUNNING":
            stepfunctions._stop_execution(
                {"executionArn": execution["executionArn"], "cause": STOPPED}
            )


def join_all(end_functions: Callable[[], None]) -> None:
    """Wait for the threads of stopped executions, for a bounded time.

    end_functions: ends those that such a thread may have called before it saw that it was stopped.
    """
    end = time.monotonic() + JOIN_SECONDS
    while (left := list(_threads)) and time.monotonic() < end:
        end_functions()
        left[0].join(LOOK_SECONDS)


def resume() -> None:
    """Let executions wait again after `stop_all`."""
    _stopping.clear()


def _limited(original: Callable) -> Callable:
    def invoke_resource(resource: str, payload: Any) -> Any:
        within_limit(payload, resource)
        return within_limit(original(resource, payload), resource)

    return invoke_resource


def _timer(execution: dict[str, Any], definition: dict[str, Any]) -> threading.Timer:
    """Ends the execution when the state machine's own TimeoutSeconds have passed."""
    context = contextvars.copy_context()
    seconds = definition.get("TimeoutSeconds")
    timer = threading.Timer(seconds or 0, context.run, (time_out, execution))
    timer.daemon = True
    if seconds is not None:
        timer.start()
    return timer
