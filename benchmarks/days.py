"""The sample day by the vault and by the seeds' way; each repetition is measured once.

scratch: a folder that lasts as long as the figures are asked for.
"""

import functools
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.processes import figures_of, run


def home_of_vault(scratch: Path, repetition: int) -> Path:
    """The `--home` that `vault_day` leaves."""
    return scratch / f"vault-{repetition}"


@functools.cache
def vault_day(scratch: Path, repetition: int) -> dict[str, Any]:
    """`gameday run` twice in an empty home: of each run `seconds`, and by step `steps`."""
    home = _with_clips(home_of_vault(scratch, repetition), scratch)
    figures = {}
    for name in ("first", "second"):
        command = (sys.executable, "-m", "gameday", "run", "--home", str(home), "--json")
        done = run(*command)
        figures[name] = {"seconds": done.seconds, "steps": json.loads(done.out)["seconds"]}
    return figures


@functools.cache
def seeds_day(scratch: Path, repetition: int) -> dict[str, Any]:
    """The seeds' way twice: of each run `seconds`, `playable_seconds`, `usage`."""
    return figures_of("seeds_day", str(_with_clips(scratch / f"seeds-{repetition}", scratch)))


@functools.cache
def vault_usage(scratch: Path) -> dict[str, Any]:
    """The usage of the vault's first run and of its second, which does not vary."""
    return figures_of("vault_day", str(_with_clips(scratch / "vault-metered", scratch)))


@functools.cache
def function_invocations(scratch: Path) -> dict[str, Any]:
    """Of the sample day and of a large one, what each invocation of a function took."""
    return figures_of("functions_at_work", str(_with_clips(scratch / "functions", scratch)))


@functools.cache
def _clips(scratch: Path) -> Path:
    folder = scratch / "sample"
    run(sys.executable, "-m", "benchmarks.contenders.sample_clips", str(folder))
    return folder


def _with_clips(home: Path, scratch: Path) -> Path:
    """`home`, made to hold the sample day's clips and nothing else."""
    shutil.copytree(_clips(scratch), home / "sample")
    return home
