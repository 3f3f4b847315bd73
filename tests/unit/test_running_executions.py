"""Whether an execution runs, by what Step Functions answers and refuses."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas import clients
from lambdas.executions import is_running

ARN = "arn:aws:states:us-east-1:123456789012:execution:GameDay:one"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    client: Any = boto3.client("stepfunctions", region_name="us-east-1", **keys)
    monkeypatch.setattr(clients, "step_functions", lambda: client)
    with Stubber(client) as stubber:
        yield stubber


@pytest.mark.parametrize(
    ("refused", "running"),
    [("ExecutionDoesNotExist", None), ("InvalidArn", None), ("AccessDeniedException", True)],
)
def test_what_step_functions_does_not_tell_of_an_execution_leaves_its_lock_to_its_age(
    answers: Stubber, refused: str, running: bool | None
):
    answers.add_client_error("describe_execution", refused)

    assert is_running(ARN) is running


def test_a_refusal_that_passes_is_no_answer(answers: Stubber):
    answers.add_client_error("describe_execution", "ValidationException")

    with pytest.raises(ClientError):
        is_running(ARN)
