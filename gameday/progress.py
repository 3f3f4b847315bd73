"""How far work on many files is: gigabytes, rate, and the time that is left."""

import threading
import time
from collections.abc import Callable

from gameday import wording
from gameday.steps import Step

PAUSE = 0.2  # seconds between two words to a person
SOON = 2.0  # seconds before a rate is worth telling


class Progress:
    """Counts bytes of `total`, and tells `step` of them now and then; several threads may count."""

    def __init__(self, step: Step, total: int, clock: Callable[[], float] = time.monotonic):
        self._step, self._total, self._clock = step, total, clock
        self._began = self._told = clock()
        self._done = 0
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        """So many bytes more are done."""
        with self._lock:
            self._done += size
            now = self._clock()
            if now - self._told < PAUSE:
                return
            self._told = now
        self._step.tell(self.in_words(now))

    def in_words(self, now: float | None = None) -> str:
        """`1.2 GB of 3.4 GB, 48.0 MB/s, 0:46 left`."""
        seconds = (self._clock() if now is None else now) - self._began
        done, total = min(self._done, self._total), self._total
        words = f"{wording.size_in_words(done)} of {wording.size_in_words(total)}"
        if seconds < SOON or not done:
            return words
        rate = done / seconds
        left = wording.duration_in_words((total - done) / rate)
        return f"{words}, {wording.size_in_words(round(rate))}/s, {left} left"
