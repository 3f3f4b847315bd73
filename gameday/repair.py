"""`gameday verify --repair`: what is lost is fetched and transcoded again, by the pipeline itself.

Only sidecars need no run: the ledger has all that is in them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from gameday.home import Home
from gameday.parallel import batches, in_parallel
from gameday.run import DayResult, keep_day
from gameday.steps import Steps
from gameday.vault import Vault
from lambdas.highlights.archive import Archive
from lambdas.highlights.expectations import Expectations
from lambdas.highlights.findings import Finding, Part
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.ledger import Item, Ledger
from lambdas.highlights.sidecars import write_sidecars
from lambdas.highlights.verification import verify

UNTOUCHED = (Status.PENDING, Status.STORED)
SIDECARS_AT_ONCE = 10  # highlights of one call


@dataclass(frozen=True)
class Repair:
    """What became of a finding; note: a sentence for a person."""

    done: bool
    note: str


def needs_a_run(finding: Finding) -> bool:
    """Whether the sources are needed to repair it."""
    return finding.is_mendable and finding.part is not Part.SIDECAR


def repair(
    findings: Iterable[Finding], vault: Vault, home: Home, steps: Steps
) -> dict[Finding, Repair]:
    """Repair those of `findings` that can be, and say of each what became of it.

    The ledger notes what is lost, an execution of each game day concerned mends it, and what it
    kept is verified again. The provider must be there. Interrupted, it ends the execution; the
    notes stay, so that the next run of the day mends what is left.
    """
    findings = list(findings)
    repairs = {}
    if lost := _by_highlight(one for one in findings if needs_a_run(one)):
        items = vault.ledger.read(list(lost))
        for id_, item in items.items():
            _refuse(item, lost[id_], vault.ledger)
        runs = {
            game_day: keep_day(game_day, vault, home, steps)
            for game_day in sorted({_game_day(item) for item in items.values()}, key=_by_date)
        }
        items = _settled(vault.ledger.read(list(lost)), runs, vault.ledger)
        with steps.step("verify_again", "verify again") as step:
            repairs = _repairs(lost, items, vault)
            step.tell(f"{sum(one.done for one in repairs.values())} of {len(repairs)} repaired")
    return repairs | repair_sidecars(findings, vault, steps)


def note_lost(findings: Iterable[Finding], vault: Vault) -> dict[Finding, Repair]:
    """Note in the ledger what is lost, so that an execution that somebody starts mends it."""
    lost = _by_highlight(one for one in findings if needs_a_run(one))
    noted = {}
    for id_, item in vault.ledger.read(list(lost)).items():
        _refuse(item, lost[id_], vault.ledger)
        start = json.dumps({"league": item["league"], "date": item["game_date"]})
        note = f"not repaired yet, noted in the ledger; start an execution of {start}"
        noted |= {finding: Repair(False, note) for finding in lost[id_]}
    return noted


def repair_sidecars(
    findings: Iterable[Finding], vault: Vault, steps: Steps
) -> dict[Finding, Repair]:
    """Write the sidecars among `findings` anew, from the ledger."""
    lost = _by_highlight(one for one in findings if one.part is Part.SIDECAR)
    if not lost:
        return {}
    archive = Archive(vault.aws.client("s3"), vault.bucket)
    written, newer = 0, set()
    with steps.step("sidecars", "sidecars") as step:
        for _, done in in_parallel(
            lambda ids: write_sidecars(ids, archive, vault.ledger),
            batches(lost, SIDECARS_AT_ONCE),
        ):
            written += done.written
            newer.update(done.newer)
            step.tell(f"{written:,} of {len(lost):,} written from the ledger")
    later = "not repaired: by now it knows a later change than the ledger"
    return {
        one: Repair(one.key not in newer, later if one.key in newer else "repaired")
        for findings_of_one in lost.values()
        for one in findings_of_one
    }


def _by_highlight(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Those of `findings` that can be repaired, by the highlight whose they are."""
    lost = defaultdict(list)
    for finding in findings:
        if finding.is_mendable and finding.highlight_id is not None:
            lost[finding.highlight_id].append(finding)
    return lost


def _refuse(item: Item, findings: Sequence[Finding], ledger: Ledger) -> None:
    """Note in the ledger which parts of the highlight have to be made again."""
    parts = {finding.part: finding for finding in findings}
    rendition_is_lost = Part.RENDITION in parts or Part.THUMBNAIL in parts
    if Part.VIDEO in parts:
        ledger.refuse_video(item, parts[Part.VIDEO].etag)
        if rendition_is_lost:
            ledger.refuse_rendition(item)
    elif rendition_is_lost:
        ledger.refuse_playable(item)


def _settled(
    items: Mapping[str, Item], runs: Mapping[GameDay, DayResult], ledger: Ledger
) -> dict[str, Item]:
    """The items, none of which waits for a run that failed before it came to them."""
    for item in items.values():
        if item["status"] in UNTOUCHED and "paused" not in item:
            reason = runs[_game_day(item)].execution.message
            ledger.record_outcome(item, Status.FAILED, reason, datetime.now(UTC))
    return ledger.read(list(items))


def _repairs(
    lost: Mapping[str, Sequence[Finding]], items: Mapping[str, Item], vault: Vault
) -> dict[Finding, Repair]:
    expectations = Expectations.of(items.values())
    keys = expectations.objects
    stored = [one for key in keys for one in vault.objects(key) if one.key == key]
    wrong = list(verify(expectations, stored, vault.read_chunks))
    wrong_parts = {(finding.highlight_id, finding.part) for finding in wrong}
    repairs = {}
    for id_, findings in lost.items():
        for finding in findings:
            part = keys[finding.key].part if finding.key in keys else finding.part
            is_kept = part in items[id_] or part is Part.HIGHLIGHT
            done = is_kept and (id_, part) not in wrong_parts
            repairs[finding] = Repair(done, "repaired" if done else _why_not(items[id_]))
    return repairs


def _why_not(item: Item) -> str:
    """The reason that the run recorded, and what the highlight is now if it cannot be played."""
    left = "the run left it as it was; deploy with gameday run, then try again"
    reason = item.get("paused") or item.get("reason", left)
    if item["status"] == Status.PLAYABLE:
        return f"not repaired: {reason}"
    return f"not repaired, {item['status'].replace('_', ' ')} now: {reason}"


def _game_day(item: Item) -> GameDay:
    return GameDay(item["league"], date.fromisoformat(item["game_date"]))


def _by_date(game_day: GameDay) -> tuple[date, str]:
    return game_day.date, game_day.league
