"""How long a download may take and how slow its source may be."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse, IncompleteRead
from typing import Self

import urllib3

from lambdas.highlights.errors import OutOfTime, SourceTooSlow

LOOK = 0.5  # seconds between two looks at the reads under way


@dataclass(frozen=True)
class Patience:
    """What is expected of a source.

    slowest: bytes per second, on average, below which it is given up; seconds: for which it may
    be slower. tries: requests in a row that may bring nothing. longest_wait: seconds that a host
    may ask to be left alone (Retry-After) without the step being ended for it.
    """

    slowest: int = 20_000
    seconds: float = 20.0
    tries: int = 4
    longest_wait: float = 60.0


class Deadline:
    """The moment at which work has to stop. seconds: from now; clock: seconds that only go forward.

    wait: sleeps for so many seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float], wait: Callable[[float], object]):
        self.clock = clock
        self._wait = wait
        self._end = clock() + seconds

    def check(self) -> None:
        """Raise OutOfTime when the moment has come."""
        self.wait(0)

    def wait(self, seconds: float) -> None:
        """Wait, unless that would last beyond the moment: then raise OutOfTime at once."""
        if self.clock() + seconds >= self._end:
            raise OutOfTime("the function's time is up; its next attempt goes on from here")
        if seconds:
            self._wait(seconds)

    def limit(self, seconds: float) -> float:
        """The clock's reading in so many seconds, or at the deadline when that is earlier."""
        return min(self.clock() + seconds, self._end)


class Watch:
    """Ends reads that take too long; a context manager.

    A blocked read cannot end itself, and a timeout between two bytes does not stop a source that
    trickles: a thread of its own shuts the connection down.
    """

    def __init__(self, deadline: Deadline):
        self._deadline = deadline
        self._limits: dict[urllib3.HTTPResponse, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def read_into(self, buffer: memoryview, response: urllib3.HTTPResponse, seconds: float) -> int:
        """Fill `buffer` with the next bytes of the body, within `seconds`; how many came.

        Fewer come only at the end of the body, none behind it. Raises SourceTooSlow, OutOfTime,
        and what urllib3 raises, as for a body that ends before its Content-Length.
        """
        self._deadline.check()
        limit = self._limits[response] = self._deadline.limit(seconds)
        try:
            return _read_into(buffer, response)
        finally:
            del self._limits[response]
            if self._deadline.clock() >= limit:
                self._deadline.check()
                raise SourceTooSlow(f"{len(buffer):,} bytes did not come in {seconds:.0f} seconds")

    def _look(self) -> None:
        while not self._ended.wait(LOOK):
            now = self._deadline.clock()
            for response, limit in self._limits.copy().items():
                if now >= limit:
                    # It may have come to its end, and lost its connection, at this very moment.
                    with suppress(OSError, ValueError, RuntimeError):
                        response.shutdown()


def _read_into(buffer: memoryview, response: urllib3.HTTPResponse) -> int:
    """Do as urllib3's `read` without decoding, to the same errors: its `readinto` copies twice."""
    with response._error_catcher():  # a body that was read to its end gives its connection back
        body: HTTPResponse = response._fp
        count = body.readinto(buffer)
        if not count and body.length:
            raise IncompleteRead(b"", body.length)
        return count
