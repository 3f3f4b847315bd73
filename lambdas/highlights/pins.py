"""Backups that a person keeps for good: an object each, in the bucket, so that it outlives the table.

The object's name alone pins; what it holds says who did so, when, and why.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambdas.highlights.archive import ABSENT, Archive
from lambdas.highlights.keys import PINS, pin_key


@dataclass(frozen=True)
class Pin:
    """A pinned backup. name: the backup's; by, at, note: None where they are not known."""

    name: str
    by: str | None = None
    at: datetime | None = None
    note: str | None = None


class Pins:
    """The pins in `archive`. One of a backup that is gone harms nothing."""

    def __init__(self, archive: Archive):
        self._archive = archive

    def names(self) -> frozenset[str]:
        """The names of all pinned backups, every page read."""
        names: set[str] = set()
        start: dict[str, str] = {}
        while True:
            page = self._archive.s3.list_objects_v2(
                Bucket=self._archive.bucket, Prefix=PINS, **start
            )
            keys = [entry["Key"] for entry in page.get("Contents", [])]
            names |= {key.removeprefix(PINS).removesuffix(".json") for key in keys}
            if not page.get("IsTruncated"):
                return frozenset(names)
            start = {"ContinuationToken": page["NextContinuationToken"]}

    def holds(self, name: str) -> bool:
        """Whether the backup is pinned at this moment."""
        return self._archive.has(pin_key(name))

    def read(self, name: str) -> Pin | None:
        """The pin of the backup, None when it has none; one that is no JSON still pins."""
        found = self._find(name)
        return None if found is None else found[0]

    def pin(self, pin: Pin) -> bool:
        """Pin a backup; False when it was pinned already.

        A note replaces the note of a pin that is there; who pinned first, and when, stay.
        """
        if self._archive.put_once(pin_key(pin.name), _body(pin), "application/json"):
            return True
        found = self._find(pin.name)
        if found is None:  # unpinned this moment
            return self.pin(pin)
        there, etag = found
        if pin.note is not None and pin.note != there.note:
            renamed = Pin(there.name, there.by or pin.by, there.at or pin.at, pin.note)
            key, body = pin_key(pin.name), _body(renamed)
            if not self._archive.put_once(key, body, "application/json", replaces=etag):
                return self.pin(pin)  # changed this moment
        return False

    def unpin(self, name: str) -> bool:
        """Take the pin away; False when there was none. An earlier version stays for 90 days."""
        if not self.holds(name):
            return False
        self._archive.s3.delete_object(Bucket=self._archive.bucket, Key=pin_key(name))
        return True

    def _find(self, name: str) -> tuple[Pin, str] | None:
        s3 = self._archive.s3
        try:
            found = s3.get_object(Bucket=self._archive.bucket, Key=pin_key(name))
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return _pin(name, found["Body"].read()), found["ETag"]


def _body(pin: Pin) -> bytes:
    facts = {
        "backup": pin.name,
        "by": pin.by,
        "at": pin.at and pin.at.isoformat(),
        "note": pin.note,
    }
    return json.dumps(facts, ensure_ascii=False, indent=2).encode()


def _pin(name: str, body: bytes) -> Pin:
    try:
        facts: Any = json.loads(body)
        at = datetime.fromisoformat(facts["at"])
        return Pin(name, facts.get("by"), at, facts.get("note"))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Pin(name)
