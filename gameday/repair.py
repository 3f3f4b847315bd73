"""`gameday verify --repair`: what is lost is fetched and transcoded again, by the pipeline itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from gameday.home import Home
from gameday.run import DayResult, keep_day
from gameday.steps import Steps
from gameday.vault import Vault
from lambdas.highlights.expectations import Expectations
from lambdas.highlights.findings import Finding, Part
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.ledger import Item, Ledger
from lambdas.highlights.verification import verify

UNTOUCHED = (Status.PENDING, Status.STORED)


@dataclass(frozen=True)
class Repair:
    """What became of a finding; note: a sentence for a person."""

    done: bool
    note: str


def repair(
    findings: Iterable[Finding], vault: Vault, home: Home, steps: Steps
) -> dict[Finding, Repair]:
    """Repair those of `findings` that can be, and say of each what became of it.

    The ledger notes what is lost, an execution of each game day concerned mends it, and what it
    kept is verified again. The provider must be there. Interrupted, it ends the execution; the
    notes stay, so that the next run of the day mends what is left.
    """
    lost = defaultdict(list)
    for finding in findings:
        if finding.is_mendable and finding.highlight_id is not None:
            lost[finding.highlight_id].append(finding)
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
    return repairs


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
        if item["status"] in UNTOUCHED:
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
    reason = item.get(
        "reason", "the run left it as it was; deploy with gameday run, then try again"
    )
    if item["status"] == Status.PLAYABLE:
        return f"not repaired: {reason}"
    return f"not repaired, {item['status'].replace('_', ' ')} now: {reason}"


def _game_day(item: Item) -> GameDay:
    return GameDay(item["league"], date.fromisoformat(item["game_date"]))


def _by_date(game_day: GameDay) -> tuple[date, str]:
    return game_day.date, game_day.league
