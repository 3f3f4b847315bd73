"""A Distributed Map tolerates, stops, and writes what came of its children, as on Step Functions."""

import json
from typing import Any

import pytest
from account import Account, task, unique, until

ITEMS = [{"n": n} for n in range(6)]
FAILS_ON_ODD = """
class Odd(Exception): pass
def handler(event, context):
    if event["n"] % 2: raise Odd(f"{event['n']} is odd")
    return {"n": event["n"]}
"""


@pytest.fixture
def bucket(account: Account) -> str:
    name = unique("bucket")
    account.client("s3").create_bucket(Bucket=name)
    return name


def mapped(account: Account, bucket: str, work: dict[str, Any], **fields: Any) -> str:
    """The ARN of a machine that does `work` with each item of `items.json`."""
    role = account.role("states")
    for action in ("lambda:InvokeFunction", "states:StartExecution", "s3:*Object"):
        account.allow(role, action, "*")
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Work",
        "States": {"Work": work},
    }
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": bucket, "Key.$": "$.key"},
    }
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": bucket, "Prefix.$": "$.prefix"},
    }
    state = {
        "Type": "Map",
        "Label": "Each",
        "ItemReader": reader,
        "ResultWriter": writer,
        "ItemProcessor": processor,
        "MaxConcurrency": 1,
        "End": True,
        **fields,
    }
    account.client("s3").put_object(Bucket=bucket, Key="items.json", Body=json.dumps(ITEMS))
    return account.machine({"StartAt": "Map", "States": {"Map": state}}, role)


def read(account: Account, bucket: str, key: str) -> Any:
    return json.load(account.client("s3").get_object(Bucket=bucket, Key=key)["Body"])


def manifest(account: Account, bucket: str) -> dict[str, Any]:
    found = account.client("s3").list_objects_v2(Bucket=bucket, Prefix="out/")["Contents"]
    [key] = [one["Key"] for one in found if one["Key"].endswith("/manifest.json")]
    return read(account, bucket, key)


GIVEN = {"key": "items.json", "prefix": "out", "tolerated": 1}


def test_results_are_written_by_what_became_of_the_children(account: Account, bucket: str):
    machine = mapped(
        account, bucket, task(account.function(FAILS_ON_ODD)), ToleratedFailurePercentage=50
    )

    ended = account.run(machine, GIVEN)

    assert ended["status"] == "SUCCEEDED", ended
    details = json.loads(ended["output"])["ResultWriterDetails"]
    written = read(account, details["Bucket"], details["Key"])
    map_run = json.loads(ended["output"])["MapRunArn"]
    assert details["Key"] == f"out/{map_run.rsplit(':', 1)[1]}/manifest.json"
    assert (written["DestinationBucket"], written["MapRunArn"]) == (bucket, map_run)
    files = written["ResultFiles"]
    kept = read(account, bucket, files["SUCCEEDED"][0]["Key"])
    lost = read(account, bucket, files["FAILED"][0]["Key"])
    assert files["PENDING"] == []
    assert [json.loads(one["Output"])["n"] for one in kept] == [0, 2, 4]
    assert [json.loads(one["Input"])["n"] for one in lost] == [1, 3, 5]
    assert {(one["Error"], one["Status"]) for one in lost} == {("Odd", "FAILED")}


def test_one_failure_more_than_is_tolerated_ends_it_before_the_rest_is_begun(
    account: Account, bucket: str
):
    machine = mapped(
        account,
        bucket,
        task(account.function(FAILS_ON_ODD)),
        ToleratedFailureCountPath="$.tolerated",
    )

    ended = account.run(machine, GIVEN)

    assert ended["error"] == "States.ExceedToleratedFailureThreshold"
    files = manifest(account, bucket)["ResultFiles"]
    pending = read(account, bucket, files["PENDING"][0]["Key"])
    assert [json.loads(one["Input"])["n"] for one in pending] == [4, 5]


def test_stopping_the_execution_stops_its_children_and_what_they_started(
    account: Account, bucket: str
):
    states = account.client("stepfunctions")
    wait = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86400, "End": True}}}
    inner = account.machine(wait)
    nested = task(
        "arn:aws:states:::states:startExecution.sync:2", Parameters={"StateMachineArn": inner}
    )
    machine = mapped(account, bucket, nested)
    arn = states.start_execution(stateMachineArn=machine, input=json.dumps(GIVEN))["executionArn"]

    def inner_ones() -> list[str]:
        found = states.list_executions(stateMachineArn=inner)["executions"]
        return [one["status"] for one in found]

    until(inner_ones, lambda found: found == ["RUNNING"])
    states.stop_execution(executionArn=arn)

    assert until(inner_ones, lambda found: "RUNNING" not in found) == ["ABORTED"]
    [map_run] = states.list_map_runs(executionArn=arn)["mapRuns"]
    until(
        lambda: states.describe_map_run(mapRunArn=map_run["mapRunArn"])["status"],
        lambda status: status == "ABORTED",
    )


def test_without_permission_nothing_is_read(account: Account, bucket: str):
    role = account.role("states")
    account.allow(role, "states:StartExecution", "*")
    machine = mapped(account, bucket, {"Type": "Pass", "End": True})
    account.client("stepfunctions").update_state_machine(stateMachineArn=machine, roleArn=role)

    assert account.run(machine, GIVEN)["error"] == "States.ItemReaderFailed"


def test_a_failed_execution_is_described_to_the_task_that_waited_for_it(account: Account):
    fail = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Bad", "Cause": "why"}}}
    role = account.role("states")
    account.allow(role, "states:StartExecution", "*")
    nested = task(
        "arn:aws:states:::states:startExecution.sync:2",
        Parameters={"StateMachineArn": account.machine(fail), "Name": "once"},
    )
    machine = account.machine({"StartAt": "N", "States": {"N": nested}}, role)

    ended, again = account.run(machine), account.run(machine)

    cause = json.loads(ended["cause"])
    assert ended["error"] == "States.TaskFailed"
    assert (cause["Error"], cause["Cause"], cause["Status"]) == ("Bad", "why", "FAILED")
    assert again["error"] == "StepFunctions.ExecutionAlreadyExistsException"
