"""A drill is followed from its first moment, and a lost connection does not stop it."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from rich.console import Console

from gameday import drill as module
from gameday.drill import DrillResult, drill
from gameday.steps import Steps
from gameday.vault import Vault

OUTPUTS = {"ArchiveBucket": "bucket", "HighlightsTable": "table", "DrillStateMachineArn": "arn"}
UNSEEN = ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
NO_ANSWER = EndpointConnectionError(endpoint_url="https://states.example")


class FakeAws:
    """Step Functions that answers each look with the next of `looks`, and an empty bucket."""

    region = "us-east-1"

    def __init__(self, *looks: BaseException | str):
        self.looks, self.stopped = list(looks), False

    def client(self, service: str) -> "FakeAws":
        return self

    def get_paginator(self, call: str) -> "FakeAws":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"events": []}

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> dict[str, str]:
        assert json.loads(input) == {}
        return {"executionArn": f"{stateMachineArn}:{name}"}

    def describe_execution(self, *, executionArn: str) -> dict[str, str]:
        look = self.looks.pop(0)
        if isinstance(look, BaseException):
            raise look
        return {"status": look}

    def stop_execution(self, **_: Any) -> None:
        self.stopped = True


class InAccount:
    in_account = True

    def __init__(self, aws: FakeAws):
        self._vault = Vault(aws, OUTPUTS)

    @contextmanager
    def vault(self) -> Iterator[Vault]:
        yield self._vault


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda _: None)


def watched(aws: FakeAws) -> DrillResult:
    return drill(InAccount(aws), Steps(Console(file=io.StringIO())), all_objects=False)


def test_a_drill_that_is_not_to_be_seen_yet_is_waited_for():
    assert watched(FakeAws(UNSEEN, UNSEEN, "RUNNING", "SUCCEEDED")).exit_code == 0


def test_a_drill_that_cannot_be_watched_any_more_goes_on_in_the_account():
    aws = FakeAws("RUNNING", NO_ANSWER)

    with pytest.raises(EndpointConnectionError):
        watched(aws)
    assert not aws.stopped


def test_a_person_who_interrupts_it_stops_it():
    aws = FakeAws("RUNNING", KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        watched(aws)
    assert aws.stopped
