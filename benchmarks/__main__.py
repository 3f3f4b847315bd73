"""`python -m benchmarks`: measures, and prints tables; `--json` keeps the raw figures."""

import argparse
import importlib
import json
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.processes import ContenderFailed

BENCHMARKS = (
    "game_day",
    "start",
    "memory",
    "provider_calls",
    "downloads",
    "cold_start",
    "function_sizes",
    "season",
)
LONG = ("backfill",)  # those that are made only when they are asked for
QUICK = ("downloads", "backfill")  # those that can be made smaller


def main() -> None:
    """Run the benchmarks that were asked for, all by default."""
    options = _options()
    machine = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
        "repetitions": options.repetitions,
    }
    print(
        "{date}, {cores} cores, {system}, Python {python}, load {load} before; "
        "medians of {repetitions}".format(**machine)
    )
    figures = {"machine": machine}
    with tempfile.TemporaryDirectory(prefix="gameday-benchmarks-") as scratch:
        for name in options.names or BENCHMARKS:
            began = time.monotonic()
            # Not before its turn: what this process holds counts in its children's peaks.
            benchmark = importlib.import_module(f"benchmarks.{name}")
            smaller = {"quick": True} if options.quick else {}
            figures[name] = benchmark.measure(Path(scratch), options.repetitions, **smaller)
            print(f"{name} took {time.monotonic() - began:.0f} s", file=sys.stderr)
            for table in benchmark.tables(figures[name]):
                print(f"\n{table}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        type=_name,
        metavar="NAME",
        help=f"of {', '.join(BENCHMARKS + LONG)}; else all but {', '.join(LONG)}",
    )
    parser.add_argument("-n", dest="repetitions", type=_repetitions, default=3, help="repetitions")
    parser.add_argument(
        "--quick", action="store_true", help=f"once and small, to try it; of {', '.join(QUICK)}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw figures here")
    options = parser.parse_args()
    if options.json and not options.json.absolute().parent.is_dir():
        parser.error(f"there is no folder for {options.json}")
    if options.quick:
        options.names = options.names or [name for name in QUICK if name not in LONG]
        options.repetitions = 1
        if not set(options.names) <= set(QUICK):
            parser.error(f"--quick is for {', '.join(QUICK)}")
    return options


def _name(text: str) -> str:
    if text not in BENCHMARKS + LONG:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(BENCHMARKS + LONG)}")
    return text


def _repetitions(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("expected a whole number from 1")
    return int(text)


if __name__ == "__main__":
    try:
        main()
    except ContenderFailed as error:
        sys.exit(str(error))
