"""The executions of a season, as Step Functions lists them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gameday.vault import Vault


@dataclass(frozen=True)
class Ended:
    """An execution. machine: `GameDay`, `LookBack` or `Drill`. error: of one that failed."""

    machine: str
    name: str
    started: datetime
    seconds: float
    status: str
    error: str

    @property
    def day(self) -> date:
        return self.started.date()


def executions(vault: Vault) -> Iterator[Ended]:
    """Every execution of the vault's state machines, the newest of each first."""
    states = vault.aws.client("stepfunctions")
    machines = states.get_paginator("list_state_machines").paginate().build_full_result()
    for machine in machines["stateMachines"]:
        arn = machine["stateMachineArn"]
        pages = states.get_paginator("list_executions").paginate(stateMachineArn=arn)
        for page in pages:
            for one in page["executions"]:
                yield _ended(states, machine["name"], one)


def _ended(states: Any, machine: str, one: dict[str, Any]) -> Ended:
    error = ""
    if one["status"] != "SUCCEEDED":
        error = states.describe_execution(executionArn=one["executionArn"]).get("error", "")
    stopped = one.get("stopDate", one["startDate"])
    return Ended(
        # `GameDaySeason-LookBackA324665D-…`: the stack, and what it is called there.
        next(name for name in ("LookBack", "Drill", "GameDay") if f"-{name}" in machine),
        one["name"],
        one["startDate"],
        (stopped - one["startDate"]).total_seconds(),
        one["status"],
        error or one["status"],
    )
