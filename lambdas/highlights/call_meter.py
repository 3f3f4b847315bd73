"""What counts the requests to the provider, and says when none is to be made."""

from datetime import datetime
from typing import Protocol


class CallMeter(Protocol):
    """Is asked before each request to the provider, and told what came of it."""

    def before_call(self) -> None:
        """Reserve one request; raises ProviderBudgetSpent and ProviderQuotaExceeded."""

    def after_call(self, limit: int | None, left: int | None) -> None:
        """An answer came. limit, left: requests of the day's quota, where it tells."""

    def used_up(self) -> datetime | None:
        """The provider answers no more today. When it is asked again, if that is known."""


class Unmetered:
    """Counts nothing and stops nothing."""

    def before_call(self) -> None:
        """Any request may be made."""

    def after_call(self, limit: int | None, left: int | None) -> None:
        """Nothing is kept of it."""

    def used_up(self) -> datetime | None:
        """Nobody knows."""
        return None


UNMETERED = Unmetered()
