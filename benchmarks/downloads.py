"""A video from its host into S3: the vault beside the usual ways, on loopback servers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.download_tables import gates, highlights, intact, memory, scenario
from benchmarks.processes import peak_memory, run_module
from benchmarks.report import Table
from benchmarks.scenarios import Bench, Highlights, Scenario
from benchmarks.transfers import CONTENDERS, Network

GIGABYTE, MEGABYTE = 1_000_000_000, 1_000_000
RELAYS = ("relay", "ranged_relay")
RIVALS = tuple(way for way in CONTENDERS if way not in RELAYS)
FEW = ("vault", "seeds", "boto3")  # where one transfer takes most of a minute
PLAIN, TLS = Network(), Network(tls=True)
LIMITED, NO_RANGES = Network(limited=True), Network(limited=True, ranges=False)

SCENARIOS = {
    "plain": Scenario(GIGABYTE, "plain HTTP", PLAIN, RIVALS + RELAYS),
    "tls": Scenario(GIGABYTE, "TLS", TLS, RIVALS + RELAYS),
    "index_last": Scenario(
        GIGABYTE, "plain HTTP, index at the end", PLAIN, ("vault", "seeds"), index_last=True
    ),
    "limited": Scenario(128 * MEGABYTE, "limited connections", LIMITED, RIVALS),
    "limited_large": Scenario(GIGABYTE, "limited connections", LIMITED, FEW),
    "no_ranges": Scenario(
        128 * MEGABYTE, "limited connections, no ranges", NO_RANGES, (*FEW, "aws")
    ),
}

# The vault alone, to see whether its memory grows with the video.
MEMORY_SIZES = (64 * MEGABYTE, 256 * MEGABYTE, GIGABYTE, 2 * GIGABYTE)

# A game day's highlights; five at once as by ARRIVALS_AT_ONCE of stacks/state_machine.py.
MANY = Highlights(
    count=40,
    size=16 * MEGABYTE,
    at_once=5,
    title="plain HTTP",
    network=PLAIN,
    ways=("vault", "seeds", "relay", "source", "store", "urllib3", "put_object"),
)
MANY_LIMITED = replace(MANY, title="limited connections", network=LIMITED)

CHECKED_SIZE = 20 * MEGABYTE  # of two parts and more for every way that makes parts

QUICK_SIZE = 64 * MEGABYTE
QUICK_SCENARIOS = {
    "plain": replace(SCENARIOS["plain"], size=QUICK_SIZE),
    "tls": replace(SCENARIOS["tls"], size=QUICK_SIZE),
    "limited": replace(SCENARIOS["limited"], size=QUICK_SIZE, ways=("vault", "seeds")),
    "no_ranges": replace(SCENARIOS["no_ranges"], size=QUICK_SIZE, ways=("vault", "seeds")),
}
QUICK_MEMORY_SIZES = (QUICK_SIZE, 2 * QUICK_SIZE)
QUICK_MANY = replace(MANY, count=10)


def measure(scratch: Path, repetitions: int, *, quick: bool = False) -> dict[str, Any]:
    """Figures of every scenario, the ways taking turns.

    quick: fewer and smaller ones without waiting for a quiet machine, to see that it all works.
    """
    run_module("benchmarks.contenders.certificate", str(scratch))
    bench = Bench(scratch, repetitions, patient=not quick)
    scenarios = QUICK_SCENARIOS if quick else SCENARIOS
    sizes = QUICK_MEMORY_SIZES if quick else MEMORY_SIZES
    many = (QUICK_MANY,) if quick else (MANY, MANY_LIMITED)
    return {
        "intact": {
            title: bench.intact(CHECKED_SIZE, network, RIVALS)
            for title, network in {"plain HTTP": PLAIN, "TLS": TLS}.items()
        },
        "scenarios": {name: bench.run(wanted) for name, wanted in scenarios.items()},
        "memory": [bench.run(Scenario(size, "", PLAIN, ("vault",))) for size in sizes],
        "highlights": [bench.run_many(wanted) for wanted in many],
        "floor_bytes": peak_memory(),
    }


def tables(figures: dict[str, Any]) -> list[Table]:
    """What is asked for and what was measured, then a table of each scenario."""
    return [
        gates(figures),
        intact(figures["intact"]),
        *(scenario(found) for found in figures["scenarios"].values()),
        memory(figures["memory"]),
        *(highlights(found) for found in figures["highlights"]),
    ]
