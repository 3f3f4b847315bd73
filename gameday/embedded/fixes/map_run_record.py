"""What is said of one run of a Distributed Map while it runs: its status, counts and thresholds."""

from collections.abc import Mapping
from typing import Any

COUNTS = (
    *("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total"),
    *("resultsWritten", "failuresNotRedrivable", "pendingRedrive"),
)


class MapRunRecord:
    """A Map Run as DescribeMapRun and ListMapRuns know it.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
    """

    def __init__(
        self, state: Mapping[str, Any], machine: str, execution: str, label: str, tolerated: int
    ) -> None:
        """machine, execution: the ARNs of what it runs in. tolerated: how many may fail."""
        from ministack.services import stepfunctions

        self._state = state
        self._map_run = {
            "mapRunArn": f"{machine.replace(':stateMachine:', ':mapRun:')}/{label}:"
            f"{stepfunctions.new_uuid()}",
            "executionArn": execution,
            "status": "RUNNING",
            "startDate": stepfunctions.now_iso(),
            "maxConcurrency": int(state.get("MaxConcurrency") or 0),
            "toleratedFailurePercentage": float(state.get("ToleratedFailurePercentage") or 0),
            "toleratedFailureCount": tolerated,
            "itemCounts": dict.fromkeys(COUNTS, 0),
            "executionCounts": dict.fromkeys(COUNTS, 0),
            "redriveCount": 0,
            "_stateMachineArn": f"{machine}/{label}",
        }
        stepfunctions._map_runs[self.arn] = self._map_run

    @property
    def arn(self) -> str:
        return self._map_run["mapRunArn"]

    @property
    def status(self) -> str:
        return self._map_run["status"]

    @property
    def max_concurrency(self) -> int:
        """How many children may run at once; 0 sets no limit."""
        return self._map_run["maxConcurrency"]

    def begin(self, items: int) -> None:
        """So many children are to come."""
        self._add(total=items, pending=items)

    def move(self, before: str, after: str) -> None:
        """One child more is `after`, and one less `before`."""
        self._add(**{before: -1})
        self._add(**{after: 1})

    def note_written(self, results: int) -> None:
        """So many results were written."""
        self._add(resultsWritten=results)

    def end(self, status: str) -> bool:
        """Give the run its last status; False when it has one already."""
        if self.status != "RUNNING":
            return False
        self._map_run["status"] = status
        return True

    def close(self) -> str:
        """Note when it was over, and return how it ended."""
        from ministack.services import stepfunctions

        self.end("SUCCEEDED")
        self._map_run["stopDate"] = stepfunctions.now_iso()
        return self.status

    def exceeds(self) -> bool:
        """Whether more children failed than is tolerated; without a threshold none may."""
        counts = self._map_run["executionCounts"]
        limits = []
        if {"ToleratedFailureCount", "ToleratedFailureCountPath"} & self._state.keys():
            limits.append(counts["failed"] > self._map_run["toleratedFailureCount"])
        if "ToleratedFailurePercentage" in self._state:
            percentage = self._map_run["toleratedFailurePercentage"]
            limits.append(counts["failed"] * 100 > percentage * counts["total"])
        return any(limits) if limits else counts["failed"] > 0

    def _add(self, **numbers: int) -> None:
        for counts in (self._map_run["itemCounts"], self._map_run["executionCounts"]):
            for name, number in numbers.items():
                counts[name] += number
