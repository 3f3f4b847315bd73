"""Runs a program that must not outlive whoever started it: `leash.py PROGRAM ARGUMENT...`

Standard input is a pipe whose other end only the owner holds. When the owner closes it, or is
killed, which closes it too, the program is killed.
"""

import os
import subprocess
import sys
import threading


def main() -> None:
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_kill_when_released, args=(program,), daemon=True).start()
    code = program.wait()
    os._exit(code if code >= 0 else 128 - code)


def _kill_when_released(program: subprocess.Popen) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    program.kill()


if __name__ == "__main__":
    main()
