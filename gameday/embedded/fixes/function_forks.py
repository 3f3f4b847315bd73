"""Execution environments of the same code are forked from a process that has imported boto3.

To import it takes two thirds of a function's start. The first environment of some code starts as
the emulator starts it; for the second one a process is made that imports what Lambda's runtime
ships, as the code would have it, and all further ones are forked from that, at once. The code
itself is imported by each, in its own environment.
"""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gameday.embedded.fixes.function_runtime import interpreter_options, runtime_folder
from gameday.embedded.fixes.patching import Patch

FIX = "function_forks"

SCRIPT = Path(__file__).with_name("fork_server.py")
SIZE = struct.Struct("!I")
IMPORTED = ("boto3", "botocore.client", "botocore.config", "botocore.handlers", "botocore.waiter")
"""What most functions import of what the runtime ships."""

OF_ITS_OWN = ("GAMEDAY_CLOCK", "_LAMBDA_LAYERS_DIRS")
"""Variables of processes that see other modules than those that were imported before."""

_lock = threading.Lock()
_starts: Counter[Path] = Counter()
_servers: dict[Path, "ForkServer"] = {}


def apply() -> None:
    from ministack.core import lambda_runtime

    Patch(FIX).edit(
        lambda_runtime.Worker,
        "_spawn",
        ("self._proc = subprocess.Popen(\n", "self._proc = gameday_started(\n"),
        gameday_started=started,
    )


def started(command: list[str], *, cwd: str, env: dict[str, str], **pipes: Any) -> Any:
    """The process of an execution environment: `subprocess.Popen`, or what is used like one."""
    forked = _forked(Path(cwd).resolve(), command, cwd, env) if can_fork(command, env) else None
    return forked or subprocess.Popen(command, cwd=cwd, env=env, **pipes)


def _forked(
    code: Path, command: list[str], folder: str, environment: dict[str, str]
) -> "Forked | None":
    """None for the first process of some code, and where forking does not work."""
    with _lock:
        _starts[code] += 1
        if _starts[code] == 1:
            return None
        try:
            if code not in _servers:
                _servers[code] = ForkServer(code)
            return _servers[code].fork(command[-1], folder, environment)
        except (OSError, EOFError):
            if code in _servers:
                _servers.pop(code).stop()
            return None


def can_fork(command: list[str], environment: Mapping[str, str]) -> bool:
    """Whether it is a Python function that sees time and modules as all of them do."""
    is_python = command[0] == sys.executable and hasattr(os, "fork")
    return is_python and not any(name in environment for name in OF_ITS_OWN)


def stop_all() -> None:
    """End the processes that others are forked from; the others end with them."""
    with _lock:
        for server in _servers.values():
            server.stop()
        _servers.clear()
        _starts.clear()


class ForkServer:
    """The process that others are forked from, for the code in a folder."""

    def __init__(self, code: Path) -> None:
        self._control, theirs = socket.socketpair()
        folders = [str(code), str(runtime_folder())]
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    *interpreter_options("python"),
                    str(SCRIPT),
                    str(theirs.fileno()),
                    json.dumps(folders),
                    json.dumps(IMPORTED),
                ],
                env={"LANG": "en_US.UTF-8", "TZ": ":UTC", "PATH": os.defpath},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        try:
            self._number()
        except BaseException:
            self.stop()
            raise

    def fork(self, script: str, folder: str, environment: dict[str, str]) -> "Forked":
        """A process that runs `script` in `folder`."""
        body = json.dumps({"script": script, "folder": folder, "environment": environment})
        pipes = [os.pipe() for _ in range(4)]
        # Its standard input is read there, what else there is, here.
        (theirs_in, ours_in), *others = pipes
        theirs = [theirs_in, *(write for _, write in others)]
        ours = [ours_in, *(read for read, _ in others)]
        try:
            socket.send_fds(self._control, [SIZE.pack(len(body.encode()))], theirs)
            self._control.sendall(body.encode())
            number = self._number()
        except BaseException:
            for file in ours:
                os.close(file)
            raise
        finally:
            for file in theirs:
                os.close(file)
        return Forked(number, *ours)

    def stop(self) -> None:
        """End it."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def _number(self) -> int:
        answer = b""
        while len(answer) < SIZE.size:
            if not (more := self._control.recv(SIZE.size - len(answer))):
                raise EOFError
            answer += more
        return SIZE.unpack(answer)[0]


class Forked:
    """A forked process, with what the emulator uses of `subprocess.Popen`."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int, status: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin = os.fdopen(stdin, "w", buffering=1)
        self.stdout = os.fdopen(stdout)
        self.stderr = os.fdopen(stderr)
        self._status = os.fdopen(status, "rb", buffering=0)
        self._reading = threading.Lock()

    def poll(self) -> int | None:
        """Its exit status, negative for a signal, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status. Raises subprocess.TimeoutExpired."""
        with self._reading:
            if self.returncode is None:
                if not select.select([self._status], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("a function", timeout or 0.0)
                # Nothing is written where the process that would write it was ended first.
                self.returncode = int(self._status.read() or -signal.SIGKILL)
                self._status.close()
            return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
