"""Whether an execution runs, by what Step Functions answers and refuses."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas import choose_days, clients
from lambdas.executions import is_running

ARN = "arn:aws:states:us-east-1:123456789012:execution:GameDay:one"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    client: Any = boto3.client("stepfunctions", region_name="us-east-1", **keys)
    monkeypatch.setattr(clients, "step_functions", lambda: client)
    with Stubber(client) as stubber:
        yield stubber


@pytest.mark.parametrize("refused", ["ExecutionDoesNotExist", "InvalidArn"])
def test_of_an_execution_that_nobody_knows_nothing_is_told(answers: Stubber, refused: str):
    answers.add_client_error("describe_execution", refused)

    assert is_running(ARN) is None


def test_a_role_that_may_not_ask_takes_nothing_over(answers: Stubber):
    answers.add_client_error("describe_execution", "AccessDeniedException")

    with pytest.raises(ClientError):
        is_running(ARN)


def test_a_look_tries_a_day_held_by_a_state_machine_that_it_may_not_ask_about(answers: Stubber):
    answers.add_client_error("describe_execution", "AccessDeniedException")

    assert choose_days._is_running(ARN) is None
