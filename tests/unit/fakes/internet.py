"""An Internet that reaches loopback, in which waiting takes no time and is written down."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from lambdas.highlights.connections import guarded_pools
from lambdas.highlights.deadline import Deadline, Patience, Watch
from lambdas.highlights.host_rules import HostRules
from lambdas.highlights.internet import Internet

MANY = 3_600.0  # seconds: no test comes near
# One thread's waits move the clock of all: no read is late because of another's.
PATIENT = Patience(seconds=600)


class Clock:
    """Seconds that pass by waiting and by being told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def deadline(seconds: float = MANY, clock: Clock | None = None) -> Deadline:
    clock = clock or Clock()
    return Deadline(seconds, clock, clock.wait)


@contextmanager
def internet(
    *allowed: str,
    seconds: float = MANY,
    clock: Clock | None = None,
    rules: str = "",
    patience: Patience | None = None,
    real_time: bool = False,
) -> Iterator[Internet]:
    """allowed: private hosts; loopback when none is named. real_time: reads take time."""
    clock = clock or Clock()
    limit = Deadline(seconds, time.monotonic if real_time else clock, clock.wait)
    pools = guarded_pools(allowed or ("127.0.0.1",))
    with Watch(limit) as watch:
        yield Internet(pools, HostRules.parse(rules), limit, watch, patience or PATIENT)
    pools.clear()
