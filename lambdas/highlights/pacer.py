"""Keeps calls below the rate that an API allows."""

from collections import deque
from collections.abc import Callable


class Pacer:
    """Lets at most `per_second` calls begin in any second, the first ones at once.

    clock: seconds that only go forward. wait: sleeps for so many seconds.
    """

    def __init__(
        self, per_second: int, clock: Callable[[], float], wait: Callable[[float], object]
    ):
        self._clock = clock
        self._wait = wait
        self._begun: deque[float] = deque(maxlen=per_second)

    def await_turn(self) -> None:
        """Return when the next call may begin."""
        if len(self._begun) == self._begun.maxlen:
            left = self._begun[0] + 1 - self._clock()
            if left > 0:
                self._wait(left)
        self._begun.append(self._clock())
