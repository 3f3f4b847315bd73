"""Shows a person what is going on: a line per finished step, and what the current one is at."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status
from rich.text import Text


class Step:
    """A step under way, shown on a terminal as `label` and what `tell` last said."""

    def __init__(self, console: Console, label: str):
        self._console = console
        self._status: Status = console.status(Text(f"{label} …"))
        self._label = label
        self._detail = ""
        self._began = time.monotonic()

    def tell(self, detail: str) -> None:
        """Say how far the step is, or what came of it."""
        self._detail = detail
        self._status.update(Text(f"{self._label} … {detail}"))

    def open(self) -> None:
        """Show the step as under way."""
        self._status.start()

    def close(self, mark: str, seconds: float | None = None) -> float:
        """Leave a line about the step; seconds: how long it took, measured here by default."""
        self._status.stop()
        seconds = time.monotonic() - self._began if seconds is None else seconds
        line = Text(f"  {mark} ", "green" if mark == "✓" else "red")
        line.append(f"{self._label:<28}{seconds:6.1f} s  {self._detail}", "default")
        self._console.print(line, soft_wrap=True)
        return seconds


class Steps:
    """Prints steps to `console` and remembers how long each took, in `seconds` by its name."""

    def __init__(self, console: Console):
        self.console = console
        self.seconds: dict[str, float] = {}

    def say(self, text: str) -> None:
        """A line of its own."""
        self.console.print(Text(text), soft_wrap=True)

    @contextmanager
    def step(self, name: str, label: str) -> Iterator[Step]:
        """Time what happens inside as `name`, shown as `label`."""
        step = Step(self.console, label)
        step.open()
        try:
            yield step
        except BaseException:
            step.close("✗")
            raise
        self.seconds[name] = self.seconds.get(name, 0.0) + step.close("✓")
