"""A failed function is reported as Lambda and Step Functions report it."""

import json

import pytest
from account import Account, catching, task

NOT_READY = """
class NotReady(Exception):
    pass

def handler(event, context):
    raise NotReady("no clip yet")
"""


def test_an_exception_is_named_after_its_class(account: Account):
    error = account.invoke(account.function(NOT_READY))

    assert error["errorType"] == "NotReady"
    assert error["errorMessage"] == "no clip yet"
    assert len(error["requestId"]) == 36
    assert "in handler" in error["stackTrace"][-1]


def test_the_exceptions_class_is_the_error_of_the_task(account: Account):
    ended = account.run_state(task(account.function(NOT_READY)))

    assert ended["error"] == "NotReady"
    assert json.loads(ended["cause"]).keys() == {
        "errorMessage",
        "errorType",
        "requestId",
        "stackTrace",
    }


def test_an_exception_can_be_caught_by_name(account: Account):
    caught = catching("NotReady", **task(account.function(NOT_READY)))
    del caught["States"]["First"]["End"]
    caught["States"]["First"]["Next"] = "Caught"

    ended = account.run(account.machine(caught))

    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"])["Error"] == "NotReady"


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        ("import missing_package", "Runtime.ImportModuleError", "Unable to import module 'index'"),
        ("def handler(", "Runtime.UserCodeSyntaxError", "Syntax error in module 'index'"),
        ("def other(e, c): pass", "Runtime.HandlerNotFound", "Handler 'handler' missing"),
        ("raise KeyError('setting')", "KeyError", "'setting'"),
        ("def handler(e, c): return object()", "Runtime.MarshalError", "Unable to marshal"),
        (
            "import os\ndef handler(e, c): os._exit(3)",
            "Runtime.ExitError",
            "Runtime exited with error: exit status 3",
        ),
        (
            "import os\nos._exit(4)",
            "Runtime.ExitError",
            "Runtime exited with error: exit status 4",
        ),
        (
            "import os\ndef handler(e, c): os.kill(os.getpid(), 9)",
            "Runtime.ExitError",
            "Runtime exited with error: signal: killed",
        ),
        (
            "import sys\ndef handler(e, c): sys.exit()",
            "Runtime.ExitError",
            "Runtime exited without providing a reason",
        ),
    ],
)
def test_other_failures_have_lambdas_names(account: Account, code: str, error: str, message: str):
    failed = account.invoke(account.function(code))

    assert failed["errorType"] == error
    assert message in failed["errorMessage"]


def test_a_function_that_takes_too_long_timed_out(account: Account):
    function = account.function(
        "import time\ndef handler(event, context):\n    time.sleep(30)\n", Timeout=1
    )

    ended = account.run_state(task(function))

    assert ended["error"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in json.loads(ended["cause"])["errorMessage"]


def test_a_throttled_function_is_too_many_requests(account: Account):
    function = account.function("def handler(event, context): return 1")
    account.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=0
    )

    ended = account.run_state(task(function))

    assert ended["error"] == "Lambda.TooManyRequestsException"


def test_an_exception_does_not_end_the_execution_environment(account: Account):
    function = account.function(
        "import os\n"
        "def handler(event, context):\n"
        "    if event.get('fail'): raise ValueError(os.getpid())\n"
        "    return os.getpid()\n"
    )
    failed = account.invoke(function, {"fail": True})

    assert account.invoke(function) == int(failed["errorMessage"])
