"""Small functions, roles and state machines in the embedded AWS, for tests."""

import fcntl
import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any, TextIO

from gameday.embedded.aws import EmbeddedAws

POLL_SECONDS = 0.01
DEADLINE_SECONDS = 120

HOLDS_A_LOCK = """
import fcntl, pathlib, time
def handler(event, context):
    file = open(event["lock"], "w")
    fcntl.flock(file, fcntl.LOCK_EX)
    pathlib.Path(event["locked"]).touch()
    time.sleep(600)
"""

_numbers = itertools.count()


def unique(prefix: str) -> str:
    return f"{prefix}-{next(_numbers)}"


def zipped(**files: str) -> bytes:
    """The same bytes for the same files, at whatever time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.py"), text)
    return buffer.getvalue()


def until(look: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    """What `look` returns once it is `done`."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not done(seen := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still {seen} after {DEADLINE_SECONDS} seconds")
        time.sleep(POLL_SECONDS)
    return seen


def is_free(lock: TextIO) -> bool:
    """Whether nobody else holds the lock of a file."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Account:
    """The account of a running embedded AWS, with what most tests need in it."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    def role(self, service: str, **condition: Any) -> str:
        """The ARN of a new role that trusts a service and allows nothing."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        if condition:
            statement["Condition"] = condition
        document = {"Version": "2012-10-17", "Statement": [statement]}
        role = self.client("iam").create_role(
            RoleName=unique("role"), AssumeRolePolicyDocument=json.dumps(document)
        )
        return role["Role"]["Arn"]

    def allow(self, role: str, action: str, resource: str, **condition: Any) -> None:
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        if condition:
            statement["Condition"] = condition
        self.client("iam").put_role_policy(
            RoleName=role.rsplit("/", 1)[-1],
            PolicyName=unique("policy"),
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    def function(self, code: str, role: str | None = None, **settings: Any) -> str:
        """The ARN of a new function whose `handler(event, context)` is in `code`."""
        created = self.client("lambda").create_function(
            **{
                "FunctionName": unique("function"),
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": role or self.role("lambda"),
                "Code": {"ZipFile": zipped(index=code)},
                "Timeout": DEADLINE_SECONDS,
                **settings,
            }
        )
        return created["FunctionArn"]

    def invoke(self, function: str, event: Any = None) -> Any:
        """What the function returned, or its error object."""
        response = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event or {})
        )
        return json.loads(response["Payload"].read())

    def machine(self, definition: dict[str, Any], role: str | None = None) -> str:
        """The ARN of a new state machine; its role may invoke every function."""
        if role is None:
            role = self.role("states")
            self.allow(role, "lambda:InvokeFunction", "*")
        created = self.client("stepfunctions").create_state_machine(
            name=unique("machine"), roleArn=role, definition=json.dumps(definition)
        )
        return created["stateMachineArn"]

    def run(self, machine: str, event: Any = None) -> dict[str, Any]:
        """The description of an execution that was started and has ended."""
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=machine, input=json.dumps(event or {})
        )
        return self.ended(started["executionArn"])

    def ended(self, execution: str) -> dict[str, Any]:
        """The description of an execution, once it has ended."""
        states = self.client("stepfunctions")
        return until(
            lambda: states.describe_execution(executionArn=execution),
            lambda description: description["status"] != "RUNNING",
        )

    def deploy(
        self, call: str, stack: str, resources: dict[str, Any], **outputs: Any
    ) -> dict[str, Any]:
        """The description of a stack after `create_stack` or `update_stack`."""
        body = {"Resources": resources}
        if outputs:
            body["Outputs"] = {name: {"Value": value} for name, value in outputs.items()}
        getattr(self.client("cloudformation"), call)(
            StackName=stack, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_IAM"]
        )
        return self.settled(stack)

    def settled(self, stack: str) -> dict[str, Any]:
        """The description of a stack, or of its last state, once nothing of it is in progress."""
        cloudformation = self.client("cloudformation")
        stack_id = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
        return until(
            lambda: cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0],
            lambda description: not description["StackStatus"].endswith("_IN_PROGRESS"),
        )

    def history(self, execution: str) -> list[dict[str, Any]]:
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        return [
            event for page in pages.paginate(executionArn=execution) for event in page["events"]
        ]

    def run_state(self, state: dict[str, Any], event: Any = None) -> dict[str, Any]:
        """The description of an ended execution of a state machine with one state."""
        return self.run(self.machine({"StartAt": "Only", "States": {"Only": state}}), event)

    def run_state_as(self, role: str, state: dict[str, Any], event: Any = None) -> dict[str, Any]:
        """The same, with the state machine's role."""
        definition = {"StartAt": "Only", "States": {"Only": state}}
        return self.run(self.machine(definition, role), event)


def task(function: str, **fields: Any) -> dict[str, Any]:
    """A task state that invokes a function and ends."""
    return {"Type": "Task", "Resource": function, "End": True, **fields}


def catching(*errors: str, **fields: Any) -> dict[str, Any]:
    """The `States` that run `First`, and end in `Caught` when it fails with one of the errors."""
    return {
        "StartAt": "First",
        "States": {
            "First": {**fields, "Catch": [{"ErrorEquals": list(errors), "Next": "Caught"}]},
            "Caught": {"Type": "Pass", "End": True},
        },
    }
