"""What time it is in the embedded AWS: this machine's time, until it is set ahead.

A season can so pass in minutes. There is one clock, as there is one embedded AWS in a process.
"""

import contextlib
import threading
import time as machine
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore import auth, signers

from gameday.embedded.shifted_time import SECONDS

FILE = "clock"
"""Beside the saved state: by how many seconds the clock is ahead, once it has been set."""

_ahead = 0.0
_folder: Path | None = None
_changed = threading.Condition()


class ClockSetBack(ValueError):
    """The clock would have to go backwards, which no service expects."""


def ahead() -> float:
    """By how many seconds the clock is ahead of this machine's."""
    return _ahead


def time() -> float:
    """The time in seconds since 1970."""
    return machine.time() + _ahead


def now() -> datetime:
    """The time, in UTC."""
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=time())


def file() -> Path | None:
    """What says by how many seconds the clock is ahead; None where it was never set."""
    path = _folder and _folder / FILE
    return path if path and path.exists() else None


@contextlib.contextmanager
def kept_in(folder: Path) -> Iterator[None]:
    """The clock as it was set in `folder` before; requests of this process are signed by it."""
    global _ahead, _folder
    _folder, path = folder, folder / FILE
    _ahead = SECONDS.unpack(path.read_bytes())[0] if path.exists() else 0.0
    signing = [(module, module.get_current_datetime) for module in (auth, signers)]
    for module, _ in signing:
        module.get_current_datetime = _signed_at
    try:
        yield
    finally:
        for module, original in signing:
            module.get_current_datetime = original
        _ahead, _folder = 0.0, None


def shift(to: datetime) -> None:
    """Set the clock to a moment, and wake what waits for one. Raises ClockSetBack."""
    global _ahead
    path = _folder / FILE
    present = now()
    if to < present:
        raise ClockSetBack(f"the clock shows {present:%Y-%m-%d %H:%M:%S}, which is after {to}")
    with _changed:
        _ahead += (to - present).total_seconds()
        # In place: the processes of functions have the file mapped.
        with path.open("r+b" if path.exists() else "wb") as clock:
            clock.write(SECONDS.pack(_ahead))
        _changed.notify_all()


def wake() -> None:
    """Ask every `wait_for` whether it is over."""
    with _changed:
        _changed.notify_all()


def wait_for(over: Callable[[], bool], seconds: float) -> None:
    """Wait until `over`, which is asked when the clock is set or by `wake`, or for so long."""
    with _changed:
        _changed.wait_for(over, seconds)


def _signed_at(remove_tzinfo: bool = True) -> datetime:
    return now().replace(tzinfo=None) if remove_tzinfo else now()
