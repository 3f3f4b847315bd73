"""Functions run with what Lambda has, and nothing of this machine."""

import json

import pytest
from account import Account, task

IMPORT = """
import importlib
def handler(event, context):
    importlib.import_module(event["module"])
    return "imported"
"""

ENVIRONMENT = """
import os
def handler(event, context):
    return dict(os.environ)
"""


@pytest.mark.parametrize(
    "module", ["boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"]
)
def test_what_the_runtime_ships_can_be_imported(account: Account, module: str):
    assert account.invoke(account.function(IMPORT), {"module": module}) == "imported"


@pytest.mark.parametrize("module", ["ministack", "aws_cdk", "requests", "pytest", "gameday", "pip"])
def test_what_only_this_machine_has_cannot_be_imported(account: Account, module: str):
    error = account.invoke(account.function(IMPORT), {"module": module})

    assert error["errorType"] == "ModuleNotFoundError"


def test_a_variable_of_this_process_does_not_reach_a_function(
    account: Account, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RAPIDAPI_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")

    seen = account.invoke(account.function(ENVIRONMENT))

    assert "RAPIDAPI_KEY" not in seen
    assert "PYTHONPATH" not in seen
    assert "HOME" not in seen


def test_a_function_has_its_own_variables_and_lambdas(account: Account):
    function = account.function(
        ENVIRONMENT,
        MemorySize=256,
        Environment={"Variables": {"TABLE": "clips", "AWS_REGION": "elsewhere"}},
    )

    seen = account.invoke(function)

    name = function.rsplit(":", 1)[-1]
    assert seen["TABLE"] == "clips"
    assert seen["AWS_REGION"] == "us-east-1"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{name}"
    assert seen["LAMBDA_TASK_ROOT"].startswith(str(account.aws.state_dir))
    assert seen["AWS_ENDPOINT_URL"] == account.aws.endpoint_url


def test_a_function_sees_the_remaining_time_and_its_request(account: Account):
    function = account.function(
        "def handler(event, context):\n"
        "    return [context.get_remaining_time_in_millis(), context.invoked_function_arn,\n"
        "            context.memory_limit_in_mb, len(context.aws_request_id)]\n",
        Timeout=7,
    )

    remaining, arn, memory, request_id = account.invoke(function)

    assert 0 < remaining <= 7000
    assert arn == function
    assert memory == "128"
    assert request_id == 36


def test_what_a_function_prints_reaches_its_log_group(account: Account):
    account.client("logs").create_log_group(logGroupName="clips")
    function = account.function(
        "import os, sys\n"
        "def handler(event, context):\n"
        "    print('printed')\n"
        "    os.system('echo from a child')\n"
        "    return 1\n",
        LoggingConfig={"LogGroup": "clips"},
    )

    assert account.invoke(function) == 1

    events = account.client("logs").filter_log_events(logGroupName="clips")["events"]
    lines = [event["message"] for event in events]
    assert {"printed", "from a child"} <= set(lines)


def test_temporary_files_go_with_the_function(account: Account):
    function = account.function(
        "import tempfile\ndef handler(event, context):\n    return tempfile.mkdtemp()\n"
    )

    assert account.invoke(function).startswith(str(account.aws.state_dir / "scratch"))


def test_many_execution_environments_start_at_once(account: Account):
    function = account.function("import boto3\ndef handler(event, context): return event")
    each = {"StartAt": "Each", "States": {"Each": task(function)}}
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": each, "End": True}

    ended = account.run_state(state, {"items": list(range(8))})

    assert json.loads(ended["output"]) == list(range(8))


def test_decimals_are_returned_as_numbers(account: Account):
    function = account.function(
        "from decimal import Decimal\ndef handler(event, context):\n    return Decimal('1.5')\n"
    )

    assert account.invoke(function) == 1.5
