"""Runs each thing that is measured in a process of its own."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 900  # seconds after which a program counts as hanging

# What `gameday run` would otherwise take from the shell: another provider, another day.
PROVIDER_VARIABLES = ("API_URL", "RAPIDAPI_HOST", "RAPIDAPI_KEY", "LEAGUE_NAME", "LIMIT", "DATE")
# What a shell may have, by which each start would compile again what is shipped compiled.
UNCOMPILED = ("PYTHONDONTWRITEBYTECODE",)


class ContenderFailed(RuntimeError):
    """A program that was to be measured failed; the text has the end of what it said."""


@dataclass(frozen=True)
class Done:
    """A program that has ended well. seconds: from its start to its end."""

    seconds: float
    out: str


def run(*command: str, **variables: str) -> Done:
    """Run a program to its end; raises ContenderFailed."""
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment() | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    seconds = time.monotonic() - began
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise ContenderFailed(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    return Done(seconds, done.stdout)


@dataclass(frozen=True)
class Measured:
    """A program that has ended well, as the kernel accounts for it and what it started.

    peak_bytes: of the one process among them that held the most.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    out: str


def measure(*command: str, **variables: str) -> Measured:
    """Run a program to its end and account for it; raises ContenderFailed."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        began = time.monotonic()
        program = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment() | variables,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=complained,
            start_new_session=True,  # so that a whole pipe can be ended
        )
        timer = threading.Timer(LONGEST, os.killpg, (program.pid, signal.SIGKILL))
        timer.start()
        try:
            _, status, usage = os.wait4(program.pid, 0)
        except BaseException:
            os.killpg(program.pid, signal.SIGKILL)
            raise
        finally:
            timer.cancel()
        seconds = time.monotonic() - began
        program.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (said, complained):
            file.seek(0)
            texts.append(file.read())
    if program.returncode != 0:
        text = (texts[1] or texts[0]).strip()[-2000:]
        raise ContenderFailed(f"{' '.join(command)} ended with {program.returncode}:\n{text}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, _bytes_of(usage.ru_maxrss), texts[0])


def run_module(name: str, *arguments: str) -> Done:
    """Run `python -m name` to its end; raises ContenderFailed."""
    return run(sys.executable, "-m", name, *arguments)


def figures_of(contender: str, *arguments: str) -> Any:
    """What a program of `benchmarks.contenders` prints; raises ContenderFailed."""
    return json.loads(run_module(f"benchmarks.contenders.{contender}", *arguments).out)


@contextmanager
def serving(contender: str, *arguments: str) -> Iterator[str]:
    """A server of `benchmarks.contenders`, running in the block; the line that it prints first.

    Raises ContenderFailed.
    """
    command = [sys.executable, "-m", f"benchmarks.contenders.{contender}", *arguments]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            said = server.stdout.readline().strip()
            if not said:
                raise ContenderFailed(f"{' '.join(command)} ended before it served")
            yield said
        finally:
            server.stdin.close()  # by which it knows that it may end


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    return _bytes_of(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _bytes_of(peak: int) -> int:
    # In bytes on macOS and in kilobytes elsewhere: getrusage(2) of each.
    return peak if sys.platform == "darwin" else peak * 1024


def environment() -> dict[str, str]:
    """The variables of this process without those that would change what is measured."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in PROVIDER_VARIABLES + UNCOMPILED
    }
    return kept | {"NO_PROXY": "127.0.0.1", "COLUMNS": "200"}
