"""Keeps the sidecars in the bucket true to the ledger.

A sidecar is looked at before its item is read, and written only over what was seen there. What
another execution wrote before the look came of an item no newer than the one read after it, and
what it writes later makes the write fail: an older item never replaces a newer one's sidecar.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import SidecarDamaged, StoreUnavailable
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.sidecar import CONTENT_TYPE, LARGEST, key_of, parse, render

ATTEMPTS = 5


@dataclass(frozen=True)
class SidecarsWritten:
    """How many sidecars were written, and how many were right.

    newer: keys of those that know a later change than the ledger, as after the restore of an
    older table; they are left alone, since nothing else may know it.
    """

    written: int
    unchanged: int
    newer: list[str]


def write_sidecars(ids: Sequence[str], archive: Archive, ledger: Ledger) -> SidecarsWritten:
    """Write the sidecars of `ids` that are missing, damaged or of an earlier change.

    Unknown ids are left out. May be called again at any point. Raises StoreUnavailable when other
    writers do not leave it alone.
    """
    written, unchanged, newer = 0, 0, []
    waiting = list(dict.fromkeys(ids))
    for _ in range(ATTEMPTS):
        seen = {}
        for item in ledger.read(waiting).values():
            etag = archive.etag(key_of(item))
            if etag == _etag(render(item)):
                unchanged += 1
            else:
                seen[item["id"]] = etag
        waiting = []
        for item in ledger.read(list(seen)).values():
            etag, key, body = seen[item["id"]], key_of(item), render(item)
            there = None if etag is None else archive.read(key).read(LARGEST + 1)
            if there == body:
                unchanged += 1
            elif there is not None and changed_later(there, key, item["updated_at"]):
                newer.append(key)
            elif archive.put_once(key, body, CONTENT_TYPE, replaces=etag):
                written += 1
            else:
                waiting.append(item["id"])
        if not waiting:
            return SidecarsWritten(written, unchanged, sorted(newer))
    raise StoreUnavailable(f"{len(waiting)} sidecars change all the time, such as of {waiting[0]}")


def changed_later(body: bytes, key: str, updated_at: str) -> datetime | None:
    """When the item changed that the sidecar under `key` is of, if that was after `updated_at`."""
    try:
        there = datetime.fromisoformat(parse(body, key)["updated_at"])
    except SidecarDamaged:
        return None
    return there if there > datetime.fromisoformat(updated_at) else None


def _etag(body: bytes) -> str:
    """Of an object written at once and encrypted by S3's own keys.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
    """
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
