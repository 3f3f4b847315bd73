"""The modules `time` and `datetime` of a world whose clock is ahead of this machine's.

Knows only the standard library: the processes of functions run this file, too. What measures
spans of time, as `monotonic` does, is left as it is.
"""

import datetime
import mmap
import struct
import sys
import time
from collections.abc import Callable
from types import ModuleType

SECONDS = struct.Struct("<d")
"""How a file says by how many seconds the clock is ahead."""


def modules(ahead: Callable[[], float]) -> dict[str, ModuleType]:
    """The two modules by name, for code that shall be `ahead()` seconds ahead."""

    def now() -> float:
        return time.time() + ahead()

    return {"time": _time(now), "datetime": _datetime(now)}


def follow(path: str) -> None:
    """Let what this process imports from here on see the time of the clock in the file `path`.

    The file is mapped into memory, so that a change of it is seen at once.
    """
    with open(path, "rb") as file:
        seconds = mmap.mmap(file.fileno(), SECONDS.size, access=mmap.ACCESS_READ)
    sys.modules.update(modules(lambda: SECONDS.unpack_from(seconds)[0]))


def _time(now: Callable[[], float]) -> ModuleType:
    shifted = _copy(time)

    def when(seconds: float | None) -> float:
        return now() if seconds is None else seconds

    shifted.time = now
    shifted.time_ns = lambda: int(now() * 1_000_000_000)
    shifted.gmtime = lambda seconds=None: time.gmtime(when(seconds))
    shifted.localtime = lambda seconds=None: time.localtime(when(seconds))
    shifted.ctime = lambda seconds=None: time.ctime(when(seconds))
    shifted.asctime = lambda parts=None: time.asctime(parts or time.localtime(now()))
    shifted.strftime = lambda text, parts=None: time.strftime(text, parts or time.localtime(now()))
    return shifted


def _datetime(now: Callable[[], float]) -> ModuleType:
    class AnyDate(type):
        """Takes a date for one of its class, whichever of the two modules made it."""

        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, datetime.date)

    class AnyMoment(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, datetime.datetime)

    class ShiftedDate(datetime.date, metaclass=AnyDate):
        @classmethod
        def today(cls):
            return cls.fromtimestamp(now())

    class ShiftedMoment(datetime.datetime, metaclass=AnyMoment):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(now(), tz)

        @classmethod
        def utcnow(cls):
            return cls.fromtimestamp(now(), datetime.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls):
            return cls.fromtimestamp(now())

    shifted = _copy(datetime)
    for name, kind in (("date", ShiftedDate), ("datetime", ShiftedMoment)):
        kind.__name__ = kind.__qualname__ = name
        kind.__module__ = "datetime"
        setattr(shifted, name, kind)
    return shifted


def _copy(module: ModuleType) -> ModuleType:
    copy = ModuleType(module.__name__, module.__doc__)
    vars(copy).update(vars(module))
    return copy
