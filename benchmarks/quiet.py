"""Keeps other programs' work out of what is timed, where the kernel tells of it (/proc)."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import Measured

STAT = Path("/proc/stat")
TICKS = os.sysconf("SC_CLK_TCK")  # a second
LOOK = 0.25  # seconds between two looks
BUSY = 0.15  # of one core's time, above which the machine is not quiet
LONGEST_WAIT = 5  # seconds
ATTEMPTS = 3


def quietly(run: Callable[[], Measured]) -> Measured:
    """What `run` measures while little else runs: the least disturbed of ATTEMPTS.

    An attempt in which other programs took under BUSY of a core is the last one; so is any on a
    machine that does not come to rest, where waiting would help no attempt.
    """
    best, least = None, 0.0
    for _ in range(ATTEMPTS):
        came_to_rest = _wait()
        busy, serving = _busy_seconds(), _children_seconds()
        measured = run()
        others = _busy_seconds() - busy - (_children_seconds() - serving) - measured.cpu_seconds
        disturbance = others / measured.seconds
        if best is None or disturbance < least:
            best, least = measured, disturbance
        if least < BUSY or not came_to_rest:
            break
    return best


def _wait() -> bool:
    """Wait until the machine is quiet, for so long; whether it is."""
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        before = _busy_seconds()
        time.sleep(LOOK)
        if _busy_seconds() - before < BUSY * LOOK:
            return True
    return False


def _busy_seconds() -> float:
    """What all cores have worked since the machine started; 0 where that is not known."""
    if not STAT.exists():
        return 0
    user, nice, system, _, _, irq, softirq = map(int, STAT.read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS


def _children_seconds() -> float:
    """What this process's running children, its servers, have worked."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if not children.exists():
        return 0
    ticks = 0
    for child in children.read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS
