"""What each function takes in the sample day, and in a day of as many highlights as a page has.

Each execution environment is a process, whose peak memory and processor time the kernel knows.
Its first invocation has the start in it, as Lambda's own report has the memory but not the time.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from os import sysconf
from pathlib import Path
from typing import Any

from rich.console import Console

from gameday.deployment import deployed
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import Media
from gameday.embedded.sample import serve_sample
from gameday.home import Home
from gameday.request import Options, run_request
from gameday.steps import Steps
from gameday.synthesis import project_context

POLL = 0.05  # seconds
CLIP = "pine-hollow_480p30.mp4"
FULL_PAGE, CLIP_SIZE, LARGE_SIZE = 40, 16_000_000, 256_000_000


@dataclass(frozen=True)
class Invocation:
    """function: its name. first: of its environment. cpu_seconds, seconds: of this one alone."""

    function: str
    first: bool
    cpu_seconds: float
    seconds: float
    peak_bytes: int


def main(folder: Path) -> None:
    """Print the invocations of the sample day and of the large one."""
    home, steps, figures = Home(folder), Steps(Console(stderr=True)), {}
    with serve_sample(home.sample) as provider, EmbeddedAws(home.state) as aws:
        options = Options(limit=str(FULL_PAGE))
        request = run_request(options, project_context(), datetime.now(UTC), provider.url)
        vault = deployed(request, home, aws, steps)
        for name in ("sample", "large"):
            if name == "large":
                _make_large(provider, folder)
            with metering() as invocations:
                arn = vault.start(request.game_days[0], name)
                while not (execution := vault.execution(arn)).ended:
                    time.sleep(POLL)
            if execution.status != "SUCCEEDED":
                sys.exit(f"the {name} day failed: {execution.message}")
            figures[name] = [vars(one) for one in invocations]
    print(json.dumps(figures))


@contextmanager
def metering() -> Iterator[list[Invocation]]:
    """What the functions take while the block runs; needs Linux, whose /proc says it."""
    from ministack.core.lambda_runtime import Worker

    invoke, invocations, spent = Worker.invoke, [], {}

    def metered(worker: Any, *arguments: Any, **options: Any) -> Any:
        began = time.monotonic()
        result = invoke(worker, *arguments, **options)
        seconds = time.monotonic() - began
        pid = worker._proc.pid
        cpu = _cpu_seconds(pid)
        invocations.append(
            Invocation(
                worker.func_name,
                pid not in spent,
                cpu - spent.get(pid, 0),
                seconds,
                _peak_bytes(pid),
            )
        )
        spent[pid] = cpu
        return result

    Worker.invoke = metered
    try:
        yield invocations
    finally:
        Worker.invoke = invoke


def _make_large(provider: Any, folder: Path) -> None:
    """A page of highlights of 16 MB each but one, which has 256 MB: the clip and an empty box."""
    clip = provider.media[CLIP].path.read_bytes()
    for name, size in (("clip.mp4", CLIP_SIZE), ("large.mp4", LARGE_SIZE)):
        padding = size - len(clip)
        path = folder / name
        path.write_bytes(clip + padding.to_bytes(4, "big") + b"free" + bytes(padding - 8))
        provider.media[name] = Media(path)
    row = next(row for row in provider.highlights if (row["url"] or "").endswith(CLIP))
    names = ["large.mp4"] + ["clip.mp4"] * (FULL_PAGE - 1)
    provider.highlights = [
        row | {"id": 900_000 + number, "url": f"{provider.base_url}/media/{name}"}
        for number, name in enumerate(names)
    ]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")


def _peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
