"""The sample day, kept for the first time and again: `gameday run` against the seeds' way."""

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import days
from benchmarks.report import Table, megabytes, middle, ratio, seconds
from lambdas.highlights.backups import CLOCK_ALLOWANCE, GUARANTEED_AFTER

# Two of WAIT_TIME_BETWEEN_SCRIPTS; counted, never slept.
SLEEPS = 2 * 60

# What a first run waits before its backup on AWS. The embedded AWS shortens it.
BACKUP_WAIT = (GUARANTEED_AFTER + CLOCK_ALLOWANCE).total_seconds()

# The steps of `gameday run` that are the state machine's.
EXECUTION = (
    *("fetch", "download", "transcode"),
    *("sidecars", "plan_backup", "wait", "backup", "report"),
)

VOLUME = {
    "videos downloaded": ("videos", str),
    "MediaConvert jobs created": ("jobs", str),
    "S3 objects written": ("objects_written", str),
    "S3 bytes written": ("bytes_written", megabytes),
}


def measure(scratch: Path, repetitions: int) -> dict[str, Any]:
    """Figures of every repetition, the two sides taking turns."""
    vault, seeds = [], []
    for repetition in range(repetitions):
        vault.append(days.vault_day(scratch, repetition))
        seeds.append(days.seeds_day(scratch, repetition))
    return {"vault": vault, "vault_usage": days.vault_usage(scratch), "seeds": seeds}


def tables(figures: dict[str, Any]) -> list[Table]:
    """How long each side takes, and what its second run repeats."""
    return [_durations(figures), _repeated(figures)]


def _durations(figures: dict[str, Any]) -> Table:
    vault, seeds = figures["vault"], figures["seeds"]
    first, again = (middle(vault, name, "seconds") for name in ("first", "second"))
    seeds_first, seeds_again = (middle(seeds, name, "seconds") for name in ("first", "second"))
    waited = BACKUP_WAIT - middle(vault, "first", "steps", "wait")
    played = middle(seeds, "first", "playable_seconds")
    rows = [
        ("first run", first, seeds_first),
        ("- until its clips play", first, played),
        ("- the execution alone, until they play", _execution(vault, "first"), played),
        ("- with each side's waits on AWS", first + waited, seeds_first + SLEEPS),
        ("second run", again, seeds_again),
        ("- the execution alone", _execution(vault, "second"), seeds_again),
        ("- with each side's waits on AWS", again, seeds_again + SLEEPS),
    ]
    return Table(
        "game_day: how long the sample day takes",
        ("", "vault", "seeds' way", "seeds / vault"),
        [
            (name, seconds(ours), seconds(theirs), ratio(theirs, ours))
            for name, ours, theirs in rows
        ],
    )


def _execution(runs: list[dict[str, Any]], name: str) -> float:
    """Seconds of the state machine's steps, without starting and deploying the AWS around it."""
    return median(sum(run[name]["steps"].get(step, 0) for step in EXECUTION) for run in runs)


def _repeated(figures: dict[str, Any]) -> Table:
    ours = figures["vault_usage"]["second"]
    theirs = figures["seeds"][0]["second"]["usage"]
    return Table(
        "game_day: what the second run does again",
        ("", "vault", "seeds' way"),
        [(name, shown(ours[key]), shown(theirs[key])) for name, (key, shown) in VOLUME.items()],
    )
