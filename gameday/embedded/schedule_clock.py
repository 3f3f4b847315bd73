"""Lets the clock of this machine fire the schedules of the embedded AWS."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from gameday.embedded.fixes.schedules import Firing

INTERVAL_SECONDS = 1.0

log = logging.getLogger(__name__)


class ScheduleClock:
    """Calls `pass_time` every second with the time that passed since the last call."""

    def __init__(
        self,
        pass_time: Callable[[datetime, datetime], list[Firing]],
        now: Callable[[], datetime],
    ) -> None:
        self._pass_time = pass_time
        self._now = now
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="embedded-schedules")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        then = self._now()
        while not self._stopping.wait(INTERVAL_SECONDS):
            now = self._now()
            for firing in self._pass_time(then, now):
                if firing.error:
                    log.warning("schedule %s reached no target: %s", firing.schedule, firing.error)
            then = now
