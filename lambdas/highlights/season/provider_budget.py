"""The vault's share of the provider's daily quota, and what is a person's own."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lambdas.highlights.season.caps import next_day
from lambdas.highlights.season.usage import Usage

# What only schedules and the look back write into an execution's input.
OF_SCHEDULES = ("asked_by", "scheduled_time")


class ProviderBudget:
    """A `CallMeter` that keeps its counts in `usage`.

    budget: requests that the vault makes in a UTC day by itself; None for a run that a person
    started, which is counted and not held back: what the budget leaves is for that. now: tells
    the moment.
    """

    def __init__(self, usage: Usage, budget: int | None, now: Callable[[], datetime]):
        self._usage = usage
        self._budget = budget
        self._now = now
        self.calls = 0

    def before_call(self) -> None:
        """Count one request; raises ProviderBudgetSpent and ProviderQuotaExceeded."""
        self._usage.reserve_call(self._budget, self._now())
        self.calls += 1

    def after_call(self, limit: int | None, left: int | None) -> None:
        """Keep what the answer says of the quota."""
        self._usage.note_quota(limit, left, self._now())

    def used_up(self) -> datetime:
        """Make no more requests before the next 00:00 UTC, and say so."""
        now = self._now()
        until = next_day(now)
        self._usage.block(until, now)
        return until


def is_a_persons(execution_input: Mapping[str, Any]) -> bool:
    """Whether a person started the execution with this input, and no schedule or look back did."""
    return not any(execution_input.get(name) for name in OF_SCHEDULES)
