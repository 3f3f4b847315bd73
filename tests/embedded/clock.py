"""The time at which changes of tables are noted, for tests."""

from datetime import datetime, timedelta


class Clock:
    """A clock that stands still until time is let pass."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def __call__(self) -> float:
        return self.time.timestamp()

    def passes(self, time: timedelta) -> datetime:
        self.time += time
        return self.time
