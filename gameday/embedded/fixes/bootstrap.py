"""Runs a function's handler as Lambda's Python runtime does.

A script of its own process, not a module: it knows only the standard library. It reads one line
of JSON that names the handler, then one per invocation, and answers each with one line.

Errors: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

import importlib
import json
import os
import runpy
import sys
import threading
import time
import traceback
from decimal import Decimal

PARENT_CHECK_SECONDS = 1.0
END = "\x1fend of the invocation"
"""What the process writes behind all that the function wrote, before it answers."""


class Context:
    """The second argument of a handler.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    identity = None
    client_context = None

    def __init__(self, start: dict, invocation: dict) -> None:
        self.function_name = start["function_name"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = invocation["invoked_function_arn"]
        self.memory_limit_in_mb = str(start["memory"])
        self.aws_request_id = invocation["request_id"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = time.monotonic() + invocation["timeout_ms"] / 1000

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def main() -> None:
    # The handler may print, and start programs that read and print.
    requests = os.fdopen(os.dup(0))
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()

    follow_clock()
    start = json.loads(requests.readline())
    sys.path[:0] = [start["code_dir"], *layers()]
    sys.path.append(os.environ["LAMBDA_RUNTIME_DIR"])
    handler, failure = load(start["module"], start["handler"])
    answer(answers, {"status": "ready"})
    for line in requests:
        request = json.loads(line)
        result = failure or invoke(handler, request["event"], start, request["ctx"])
        sys.stderr.flush()
        os.write(2, f"{END}\n".encode())
        answer(answers, result)


def follow_clock() -> None:
    """Let the function see the account's time, where that is ahead of this machine's."""
    module, _, clock = os.environ.pop("GAMEDAY_CLOCK", "").partition(os.pathsep)
    if module:
        runpy.run_path(module)["follow"](clock)


def answer(answers, message: dict) -> None:
    answers.write(json.dumps(message) + "\n")


def layers() -> list[str]:
    folders = filter(None, os.environ.pop("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep))
    return [os.path.join(folder, "python") for folder in folders]


def load(module: str, name: str):
    """The handler, or the answer to every invocation of a function that has none."""
    try:
        return getattr(importlib.import_module(module), name), None
    except ImportError as error:
        return None, failed(f"Unable to import module '{module}': {error}", "ImportModuleError")
    except SyntaxError as error:
        return None, failed(f"Syntax error in module '{module}': {error}", "UserCodeSyntaxError")
    except AttributeError as error:
        if not hasattr(sys.modules.get(module), "__name__") or error.name != name:
            return None, raised(error)
        return None, failed(f"Handler '{name}' missing on module '{module}'", "HandlerNotFound")
    except Exception as error:  # noqa: BLE001 - whatever a handler's module raises
        return None, raised(error)


def invoke(handler, event, start: dict, invocation: dict) -> dict:
    try:
        result = handler(event, Context(start, invocation))
    except Exception as error:  # noqa: BLE001 - whatever a handler raises
        return {**raised(error), "reusable": True}
    try:
        return {"status": "ok", "result": json.loads(json.dumps(result, default=plain))}
    except (TypeError, ValueError) as error:
        return {**failed(f"Unable to marshal response: {error}", "MarshalError"), "reusable": True}


def plain(value):
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def failed(message: str, error_type: str) -> dict:
    return {
        "status": "error",
        "error": message,
        "errorType": f"Runtime.{error_type}",
        "stackTrace": [],
        "trace": f"[ERROR] Runtime.{error_type}: {message}",
    }


def raised(error: Exception) -> dict:
    name = type(error).__name__
    # The first frame is this file's.
    frames = traceback.format_tb(error.__traceback__)[1:]
    return {
        "status": "error",
        "error": str(error),
        "errorType": name,
        "stackTrace": frames,
        "trace": f"[ERROR] {name}: {error}\nTraceback (most recent call last):\n{''.join(frames)}",
    }


def end_with(parent: int) -> None:
    """End when the process that started this one is gone, even in the middle of an invocation."""
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
