"""How far one execution of LookBack is: which days were tried, and what came of them.

It travels in the execution's state, of which Step Functions allows 256 KiB, so it holds no more of
a day that went well than a count.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lambdas.highlights.failed_step import sentence

MOST_TRIES = 2  # of a day in one execution
LONGEST_REASON = 120  # characters; of 400 days at most, see `asked.MOST_DAYS`

# What a child says of its day; anything else that it ends with is a failure.
LOOKED = "looked"
UNFINISHED = "unfinished"
NO_CALLS = "no_calls"
IN_USE = "in_use"


@dataclass(frozen=True)
class Outcome:
    """What became of one try of a day. what: one of the words above, or `failed`."""

    day: str
    what: str
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """looked: days that were looked at. failed: tries and reason, by day. Days as ISO 8601.

    paused: how many days still had work behind a cap on spending when that was last waited for.
    """

    looked: frozenset[str] = frozenset()
    failed: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    paused: int | None = None

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "Progress":
        """That of an earlier round; of none, where `state` is empty."""
        failed = {day: (int(tries), why) for day, (tries, why) in state.get("failed", {}).items()}
        return cls(frozenset(state.get("looked", ())), failed, state.get("paused"))

    def state(self) -> dict[str, Any]:
        """As it travels in the execution's state."""
        return {
            "looked": sorted(self.looked),
            "failed": {day: list(one) for day, one in self.failed.items()},
            "paused": self.paused,
        }

    def after(self, outcomes: Iterable[Outcome]) -> "Progress":
        """This and what came of another round. A try that ended for want of calls is none."""
        looked, failed = set(self.looked), dict(self.failed)
        for one in outcomes:
            if one.what == LOOKED:
                failed.pop(one.day, None)
                looked.add(one.day)
            elif one.what != NO_CALLS:
                tries = failed.get(one.day, (0, ""))[0] + 1
                failed[one.day] = (tries, one.reason[:LONGEST_REASON])
        return replace(self, looked=frozenset(looked), failed=failed)

    def waiting_for_room(self, paused: Iterable[date]) -> "Progress":
        """This, with days that are looked at once more when a cap is lifted."""
        days = {day.isoformat() for day in paused}
        return replace(self, looked=self.looked - days, paused=len(days))

    @property
    def failed_days(self) -> set[date]:
        """The days of which no try went well yet."""
        return {date.fromisoformat(day) for day in self.failed}

    def may_try(self, day: date) -> bool:
        """Whether the day was neither looked at nor tried often enough yet."""
        name = day.isoformat()
        return name not in self.looked and self.failed.get(name, (0, ""))[0] < MOST_TRIES

    def may_wait_for_room(self, paused: int) -> bool:
        """Whether waiting for a cap is of use: not where the last wait brought nothing."""
        return paused > 0 and (self.paused is None or paused < self.paused)


def outcomes_of(results: Iterable[Mapping[str, Any]]) -> list[Outcome]:
    """What the entries of a Map Run's result files say, of children that were started.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
    """
    return [_outcome(entry) for entry in results]


def result_files(manifest: str) -> Sequence[str]:
    """Keys of the files with the children that were started, of a Map Run's manifest.

    None of one that has no results: Step Functions tries the bucket with a manifest before a run
    begins, and a run that ends right then, such as for want of its days' file, leaves that behind.
    """
    found = _json(manifest)
    files = found.get("ResultFiles", {}) if isinstance(found, dict) else {}
    return [one["Key"] for kind in ("SUCCEEDED", "FAILED") for one in files.get(kind, [])]


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    if entry["Status"] == "SUCCEEDED":
        said = _json(entry["Output"])
        return Outcome(said["date"], said["outcome"], _why(said["outcome"], said["reason"]))
    error = entry.get("Error") or entry["Status"]
    return Outcome(_json(entry["Input"])["date"], "failed", _why(error, entry.get("Cause") or ""))


def _why(error: str, text: str) -> str:
    """The sentence in a child's cause, which may be the description of a game day's execution."""
    found = _json(text) if text.startswith("{") else {}
    if isinstance(found, dict) and "ExecutionArn" in found:
        text, error = found.get("Cause") or "", found.get("Error") or found.get("Status") or error
    said = sentence(text)
    return f"{error}: {said}" if said else error


def _json(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return {}
