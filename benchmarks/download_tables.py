"""The figures of `downloads` as tables, beside what is asked of the vault."""

from statistics import median
from typing import Any

from benchmarks.report import Table, megabytes, middle, ratio, seconds, size
from benchmarks.transfers import CONTENDERS

AHEAD_OF = ("boto3", "smart_open", "s5cmd", "rclone", "obstore")
NOT_MEASURED = "not measured"

HIGHLIGHT_ROWS = {
    "vault": "vault",
    "seeds": CONTENDERS["seeds"].shown,
    "relay": CONTENDERS["relay"].shown,
    "source": "source alone, read by a bare socket",
    "store": "store alone, written by a bare socket",
    "urllib3": "source alone, read by urllib3",
    "put_object": "store alone, written by put_object",
}

Figures = dict[str, Any]
Row = tuple[str, str, str, str]


def gates(figures: Figures) -> Table:
    """Every figure that is asked for, and whether this run met it."""
    found = figures["scenarios"]
    rows = [
        _faster(found["plain"], "seeds", 4.5),
        _faster(found["plain"], "aws", 2.5),
        *(_faster(found["plain"], way, 1) for way in AHEAD_OF),
        *(_rate(found[name], "relay") for name in ("plain", "tls")),
    ]
    rows += [
        _faster(found[name], "seeds", 9) for name in ("limited", "limited_large") if name in found
    ]
    rows += _memory_gates(figures)
    rows.append(_highlights_gate(figures["highlights"][0]))
    return Table("downloads: what is asked", ("", "asked", "measured", "met"), rows)


def intact(said: dict[str, dict[str, str]]) -> Table:
    """Whether what each way stores is what it was given, over each network."""
    rows = [
        (CONTENDERS[way].shown, *(ways[way] for ways in said.values()))
        for way in next(iter(said.values()))
    ]
    return Table("downloads: does the object have the video's bytes?", ("", *said), rows)


def scenario(found: Figures) -> Table:
    """What each way takes."""
    columns = ("", "time", "/ vault", "transfer alone", "CPU", "peak memory")
    base = middle(found["ways"]["vault"]["runs"], "seconds")
    rows = [
        (CONTENDERS[way].shown, *_cells(measured, found["size"], base))
        for way, measured in found["ways"].items()
    ]
    return Table(f"downloads: {_title(found)}", columns, rows)


def memory(sizes: list[Figures]) -> Table:
    """The vault's peak by the size of the video."""
    rows = [(f"{size(one['size'])} video", megabytes(_vault_peak(one))) for one in sizes]
    return Table("downloads: the vault's peak memory", ("", "peak memory"), rows)


def highlights(found: Figures) -> Table:
    """How long a game day's videos take."""
    base = median(found["ways"]["vault"])
    rows = []
    for way, runs in found["ways"].items():
        took = median(runs)
        rows.append((HIGHLIGHT_ROWS[way], seconds(took), ratio(took, base)))
    return Table(f"downloads: {found['title']}", ("", "time", "/ vault"), rows)


def _cells(measured: Figures, length: int, base: float) -> tuple[str, ...]:
    if "absent" in measured:
        return measured["absent"], "", "", "", ""
    runs = measured["runs"]
    took = middle(runs, "seconds")
    return (
        seconds(took),
        ratio(took, base),
        "" if runs[0]["transfer_seconds"] is None else f"{_rate_of(runs, length):.0f} MB/s",
        seconds(middle(runs, "cpu_seconds")),
        megabytes(middle(runs, "peak_bytes")),
    )


def _rate_of(runs: list[Figures], length: int) -> float:
    """Millions of bytes per second of the transfer alone."""
    return length / middle(runs, "transfer_seconds") / 1e6


def _title(found: Figures) -> str:
    return f"{size(found['size'])}, {found['title']}"


def _faster(found: Figures, way: str, asked: float) -> Row:
    name = f"{_title(found)}: {CONTENDERS[way].shown} / vault, time"
    text = f"at least {asked:g}x" if asked > 1 else "over 1x"
    ways = found["ways"]
    if "runs" not in ways.get(way, {}):
        return name, text, NOT_MEASURED, ""
    theirs, ours = (middle(ways[one]["runs"], "seconds") for one in (way, "vault"))
    return name, text, ratio(theirs, ours), _met(theirs >= asked * ours)


def _rate(found: Figures, relay: str) -> Row:
    ours, limit = (_rate_of(found["ways"][one]["runs"], found["size"]) for one in ("vault", relay))
    name = f"{_title(found)}: vault / {CONTENDERS[relay].shown}, transfer rate"
    return name, "at least 80 %", f"{ours / limit * 100:.0f} %", _met(ours >= 0.8 * limit)


def _memory_gates(figures: Figures) -> list[Row]:
    sizes = {found["size"]: _vault_peak(found) for found in figures["memory"]}
    peak = max(*sizes.values(), *map(_vault_peak, figures["scenarios"].values()))
    spread = max(sizes.values()) / min(sizes.values()) - 1
    flat = f"the vault's peak memory, spread from {size(min(sizes))} to {size(max(sizes))}"
    return [
        (
            "the vault's peak memory, largest",
            "at most 72 MB",
            f"{peak / 1e6:.1f} MB",
            _met(peak <= 72e6),
        ),
        (flat, "at most 5 %", f"{spread * 100:.1f} %", _met(spread <= 0.05)),
    ]


def _vault_peak(found: Figures) -> float:
    return middle(found["ways"]["vault"]["runs"], "peak_bytes")


def _highlights_gate(found: Figures) -> Row:
    ours, *halves = (median(found["ways"][way]) for way in ("vault", "urllib3", "put_object"))
    name = f"{found['title']}: vault / the slower of source and store, time"
    return name, "at most 1.25x", ratio(ours, max(halves)), _met(ours <= 1.25 * max(halves))


def _met(is_met: bool) -> str:
    return "yes" if is_met else "no"
