"""Takes a provider's listing into the archive and the ledger, and says what needs work."""

from dataclasses import dataclass
from datetime import datetime

from lambdas.highlights.archive import Archive
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import SETTLED, attributes_of
from lambdas.highlights.keys import raw_answer_key
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.provider import Listing


@dataclass(frozen=True)
class Intake:
    """ids: every highlight of the game day. pending: those a later step has work with.

    found: highlights in the provider's listing; new: those not known before; listed: how many
    rows the provider says there are; calls_left: of its quota, or None.
    """

    ids: list[str]
    pending: list[str]
    found: int
    new: int
    listed: int
    calls_left: int | None

    def counts(self) -> dict[str, int | None]:
        """The numbers alone."""
        return {
            "found": self.found,
            "new": self.new,
            "listed": self.listed,
            "calls_left": self.calls_left,
        }


def take_in(
    listing: Listing, game_day: GameDay, *, archive: Archive, ledger: Ledger, now: datetime
) -> Intake:
    """Keep `listing` and find the highlights that still need work.

    Highlights of earlier runs that the provider no longer lists are among them: a clip that
    failed yesterday is tried again although its row has vanished.
    """
    for body in listing.answers:
        archive.put_once(raw_answer_key(game_day, body), body, "application/json")
    rows = {facts["id"]: facts for facts in (attributes_of(r, game_day) for r in listing.rows)}
    earlier = ledger.ids_of(game_day)
    known = ledger.read([*rows, *earlier])
    new = 0
    for row_id, facts in rows.items():
        if row_id not in known:
            new += ledger.add(facts, now.date().isoformat(), now)
        else:
            ledger.refresh(known[row_id], facts, now)
    ids = list(dict.fromkeys([*rows, *earlier]))
    items = ledger.read(ids)
    return Intake(
        ids=ids,
        pending=[one for one in ids if items[one]["status"] not in SETTLED],
        found=len(rows),
        new=new,
        listed=listing.listed,
        calls_left=listing.calls_left,
    )
