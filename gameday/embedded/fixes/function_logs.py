"""What a function wrote is in its log when its answer is there, however busy this machine is.

The emulator reads for a few milliseconds what the process wrote, and takes what comes later for the
next invocation's. Here the process ends what it wrote with a line of its own (see `bootstrap`), and
all before that line is read.
"""

import queue
import time
from collections.abc import Callable
from typing import Any

from gameday.embedded.fixes.bootstrap import END
from gameday.embedded.fixes.patching import Patch

FIX = "function_logs"

LONGEST = 60.0  # seconds for what was written already
LOOK = 0.05  # seconds between two looks at whether anything can still come


def apply() -> None:
    from ministack.core import lambda_runtime

    Patch(FIX).wrap(
        lambda_runtime.Worker, "_drain_stderr_bounded", "6e91475bafda", _whole_where_it_ends
    )


def written(worker: Any) -> str:
    """The lines that a worker's process wrote since this was asked last, up to the next END.

    Where there is none, since the process ended before: all lines.
    """
    lines: list[str] = []
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        try:
            line = worker._stderr_queue.get(timeout=LOOK)
        except queue.Empty:
            if not worker._stderr_thread.is_alive() and worker._stderr_queue.empty():
                break
            continue
        text, end, _ = line.partition(END)
        lines += [text] if text or not end else []
        if end:
            break
    return "\n".join(lines)


def _whole_where_it_ends(original: Callable) -> Callable:
    def drain_stderr_bounded(self: Any, *arguments: Any, **named: Any) -> str:
        if self.config.get("Runtime", "").startswith("python"):
            return written(self)
        return original(self, *arguments, **named)

    return drain_stderr_bounded
