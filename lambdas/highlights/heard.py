"""What hosts answered during one attempt to download a video."""

import threading


class Heard:
    """What came so far, for whoever has to tell of it.

    host: the one that was asked last. status: how it answered, None when it did not. bytes: of
    bodies, from all hosts.
    """

    def __init__(self) -> None:
        self.host: str | None = None
        self.status: int | None = None
        self.bytes = 0
        self._lock = threading.Lock()

    def count(self, size: int) -> None:
        """So many bytes more; several reads may count at once."""
        with self._lock:
            self.bytes += size
