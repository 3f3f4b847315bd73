"""A failed function reports what Lambda reports: the exception's class, message and stack.

The emulator calls every failure `Runtime.HandlerError`, so that no Retry or Catch by name matches.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import json
import subprocess
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "function_errors"

EXIT_WAIT_SECONDS = 30.0


def apply() -> None:
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc, stepfunctions

    patch = Patch(FIX)
    patch.edit(
        lambda_runtime.Worker,
        "invoke",
        (
            'result_box.append({"status": "error", "error": "Worker process died"})',
            "result_box.append(gameday_exit(self._proc))",
        ),
        # A handler that raised keeps its execution environment.
        (
            'if response.get("status") == "error":',
            'if response.get("status") == "error" and not response.get("reusable"):',
        ),
        gameday_exit=exit_of,
    )
    patch.edit(
        lambda_runtime.Worker,
        "_spawn",
        (
            'raise RuntimeError(f"Worker process exited immediately. stderr: {stderr_out}")',
            'raise RuntimeError(gameday_exit(self._proc)["error"])',
        ),
    )
    patch.edit(
        lambda_svc,
        "_execute_function_warm",
        (
            """\
                "body": {
                    "errorMessage": error_msg,
                    "errorType": error_type,
                },
""",
            '                "body": gameday_error_payload(result, error_type, request_id),\n',
        ),
        (
            '"body": {"errorMessage": str(e), "errorType": type(e).__name__},',
            '"body": gameday_error_payload({"error": str(e)}, gameday_name(e), request_id),',
        ),
        gameday_error_payload=error_payload,
        gameday_name=name_of_start_failure,
    )
    patch.edit(
        stepfunctions,
        "_call_lambda",
        (
            """\
            raise _ExecutionError(
                body.get("errorType", "Lambda.Unknown"),
                json.dumps(body))
""",
            "            raise _ExecutionError(*gameday_task_error(body))\n",
        ),
        gameday_task_error=task_error,
    )


def exit_of(process: subprocess.Popen | None) -> dict[str, Any]:
    """The worker's answer in the place of one that ended, or was ended, without answering."""
    try:
        status = process.wait(EXIT_WAIT_SECONDS) if process else None
    except subprocess.TimeoutExpired:
        status = None
    if not status:
        reason = "Runtime exited without providing a reason"
    elif status < 0:
        reason = "Runtime exited with error: signal: killed"
    else:
        reason = f"Runtime exited with error: exit status {status}"
    return {"status": "error", "error": reason, "errorType": "Runtime.ExitError"}


def error_payload(result: dict[str, Any], default_type: str, request_id: str) -> dict[str, Any]:
    """The body of a failed invocation, as Lambda returns it."""
    message = result.get("error", "Unknown error")
    if "stackTrace" in result:
        return {
            "errorMessage": message,
            "errorType": result["errorType"],
            "requestId": request_id,
            "stackTrace": result["stackTrace"],
        }
    return {
        "errorType": result.get("errorType", default_type),
        "errorMessage": f"RequestId: {request_id} Error: {message}",
    }


def name_of_start_failure(error: Exception) -> str:
    """What a function that did not start failed with: its own end, or a role it may not have."""
    refused = isinstance(error, PermissionError)
    return "Lambda.AWSLambdaException" if refused else "Runtime.ExitError"


def task_error(body: dict[str, Any]) -> tuple[str, str]:
    """The Error and Cause of a task whose function failed, or was not allowed to start."""
    if "__type" in body:
        cause = f"{body['message']} (Service: Lambda, Status Code: 429)"
        return f"Lambda.{body['__type']}", cause
    return body["errorType"], json.dumps(body)
