"""Executions start, retry, time out and stop as on Step Functions."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from account import DEADLINE_SECONDS, Account, catching, task, until
from botocore.exceptions import ClientError

from gameday.embedded.fixes.executions import retry_delay

WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86400, "End": True}}}
PASS = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}

ALWAYS_FAILS = """
import time
class Busy(Exception): pass
def handler(event, context):
    raise Busy(str(time.time()))
"""


def refusal(call, **arguments) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def test_starting_a_running_execution_again_gives_the_same_one(account: Account):
    states = account.client("stepfunctions")
    machine = account.machine(WAIT)
    request = {"stateMachineArn": machine, "name": "day", "input": '{"league": "NCAA"}'}

    first, second = states.start_execution(**request), states.start_execution(**request)

    assert first["executionArn"] == second["executionArn"]
    assert first["startDate"] == second["startDate"]
    other = {**request, "input": "{}"}
    assert refusal(states.start_execution, **other) == "ExecutionAlreadyExists"


def test_a_name_cannot_be_used_again_once_its_execution_has_ended(account: Account):
    states = account.client("stepfunctions")
    machine = account.machine(PASS)
    started = states.start_execution(stateMachineArn=machine, name="day", input="{}")
    account.ended(started["executionArn"])

    again = refusal(states.start_execution, stateMachineArn=machine, name="day", input="{}")

    assert again == "ExecutionAlreadyExists"


@pytest.mark.parametrize(
    ("request_fields", "code"),
    [
        ({"name": "2026-11-21T00:00:00Z"}, "InvalidName"),
        ({"name": "two words"}, "InvalidName"),
        ({"name": "x" * 81}, "InvalidName"),
        ({"input": "not JSON"}, "InvalidExecutionInput"),
        ({"input": json.dumps("x" * 262_144)}, "ValidationException"),
    ],
)
def test_what_cannot_start_is_refused(account: Account, request_fields: dict, code: str):
    start = account.client("stepfunctions").start_execution

    assert refusal(start, stateMachineArn=account.machine(PASS), **request_fields) == code


def test_a_result_over_256_kib_fails_the_execution_uncaught(account: Account):
    function = account.function("def handler(event, context): return 'x' * 262145")
    machine = catching("States.ALL", Type="Task", Resource=function, Next="Caught")

    assert account.run(account.machine(machine))["error"] == "States.DataLimitExceeded"


def test_the_results_of_a_map_together_are_limited_too(account: Account):
    function = account.function("def handler(event, context): return 'x' * 100000")
    items = {"StartAt": "Get", "States": {"Get": task(function)}}
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": items, "End": True}

    assert account.run_state(state, {"items": [1, 2]})["status"] == "SUCCEEDED"
    ended = account.run_state(state, {"items": [1, 2, 3]})

    assert ended["error"] == "States.DataLimitExceeded"


def test_a_failing_task_is_tried_as_often_as_its_retry_says(account: Account):
    retry = {"ErrorEquals": ["Busy"], "MaxAttempts": 2}

    ended = account.run_state(task(account.function(ALWAYS_FAILS), Retry=[retry]))

    kinds = [event["type"] for event in account.history(ended["executionArn"])]
    assert ended["error"] == "Busy"
    assert kinds.count("TaskFailed") == 3


@pytest.mark.parametrize(
    ("retrier", "seconds"),
    [
        ({}, [1, 2, 4]),
        ({"IntervalSeconds": 30, "BackoffRate": 3}, [30, 90, 270]),
        ({"IntervalSeconds": 30, "MaxDelaySeconds": 45}, [30, 45, 45]),
    ],
)
def test_retries_wait_longer_and_longer_up_to_their_longest_delay(
    retrier: dict, seconds: list[float]
):
    assert [retry_delay(retrier, attempts) for attempts in range(3)] == seconds


def test_an_execution_times_out_after_its_state_machines_seconds(account: Account):
    ended = account.run(account.machine({**WAIT, "TimeoutSeconds": 1}))

    assert ended["status"] == "TIMED_OUT"
    assert account.history(ended["executionArn"])[-1]["type"] == "ExecutionTimedOut"


def test_an_aborted_execution_stays_aborted_whatever_its_task_does(account: Account):
    function = account.function(
        "import pathlib, time\n"
        "def handler(event, context):\n"
        "    pathlib.Path(event['started']).touch()\n"
        "    while not pathlib.Path(event['go']).exists(): time.sleep(0.01)\n"
        "    raise ValueError('too late')\n"
    )
    folder = account.aws.state_dir
    event = {"started": str(folder / "started"), "go": str(folder / "go")}
    states = account.client("stepfunctions")
    machine = account.machine({"StartAt": "A", "States": {"A": task(function)}})
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps(event))
    until((folder / "started").exists, bool)

    states.stop_execution(executionArn=execution["executionArn"], cause="enough")
    (folder / "go").touch()
    until(
        lambda: [event["type"] for event in account.history(execution["executionArn"])],
        lambda kinds: "TaskFailed" in kinds,
    )

    described = states.describe_execution(executionArn=execution["executionArn"])
    assert (described["status"], described["cause"]) == ("ABORTED", "enough")


@pytest.mark.parametrize(
    ("definition", "is_stopped", "status"),
    [
        (PASS, False, "SUCCEEDED"),
        ({"StartAt": "F", "States": {"F": {"Type": "Fail"}}}, False, "FAILED"),
        ({**WAIT, "TimeoutSeconds": 1}, False, "TIMED_OUT"),
        (WAIT, True, "ABORTED"),
    ],
)
def test_who_sees_an_execution_end_sees_all_that_is_known_of_its_end(
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    definition: dict,
    is_stopped: bool,
    status: str,
):
    from ministack.services import stepfunctions

    told, tell = [], stepfunctions._emit_execution_status_event

    def look_and_tell(execution: dict) -> None:
        there = stepfunctions._executions[execution["executionArn"]]
        told.append((execution["status"], there["status"], there["stopDate"] is not None))
        tell(execution)

    monkeypatch.setattr(stepfunctions, "_emit_execution_status_event", look_and_tell)
    states, machine = account.client("stepfunctions"), account.machine(definition)
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    if is_stopped:
        states.stop_execution(executionArn=execution)

    assert account.ended(execution)["status"] == status
    assert told == [("RUNNING", "RUNNING", False), (status, "RUNNING", True)]


@pytest.mark.parametrize("field", ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"])
def test_every_kind_of_wait_is_scaled(
    account: Account, monkeypatch: pytest.MonkeyPatch, field: str
):
    from ministack.services import stepfunctions

    monkeypatch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0.001)
    seconds = 2 * DEADLINE_SECONDS
    later = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    value = {"Seconds": seconds, "Timestamp": later, "SecondsPath": "$.s", "TimestampPath": "$.t"}
    state = {"Type": "Wait", field: value[field], "End": True}

    ended = account.run_state(state, {"s": seconds, "t": later})

    assert ended["status"] == "SUCCEEDED"


def test_a_wait_for_another_day_is_not_shortened_as_other_waits_are(account: Account):
    states = account.client("stepfunctions")
    tomorrow = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
    state = {"Type": "Wait", "TimestampPath": "$.until", "End": True}
    machine = account.machine({"StartAt": "Wait", "States": {"Wait": state}})
    started = states.start_execution(
        stateMachineArn=machine, input=json.dumps({"until": tomorrow})
    )["executionArn"]
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()

    assert account.run(machine, {"until": soon})["status"] == "SUCCEEDED"
    assert states.describe_execution(executionArn=started)["status"] == "RUNNING"
