"""A season kept by one command that is killed three times on the way.

Is it linear in the number of highlights, and is nothing lost and nothing done twice? What is kept
is held against what the provider has, highlight by highlight and object by object.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.contenders import backfill_world as world
from benchmarks.processes import ROOT, ContenderFailed, environment, serving
from benchmarks.report import Table, megabytes, ratio, seconds

COUNTS = (500, 5_000)
QUICK_COUNTS = (60, 300)
KILLED_AFTER = (0.15, 0.4, 0.7)  # of the days
LONGEST = 3_000  # seconds of one command


def measure(scratch: Path, repetitions: int, quick: bool = False) -> dict[str, Any]:
    """Of each count, every command's seconds and what is kept in the end; taken once."""
    counts = QUICK_COUNTS if quick else COUNTS
    return {"counts": [_backfilled(scratch, count) for count in counts]}


def tables(figures: dict[str, Any]) -> list[Table]:
    """How the time grows, and what was lost or doubled."""
    columns = ["", *(f"{found['count']:,} highlights" for found in figures["counts"]), "growth"]
    small, large = figures["counts"]

    def row(name: str, of: Any, shown: Any) -> tuple[str, ...]:
        return name, shown(of(small)), shown(of(large)), ratio(of(large), of(small))

    return [
        Table(
            "backfill: killed three times and continued, in the embedded AWS",
            columns,
            [
                row("all four commands", lambda one: sum(one["seconds"]), seconds),
                row("for each highlight", lambda one: sum(one["seconds"]) / one["count"], _exact),
                row("peak memory", lambda one: max(one["peak_bytes"]), megabytes),
                row("days", lambda one: one["days"], str),
                row("clips downloaded and transcoded", lambda one: one["clips"], str),
            ],
        ),
        Table(
            "backfill: what is kept, against what the provider has",
            columns[:-1],
            [
                (name, *(str(found[key]) for found in figures["counts"]))
                for name, key in (
                    ("highlights lost", "lost"),
                    ("highlights kept twice", "doubled"),
                    ("with another outcome than due", "wrong"),
                    ("objects written twice", "objects_doubled"),
                    ("days not closed", "open_days"),
                )
            ],
        ),
    ]


def _exact(figure: float) -> str:
    return f"{figure * 1000:.0f} ms"


def _backfilled(scratch: Path, count: int) -> dict[str, Any]:
    home = scratch / f"backfill-{count}"
    shutil.rmtree(home, ignore_errors=True)
    days = (world.day(count - 1) - world.day(0)).days + 1
    commands = []
    with serving("backfill_world", str(home), str(count)):
        for share in KILLED_AFTER:
            commands.append(_command(home, count, kill_after=max(1, int(days * share))))
        commands.append(_command(home, count))
    found = _kept(home, count)
    shutil.rmtree(home)
    return {
        "count": count,
        "days": days,
        "seconds": [one["seconds"] for one in commands],
        "peak_bytes": [one["peak_bytes"] for one in commands],
        **found,
    }


def _command(home: Path, count: int, kill_after: int | None = None) -> dict[str, float]:
    """One `gameday backfill`, killed once so many days were said to be done, or to its end."""
    arguments = ("--from", str(world.day(0)), "--to", str(world.day(count - 1)), "--yes")
    command = (sys.executable, "-m", "gameday", "backfill", "--home", str(home), *arguments)
    began, done, said = time.monotonic(), 0, []
    with _running(command) as program:
        for line in program.stdout:
            said.append(line)
            done += line.lstrip().startswith("✓ 20")
            # Days that an earlier command had done are not said again.
            if kill_after is not None and done >= kill_after:
                program.kill()
                break
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    if kill_after is None and program.returncode != 0:
        raise ContenderFailed(f"{' '.join(command)} ended badly:\n{''.join(said)[-3000:]}")
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"seconds": time.monotonic() - began, "peak_bytes": peak}


@contextmanager
def _running(command: tuple[str, ...]) -> Iterator[subprocess.Popen]:
    program = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    timer = threading.Timer(LONGEST, program.send_signal, (signal.SIGKILL,))
    timer.start()
    try:
        yield program
    finally:
        timer.cancel()
        program.stdout.close()
        if program.returncode is None:
            program.kill()
            program.wait()


def _kept(home: Path, count: int) -> dict[str, int]:
    """What is in the vault, held against what the provider has."""
    from gameday.home import Home
    from gameday.kept import kept_vault
    from lambdas.highlights.keys import SIDECAR

    truth = {
        str(world.FIRST_ID + number): "playable" if world.has_clip(number) else "link_only"
        for number in range(count)
    }
    with kept_vault(Home(home)) as vault:
        items = list(vault.items())
        pages = vault.aws.client("s3").get_paginator("list_object_versions")
        versions = [
            one["Key"]
            for page in pages.paginate(Bucket=vault.bucket)
            for one in page.get("Versions", [])
            if one["Key"].startswith(("videos/", "processed_videos/", "thumbnails/"))
        ]
        rows = list(vault.season.days(world.LEAGUE, world.day(0), world.day(count - 1)))
    ids = Counter(item["id"] for item in items)
    objects = Counter(key for key in versions if not SIDECAR.fullmatch(key))
    playable = [item for item in items if item["status"] == "playable"]
    return {
        "lost": len(truth.keys() - ids.keys()),
        "doubled": sum(number - 1 for number in ids.values()),
        "wrong": sum(item["status"] != truth.get(item["id"]) for item in items),
        "objects_doubled": sum(number - 1 for number in objects.values())
        + abs(len(objects) - 3 * len(playable)),
        "open_days": (world.day(count - 1) - world.day(0)).days
        + 1
        - sum("closed_at" in row for row in rows),
        "clips": len(playable),
    }
