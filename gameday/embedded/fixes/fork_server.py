"""Forks the processes of functions from one that has imported what Lambda's runtime ships.

A script of its own process, not a module: it knows only the standard library. Its arguments are
the number of a socket, the folders to import from, and the modules to import. Each request on the
socket is the JSON of a process to be, with four files: its standard input, output and error, and
where its exit status is written when it has ended. The answer is its number.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import struct
import sys
import time

SIZE = struct.Struct("!I")
FILES = 4

_running: dict[int, int] = {}  # where each process's exit status is written, by its number


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    folders, modules = json.loads(sys.argv[2]), json.loads(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this one ends it
    before = list(sys.path)
    sys.path[:] = [*folders[:1], *sys.path, *folders[1:]]
    for name in modules:
        importlib.import_module(name)
    sys.path[:] = before
    gc.freeze()  # else a search for garbage would make each process a copy of its own of all this
    signal.signal(signal.SIGCHLD, lambda *_: collect())
    control.sendall(SIZE.pack(os.getpid()))
    while asked := receive(control):
        number = os.fork()
        if number == 0:
            become(control, *asked)
        _, (*pipes, exit_status) = asked
        _running[number] = exit_status
        for file in pipes:
            os.close(file)
        collect()  # it may have ended before it was noted
        control.sendall(SIZE.pack(number))


def receive(control: socket.socket) -> tuple[dict, list[int]] | None:
    """The next request and its files; None when nobody is there any more."""
    head, files, *_ = socket.recv_fds(control, SIZE.size, FILES)
    if not head:
        return None
    while len(head) < SIZE.size:
        head += control.recv(SIZE.size - len(head))
    (size,) = SIZE.unpack(head)
    body = b""
    while len(body) < size:
        body += control.recv(size - len(body))
    return json.loads(body), files


def collect() -> None:
    """Write down how processes ended: their exit status, negative for a signal."""
    for number in list(_running):
        with contextlib.suppress(ChildProcessError):  # a signal's collection was faster
            ended, status = os.waitpid(number, os.WNOHANG)
            if ended:
                file = _running.pop(number)
                with contextlib.suppress(BrokenPipeError):  # nobody wants to know any more
                    os.write(file, str(os.waitstatus_to_exitcode(status)).encode())
                os.close(file)


def become(control: socket.socket, request: dict, files: list[int]) -> None:
    """Be the process that was asked for, to its end."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        control.close()
        for file in (*_running.values(), files.pop()):
            os.close(file)
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        time.tzset()
        sys.argv = [request["script"]]
        runpy.run_path(request["script"], run_name="__main__")
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # noqa: BLE001 - as an interpreter ends
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
