"""What a first run and a rerun ask of the provider and of AWS."""

from pathlib import Path
from typing import Any

from benchmarks import days
from benchmarks.report import Table, megabytes

ROWS = {
    "provider API calls": ("provider_calls", str),
    "clip requests": ("clip_requests", str),
    "S3 objects written": ("objects_written", str),
    "S3 bytes written": ("bytes_written", megabytes),
    "DynamoDB items written": ("items_written", str),
    "MediaConvert jobs": ("jobs", str),
    "DynamoDB backups": ("backups", str),
}


def measure(scratch: Path, repetitions: int) -> dict[str, Any]:
    """The usage of each run; counts do not vary, so they are taken once."""
    seeds = days.seeds_day(scratch, 0)
    return {
        "vault": days.vault_usage(scratch),
        "seeds": {name: run["usage"] for name, run in seeds.items()},
    }


def tables(figures: dict[str, Any]) -> list[Table]:
    """One row per kind of call, one column per run."""
    runs = [figures[side][name] for side in ("vault", "seeds") for name in ("first", "second")]
    columns = ("", "vault, first", "vault, rerun", "seeds' way, first", "seeds' way, rerun")
    rows = [(name, *(shown(run[key]) for run in runs)) for name, (key, shown) in ROWS.items()]
    return [Table("provider_calls: what a rerun asks for", columns, rows)]
