"""An execution that ends while somebody stops it."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from gameday.vault import Execution, Vault


class StepFunctions:
    """Refuses to stop what it says is in `status`."""

    def __init__(self, status: str):
        self.status = status

    def stop_execution(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": "ValidationException"}}, "StopExecution")

    def stopped(self) -> None:
        vault = SimpleNamespace(
            _aws=SimpleNamespace(client=lambda name: self),
            execution=lambda arn: Execution(arn, self.status, None, None),
        )
        Vault.stop(vault, "arn:1")  # type: ignore[arg-type]


def test_one_that_ended_a_moment_ago_stays_as_it_is():
    StepFunctions("SUCCEEDED").stopped()


def test_one_that_runs_and_cannot_be_stopped_is_said():
    with pytest.raises(ClientError):
        StepFunctions("RUNNING").stopped()
