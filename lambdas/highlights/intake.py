"""Takes a provider's listing into the archive and the ledger, and says what needs work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lambdas.highlights.archive import Archive
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import SETTLED, attributes_of
from lambdas.highlights.keys import raw_answer_key
from lambdas.highlights.ledger import Item, Ledger
from lambdas.highlights.provider import Listing


@dataclass(frozen=True)
class Intake:
    """ids: every highlight of the game day. pending: those a later step has work with.

    found: highlights in the provider's listing; new: those not known before; listed: how many
    rows the provider says there are; calls_left: of its quota, or None. items: those of `ids`.
    """

    ids: list[str]
    pending: list[str]
    found: int
    new: int
    listed: int
    calls_left: int | None
    items: list[Item] = field(default_factory=list)

    def counts(self) -> dict[str, int | None]:
        """The numbers alone."""
        return {
            "found": self.found,
            "new": self.new,
            "listed": self.listed,
            "calls_left": self.calls_left,
        }


def take_in(
    listing: Listing,
    game_day: GameDay,
    *,
    archive: Archive,
    ledger: Ledger,
    now: datetime,
    limit: int,
    tell_listed: Callable[[str, dict[str, str]], object] = lambda _, facts: None,
) -> Intake:
    """Keep `listing` and find the highlights that still need work.

    Highlights of earlier runs that the provider no longer lists are among them: a clip that
    failed yesterday is tried again although its row has vanished. limit: the most highlights of
    the day, over all its looks; known ones stay and are refreshed. tell_listed: told of each
    highlight that is new, or has a new address, before that is kept: its id, and in which answers.
    """
    answers = [raw_answer_key(game_day, body) for body in listing.answers]
    for key, body in zip(answers, listing.answers, strict=True):
        archive.put_once(key, body, "application/json")
    rows = {facts["id"]: facts for facts in (attributes_of(r, game_day) for r in listing.rows)}
    earlier = ledger.ids_of(game_day)
    known = ledger.read([*rows, *earlier])
    found, new = len(rows), 0
    rows = _within(rows, known, limit)
    for row_id, facts in rows.items():
        if row_id not in known or _has_moved(known[row_id], facts):
            tell_listed(row_id, _as_listed(facts, answers))
        if row_id not in known:
            new += ledger.add(facts, now.date().isoformat(), now)
        else:
            ledger.refresh(known[row_id], facts, now)
    ids = list(dict.fromkeys([*rows, *earlier]))
    items = ledger.read(ids)
    return Intake(
        ids=ids,
        pending=[one for one in ids if items[one]["status"] not in SETTLED],
        found=found,
        new=new,
        listed=listing.listed,
        calls_left=listing.calls_left,
        items=[items[one] for one in ids],
    )


def _within(
    rows: Mapping[str, dict[str, str]], known: Mapping[str, Item], limit: int
) -> dict[str, dict[str, str]]:
    """The rows that are known, and new ones while there are fewer highlights than `limit`."""
    room = limit - len(known)
    new = [row_id for row_id in rows if row_id not in known]
    refused = set(new[max(0, room) :])
    return {row_id: facts for row_id, facts in rows.items() if row_id not in refused}


def _as_listed(facts: dict[str, str], answers: Sequence[str]) -> dict[str, str]:
    """What a story says of a highlight that is listed; its address without what signs it."""
    named = {name: facts[name] for name in ("type", "source", "url") if name in facts}
    return {**named, "answers": " ".join(answers)}


def _has_moved(known: Item, facts: dict[str, str]) -> bool:
    """Whether a highlight that is not kept has another address, not just one that is signed anew."""
    was, is_now = known.get("url", ""), facts.get("url", "")
    return "video" not in known and was.partition("?")[0] != is_now.partition("?")[0]
