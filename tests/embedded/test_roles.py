"""Who acts with a role may do only what the role allows."""

import json
from datetime import UTC, datetime

import pytest
from account import Account, task, unique
from botocore.exceptions import ClientError

from gameday.embedded.fixes.roles import current_role, role_allows

ONE = "def handler(event, context): return 1"
STATES = "states.amazonaws.com"


def test_a_state_machine_may_not_invoke_without_a_grant(account: Account):
    function, role = account.function(ONE), account.role("states")
    machine = account.machine({"StartAt": "A", "States": {"A": task(function)}}, role)

    denied = account.run(machine)
    account.allow(role, "lambda:InvokeFunction", function)
    allowed = account.run(machine)

    assert denied["error"] == "Lambda.AWSLambdaException"
    assert (
        f"not authorized to perform: lambda:InvokeFunction on resource: {function}"
        in (denied["cause"])
    )
    assert allowed["status"] == "SUCCEEDED"


@pytest.mark.parametrize("resource", ["{}", "{}:*", "arn:aws:lambda:us-east-1:*:function:other"])
def test_a_grant_holds_for_exactly_its_resource(account: Account, resource: str):
    function, role = account.function(ONE), account.role("states")
    account.allow(role, "lambda:InvokeFunction", resource.format(function))

    ended = account.run_state_as(role, task(function))

    assert (ended["status"] == "SUCCEEDED") == (resource == "{}")


def test_the_optimized_integration_needs_the_grant_too(account: Account):
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": account.function(ONE)},
        "End": True,
    }

    ended = account.run_state_as(account.role("states"), state)

    assert ended["error"] == "Lambda.AWSLambdaException"


def test_a_state_machine_writes_to_a_table_only_with_a_grant(account: Account):
    table = account.client("dynamodb").create_table(
        TableName=unique("table"),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]
    role = account.role("states")
    item = {"TableName": table["TableName"], "Item": {"id": {"S": "1"}}}
    optimized = {"Type": "Task", "Parameters": item, "End": True}
    optimized["Resource"] = "arn:aws:states:::dynamodb:putItem"
    by_sdk = {**optimized, "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem"}

    denied = [account.run_state_as(role, state) for state in (optimized, by_sdk)]
    account.allow(role, "dynamodb:PutItem", table["TableArn"])
    allowed = [account.run_state_as(role, state) for state in (optimized, by_sdk)]

    assert [ended["error"] for ended in denied] == ["DynamoDB.AmazonDynamoDBException"] * 2
    assert [ended["status"] for ended in allowed] == ["SUCCEEDED"] * 2


def test_a_state_machine_starts_another_only_with_a_grant(account: Account):
    inner = account.machine({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    role = account.role("states")
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": inner},
        "End": True,
    }

    denied = account.run_state_as(role, state)
    account.allow(role, "states:StartExecution", inner)
    allowed = account.run_state_as(role, state)

    assert denied["error"] == "StepFunctions.AWSStepFunctionsException"
    assert allowed["status"] == "SUCCEEDED"


def test_each_execution_of_a_map_acts_with_its_own_role(account: Account):
    function, role = account.function(ONE), account.role("states")
    each = {"StartAt": "Each", "States": {"Each": task(function)}}
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": each, "End": True}

    ended = account.run_state_as(role, state, {"items": [1, 2]})

    assert ended["error"] == "Lambda.AWSLambdaException"
    assert current_role() == ""


@pytest.mark.parametrize("service", ["lambda", "states"])
def test_a_state_machine_runs_only_with_a_role_that_trusts_step_functions(
    account: Account, service: str
):
    function, role = account.function(ONE), account.role(service)
    account.allow(role, "lambda:InvokeFunction", function)

    ended = account.run_state_as(role, task(function))

    assert (ended["status"] == "SUCCEEDED") == (service == "states")


@pytest.mark.parametrize(
    ("pattern", "status"),
    [("arn:aws:states:*:*:stateMachine:*", "SUCCEEDED"), ("arn:aws:states:*:*:other", "FAILED")],
)
def test_the_conditions_of_a_trust_policy_count(account: Account, pattern: str, status: str):
    function = account.function(ONE)
    role = account.role(
        "states",
        ArnLike={"aws:SourceArn": pattern},
        StringEquals={"aws:SourceAccount": account.aws.account},
    )
    account.allow(role, "lambda:InvokeFunction", function)

    assert account.run_state_as(role, task(function))["status"] == status


def test_a_function_may_use_a_bucket_only_with_a_grant(account: Account):
    account.client("s3").create_bucket(Bucket="clips")
    role = account.role("lambda")
    function = account.function(
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('s3').put_object(Bucket='clips', Key=event['key'], Body=b'')\n",
        role,
    )
    account.allow(role, "s3:PutObject", "arn:aws:s3:::clips/videos/*")

    assert account.invoke(function, {"key": "videos/1.mp4"}) is None
    refused = account.invoke(function, {"key": "other/1.mp4"})

    assert refused["errorType"] == "AccessDenied"


def test_a_function_starts_only_with_a_role_that_trusts_lambda(account: Account):
    error = account.invoke(account.function(ONE, account.role("states")))

    assert "cannot be assumed by Lambda" in error["errorMessage"]


def test_a_schedule_starts_nothing_without_a_grant(account: Account):
    machine = account.machine({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    role = account.role("scheduler")
    account.client("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression="at(2026-11-21T09:30:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine, "RoleArn": role, "Input": "{}"},
    )
    hour = datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 10, tzinfo=UTC)

    [denied] = account.aws.pass_time(*hour)
    account.allow(role, "states:StartExecution", machine)
    [allowed] = account.aws.pass_time(*hour)

    assert denied.execution_arn is None
    assert "not authorized to perform: states:StartExecution" in denied.error
    assert account.ended(allowed.execution_arn)["status"] == "SUCCEEDED"


def test_a_schedule_needs_a_role_that_trusts_the_scheduler(account: Account):
    with pytest.raises(ClientError, match="must allow AWS EventBridge Scheduler to assume"):
        account.client("scheduler").create_schedule(
            Name="nightly",
            ScheduleExpression="rate(1 day)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": "arn:aws:states:::any", "RoleArn": account.role("states")},
        )


def test_passing_a_role_depends_on_the_service_it_is_passed_to(account: Account):
    role, passed = account.role("states"), account.role("mediaconvert")
    account.allow(
        role,
        "iam:PassRole",
        passed,
        StringLike={"iam:PassedToService": "mediaconvert.amazonaws.com"},
    )

    def may_pass(to: str, what: str = passed) -> bool:
        return role_allows(role, "iam:PassRole", what, STATES, {"iam:PassedToService": to})

    assert may_pass("mediaconvert.amazonaws.com")
    assert not may_pass("lambda.amazonaws.com")
    assert not may_pass("mediaconvert.amazonaws.com", role)


def test_an_explicit_deny_wins(account: Account):
    role = account.role("states")
    account.allow(role, "lambda:InvokeFunction", "*")
    statement = {"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}
    account.client("iam").put_role_policy(
        RoleName=role.rsplit("/", 1)[-1],
        PolicyName="deny",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )

    assert not role_allows(role, "lambda:InvokeFunction", "arn:aws:lambda:::function:f", STATES)


def test_a_role_that_does_not_exist_allows_nothing(account: Account):
    role = f"arn:aws:iam::{account.aws.account}:role/none"

    assert not role_allows(role, "lambda:InvokeFunction", "*", STATES)
