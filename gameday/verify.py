"""`gameday verify`: the whole archive read again and held against the ledger."""

import contextlib
import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.text import Text

from gameday.deployment import runnable
from gameday.place import Place
from gameday.repair import Repair, needs_a_run, note_lost, repair, repair_sidecars
from gameday.steps import Step, Steps
from gameday.vault import Vault
from lambdas.highlights.expectations import Expectations
from lambdas.highlights.findings import Finding, Part, Problem
from lambdas.highlights.verification import StoredObject, unfinished, verify

STYLES = {
    Problem.MISSING: "red",
    Problem.DAMAGED: "red",
    Problem.UNKNOWN: "yellow",
    Problem.UNFINISHED: "cyan",
}


@dataclass(frozen=True)
class Verification:
    """What was found. objects: how many stand in the archive, with `bytes` in all.

    repairs: what became of each finding that was to be repaired.
    """

    bucket: str
    objects: int
    bytes: int
    findings: Sequence[Finding]
    repairs: Mapping[Finding, Repair] = field(default_factory=dict)

    @property
    def wrong(self) -> list[Finding]:
        """The findings that are errors and were not repaired."""
        return [one for one in self.findings if one.is_wrong and not self._is_repaired(one)]

    @property
    def exit_code(self) -> int:
        """0: all is right, or was repaired. 1: something is not."""
        return 1 if self.wrong else 0

    def _is_repaired(self, finding: Finding) -> bool:
        return finding in self.repairs and self.repairs[finding].done


def verify_place(place: Place, steps: Steps, *, mend: bool) -> Verification:
    """Verify the archive of `place`; with `mend`, repair from the sources what they still have.

    In an account only sidecars are repaired, which need no run; the rest is noted in the ledger
    for the next execution of its day. Raises NothingKept. It may be interrupted at any time: what
    a repair left half done, the next one or the next run of that day completes.
    """
    with place.vault() as vault, server_unheard():
        found = verify_vault(vault, steps)
        if not (mend and any(one.is_mendable for one in found.wrong)):
            return found
        if place.in_account or not any(needs_a_run(one) for one in found.wrong):
            repairs = repair_sidecars(found.wrong, vault, steps) | note_lost(found.wrong, vault)
        else:
            with runnable(vault, place.home, steps) as ready:
                repairs = repair(found.wrong, ready, place.home, steps)
    return Verification(found.bucket, found.objects, found.bytes, found.findings, repairs)


def verify_vault(vault: Vault, steps: Steps) -> Verification:
    """Read every object of `vault` and compare it with the ledger."""
    with steps.step("verify", "verify") as step:
        step.tell("reading the ledger")
        expectations = Expectations.of(vault.items())
        stored = list(vault.objects())
        reading = _Reading(vault, stored, step)
        findings = list(verify(expectations, reading.objects(), reading.chunks))
        findings += unfinished(vault.open_uploads(), expectations, vault.now())
        step.tell(reading.size_in_words())
    return Verification(vault.bucket, len(stored), reading.total, findings)


@contextlib.contextmanager
def server_unheard() -> Iterator[None]:
    """The embedded AWS's server logs each body that ends early, which is a finding here."""
    server = logging.getLogger("gameday.embedded.server")
    server.disabled = True
    try:
        yield
    finally:
        server.disabled = False


class _Reading:
    """Hands out the archive's objects and bytes, and shows how far that is."""

    def __init__(self, vault: Vault, stored: Sequence[StoredObject], step: Step):
        self.total = sum(one.bytes for one in stored)
        self._vault, self._stored, self._step = vault, stored, step
        self._objects = self._bytes = 0

    def size_in_words(self) -> str:
        return f"{len(self._stored):,} objects, {self.total / 1e6:,.1f} MB"

    def objects(self) -> Iterator[StoredObject]:
        for one in self._stored:
            self._objects += 1
            self._tell()
            yield one

    def chunks(self, key: str) -> Iterator[bytes]:
        for chunk in self._vault.read_chunks(key):
            self._bytes += len(chunk)
            self._tell()
            yield chunk

    def _tell(self) -> None:
        self._step.tell(
            f"{self._objects:,} of {len(self._stored):,} objects, "
            f"{self._bytes / 1e6:,.1f} of {self.total / 1e6:,.1f} MB"
        )


def as_json(result: Verification) -> str:
    """The result as one JSON object."""
    shown: dict[str, Any] = {
        "ok": not result.wrong,
        "objects": result.objects,
        "bytes": result.bytes,
        "findings": [_finding_json(one, result) for one in result.findings],
    }
    return json.dumps(shown, indent=2)


def _finding_json(finding: Finding, result: Verification) -> dict[str, Any]:
    repaired = result.repairs.get(finding)
    return {
        "problem": finding.problem,
        "key": finding.key,
        "part": finding.part,
        "highlight_id": finding.highlight_id,
        "expected": finding.expected,
        "found": finding.found,
        "error": finding.is_wrong,
        "repaired": None if repaired is None else repaired.done,
        "note": _note(finding, result),
    }


def print_findings(result: Verification, console: Console) -> None:
    """Each finding with what to do about it, and a line that sums them up."""
    for finding in result.findings:
        line = Text(f"  {finding.problem:<11}", STYLES[finding.problem])
        line.append(finding.key, "default")
        console.print(line, soft_wrap=True)
        below = f"{finding.part}; expected {finding.expected}; found {finding.found}"
        for text in (below, _note(finding, result)):
            if text:
                console.print(Text(f"{'':<13}{text}", "dim"), soft_wrap=True)
    console.print(Text(_summary(result)), soft_wrap=True)


def _summary(result: Verification) -> str:
    if not result.findings:
        return "Everything is there, and whole."
    counts = Counter(finding.problem for finding in result.findings)
    parts = [f"{counts[problem]} {problem}" for problem in Problem if counts[problem]]
    repaired = sum(one.done for one in result.repairs.values())
    if repaired:
        parts.append(f"{repaired} repaired")
    ending = ""
    if not result.wrong:
        ending = " All is right now." if repaired else " Nothing is wrong."
    elif not result.repairs and any(one.is_mendable for one in result.wrong):
        if all(one.part is Part.SIDECAR for one in result.wrong):
            return f"{', '.join(parts)}. Write from the ledger: gameday verify --repair"
        ending = (
            "\nBring back earlier versions: gameday restore objects --in-place; then fetch the rest "
            "from the sources: gameday verify --repair"
        )
    return f"{', '.join(parts)}.{ending}"


def _note(finding: Finding, result: Verification) -> str | None:
    """What became of the finding, or what a person can do about it."""
    repaired = result.repairs.get(finding)
    if repaired is not None:
        return repaired.note
    if finding.is_mendable or not finding.is_wrong:
        return None
    return advice(finding, result.bucket)


def advice(finding: Finding, bucket: str) -> str:
    """What to do about what no source can repair."""
    of_object = f"--bucket {bucket} --key '{finding.key}'"
    if finding.part is Part.UPLOAD:
        return f"abort it: aws s3api abort-multipart-upload {of_object} --upload-id …"
    if finding.part is Part.SIDECAR:
        return "the table is older than its sidecars; make one of them beside it: gameday rebuild"
    if finding.problem is Problem.UNKNOWN:
        return (
            "restore the table when its highlights were deleted; else delete the object: "
            f"aws s3api delete-object {of_object}"
        )
    return (
        f"no source has this {finding.part}; what was overwritten or deleted is kept for 90 days: "
        f"gameday restore objects --in-place --prefix '{finding.key}'"
    )
