"""What is kept of a highlight, and what that cost and costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gameday.costs import Usage, dollars_of
from gameday.why.evidence import Evidence
from lambdas.highlights.billing import Rendition, normalized_minutes
from lambdas.highlights.findings import Part
from lambdas.highlights.season.story import Told
from lambdas.highlights.sidecar import key_of

PARTS = (Part.VIDEO, Part.RENDITION, Part.THUMBNAIL)

Item = dict[str, Any]


@dataclass(frozen=True)
class File:
    """An object of a highlight. bytes: as the ledger has it, None where it has none.

    state: whole by its size, `damaged` when that is another one, or `missing`.
    """

    part: str
    key: str
    bytes: int | None
    checksum: str | None
    state: str


@dataclass(frozen=True)
class Spent:
    """jobs: transcodings that completed, of `minutes` normalized minutes in all, for `once` dollars.

    monthly: dollars a month for what is kept. Calls of functions are not known highlight by
    highlight; they are a hundredth of it.
    """

    jobs: int
    minutes: float
    once: float
    monthly: float


def files(item: Item, evidence: Evidence) -> list[File]:
    """The highlight's objects, and its sidecar, which has no checksum in the ledger."""
    found = []
    for part in PARTS:
        if facts := item.get(part):
            there, size = evidence.sizes.get(facts["key"]), int(facts["bytes"])
            state = "missing" if there is None else "whole" if there == size else "damaged"
            found.append(File(str(part), facts["key"], size, facts.get("checksum"), state))
    key = key_of(item)
    size = evidence.sizes.get(key)
    found.append(File("sidecar", key, size, None, "missing" if size is None else "whole"))
    return found


def spent(item: Item, lines: Sequence[Item]) -> Spent:
    """What the highlight cost so far; a vault that told no story yet made its rendition once."""
    rendition, told = (
        item.get("rendition"),
        [one for one in lines if one["what"] == Told.TRANSCODED],
    )
    jobs = (
        len({one["job"] for one in told if one.get("job")}) if told else int(rendition is not None)
    )
    minutes = 0.0
    if rendition is not None and jobs:
        width, height = int(rendition.get("width", 0)), int(rendition.get("height", 0))
        seconds = int(rendition.get("duration_milliseconds", 0)) / 1000
        minutes = jobs * normalized_minutes(Rendition(width, height, seconds))
    kept = sum(int(item[part]["bytes"]) for part in PARTS if "bytes" in item.get(part, {}))
    return Spent(
        jobs,
        minutes,
        dollars_of(Usage(normalized_minutes=minutes)),
        dollars_of(Usage(object_gigabyte_months=kept / 1e9)),
    )
