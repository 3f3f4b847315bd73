"""What the ledger says must stand in the archive."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lambdas.highlights.export_layout import EXPORT_FILE
from lambdas.highlights.findings import Finding, Part, Problem
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import SETTLED, Status
from lambdas.highlights.keys import (
    BACKFILL_FILE,
    DRILL_RECORD,
    PIN,
    RAW_ANSWER,
    RESTORED,
    RUN_RECORD,
    rendition_key,
    thumbnail_key,
    video_key,
)
from lambdas.highlights.ledger import Item, is_backed_up
from lambdas.highlights.sidecar import key_of, render
from lambdas.highlights.unfinished import Unfinished

OF_STATUS = {
    Status.STORED: (Part.VIDEO,),
    Status.PLAYABLE: (Part.VIDEO, Part.RENDITION, Part.THUMBNAIL),
}


@dataclass(frozen=True)
class ExpectedObject:
    """What an object must be; `bytes` and `checksum` are None where nothing says them.

    checksum: the algorithm, a colon, and the first or all hexadecimal digits. updated_at: of the
    item that a sidecar is of. is_optional: it may be missing.
    """

    key: str
    part: Part
    highlight_id: str | None = None
    bytes: int | None = None
    checksum: str | None = None
    updated_at: str | None = None
    is_optional: bool = False

    def in_words(self) -> str:
        """Size and checksum, as far as they are known."""
        size = None if self.bytes is None else in_bytes(self.bytes)
        return ", ".join(fact for fact in (size, self.checksum) if fact) or f"a {self.part}"


@dataclass(frozen=True)
class Expectations:
    """What the ledger says of the archive.

    objects: those that must be there, by key. statuses: each highlight's, by its id. uploads:
    the ids of those that a download goes on with. findings: what the items themselves lack.
    """

    objects: dict[str, ExpectedObject]
    statuses: dict[str, str]
    uploads: set[str]
    findings: list[Finding]

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Expectations":
        """The expectations of `items`, which are read once."""
        found = cls({}, {}, set(), [])
        for item in items:
            found.objects.update((one.key, one) for one in _expected_objects(item))
            sidecar = _expected_sidecar(item)
            found.objects[sidecar.key] = sidecar
            found.statuses[item["id"]] = item["status"]
            if (upload := Unfinished.from_item(item.get("upload"))) is not None:
                found.uploads.add(upload.upload_id)
            found.findings.extend(_unrecorded(item))
        return found


def expected_by_name(key: str) -> ExpectedObject | None:
    """What the object of a key must be whose name says it: a raw answer, a record, a pin."""
    if answer := RAW_ANSWER.fullmatch(key):
        return ExpectedObject(key, Part.RAW_ANSWER, checksum=f"sha256:{answer[1]}")
    if RUN_RECORD.fullmatch(key):
        return ExpectedObject(key, Part.RUN_RECORD)
    if DRILL_RECORD.fullmatch(key):
        return ExpectedObject(key, Part.DRILL_RECORD)
    if BACKFILL_FILE.fullmatch(key):
        return ExpectedObject(key, Part.BACKFILL)
    if PIN.fullmatch(key):
        return ExpectedObject(key, Part.PIN)
    if RESTORED.fullmatch(key):
        return ExpectedObject(key, Part.RESTORED)
    if EXPORT_FILE.fullmatch(key):
        return ExpectedObject(key, Part.EXPORT)
    return None


def in_bytes(size: int) -> str:
    """A size in words."""
    return f"{size:,} bytes"


def _expected_objects(item: Item) -> list[ExpectedObject]:
    """The objects that `item` names."""
    return [
        ExpectedObject(facts["key"], part, item["id"], int(facts["bytes"]), facts.get("checksum"))
        for part in OF_STATUS[Status.PLAYABLE]
        if (facts := item.get(part))
    ]


def _expected_sidecar(item: Item) -> ExpectedObject:
    """The very bytes, once the run that settled the highlight has come to its end.

    Until then a sidecar may be missing, or of an earlier state.
    """
    key = key_of(item)
    if item["status"] not in SETTLED or "backed_up" not in item or not is_backed_up(item):
        return ExpectedObject(key, Part.SIDECAR, item["id"], is_optional=True)
    body = render(item)
    checksum = f"sha256:{hashlib.sha256(body).hexdigest()}"
    return ExpectedObject(
        key, Part.SIDECAR, item["id"], len(body), checksum, updated_at=item["updated_at"]
    )


def _unrecorded(item: Item) -> list[Finding]:
    """What the item's status promises and the item does not name."""
    game_day = GameDay(item["league"], date.fromisoformat(item["game_date"]))
    keys = {
        Part.VIDEO: video_key(game_day, item["id"], "*"),
        Part.RENDITION: rendition_key(game_day, item["id"]),
        Part.THUMBNAIL: thumbnail_key(game_day, item["id"]),
    }
    promised = [
        Finding(
            Problem.MISSING,
            keys[part],
            part,
            item["id"],
            f"a {part}, since the highlight is {item['status']}",
            "an item that names none",
            is_mendable=True,
        )
        for part in OF_STATUS.get(item["status"], ())
        if part not in item and not (part is Part.VIDEO and "video_left_out" in item)
    ]
    if item["status"] not in SETTLED and {Part.RENDITION, Part.THUMBNAIL} <= item.keys():
        return [*promised, _unfinished_repair(item)]
    return promised


def _unfinished_repair(item: Item) -> Finding:
    """Only a repair takes back that a highlight is playable, and its run says so again."""
    return Finding(
        Problem.UNFINISHED,
        item["rendition"]["key"],
        Part.HIGHLIGHT,
        item["id"],
        "a playable highlight, since its rendition is kept",
        f"one that is {item['status']}",
        is_mendable=True,
    )
