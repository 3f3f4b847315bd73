"""What a function's start costs beyond boto3 and the clients that it needs, in processor time.

A function of less than 1,769 MB has a share of one processor on AWS, and waits for its start in
proportion: at 512 MB, 100 ms here are 345 ms there, if the processors are equally fast.
"""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from benchmarks.processes import run
from benchmarks.report import Table, middle, ratio
from gameday.embedded.fixes.function_runtime import SHIPPED
from stacks.bundle import build_bundle

# Of each function, the clients that it makes whatever it is given.
CLIENTS = {
    "fetch_highlights": ("s3", "dynamodb", "secretsmanager"),
    "download_video": ("s3", "dynamodb"),
    "record_rendition": ("s3", "dynamodb"),
    "record_failure": ("dynamodb",),
    "write_sidecars": ("s3", "dynamodb"),
    "plan_backup": ("dynamodb",),
    "back_up_table": ("dynamodb",),
    "report_run": ("s3", "dynamodb"),
    "restore_scratch": ("dynamodb",),
    "compare_tables": ("s3", "dynamodb"),
    "check_objects": ("s3", "dynamodb"),
    "delete_scratch": ("dynamodb",),
    "record_drill": ("s3", "dynamodb"),
}
MAKING = {"s3": "s3()", "dynamodb": "table('a-table')", "secretsmanager": "secrets_manager()"}
WAYS = ("boto3", "compiled", "source")
THIS_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def measure(scratch: Path, repetitions: int) -> dict[str, Any]:
    """Of each function and way the seconds of every repetition, all of them taking turns.

    boto3: the clients alone. compiled, source: the function with its bytecode, and without.
    """
    folders = {
        "boto3": scratch / "nothing",
        "compiled": build_bundle(scratch / "compiled", THIS_PYTHON),
        "source": build_bundle(scratch / "source"),
    }
    runtime = _runtime(scratch / "runtime")
    runs = [
        {
            name: {way: _seconds(_start(name, way), folders[way], runtime) for way in WAYS}
            for name in CLIENTS
        }
        for _ in range(repetitions)
    ]
    return {"runs": runs}


def tables(figures: dict[str, Any]) -> list[Table]:
    """A row per function."""
    rows = []
    for name in CLIENTS:
        boto3, compiled, source = (middle(figures["runs"], name, way) for way in WAYS)
        shown = (boto3, compiled, source)
        ratios = (ratio(compiled, boto3), ratio(source, boto3))
        rows.append((name, *map(_milliseconds, shown), *ratios))
    columns = ("", "boto3", "function", "not compiled", "function / boto3", "not compiled / boto3")
    return [Table("cold_start: imports and clients", columns, rows)]


def _start(name: str, way: str) -> str:
    """What is timed."""
    if way == "boto3":
        return "import boto3" + "".join(f"; boto3.client({one!r})" for one in CLIENTS[name])
    made = "".join(f"; clients.{MAKING[one]}" for one in CLIENTS[name])
    return f"import lambdas.{name}; from lambdas import clients{made}"


def _seconds(code: str, bundle: Path, runtime: Path) -> float:
    """Processor seconds of `code` in an interpreter that finds what a function finds.

    It writes no bytecode, as on Lambda's read-only file system.
    """
    program = (
        f"import sys, time; sys.path[:0] = [{str(bundle)!r}]; sys.path.append({str(runtime)!r}); "
        f"began = time.process_time(); {code}; print(time.process_time() - began)"
    )
    here = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    return float(run(sys.executable, "-I", "-S", "-B", "-c", program, **here, **keys).out)


def _runtime(folder: Path) -> Path:
    """`folder`, made to hold what Lambda's Python ships, compiled when it was installed."""
    folder.mkdir()
    for name in SHIPPED:
        origin = Path(importlib.util.find_spec(name).origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


def _milliseconds(value: float) -> str:
    return f"{value * 1000:.0f} ms"
