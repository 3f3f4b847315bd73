"""Holds what stands in the archive against what the ledger says of it.

An object that a highlight names has its size and checksum there, and a sidecar the very bytes that its
highlight gives; a raw answer has its digest in its name; run records, pins and what looks back leave
are JSON. Nothing else belongs into the archive.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.highlights.checksum import as_text
from lambdas.highlights.errors import SidecarDamaged, VaultError
from lambdas.highlights.expectations import (
    Expectations,
    ExpectedObject,
    expected_by_name,
    in_bytes,
)
from lambdas.highlights.export_layout import is_whole_gzip
from lambdas.highlights.findings import Finding, Part, Problem
from lambdas.highlights.highlight import SETTLED
from lambdas.highlights.keys import OF_HIGHLIGHT
from lambdas.highlights.sidecar import LARGEST, parse
from lambdas.highlights.sidecars import changed_later

# S3 aborts uploads two days old, at the midnight (UTC) that follows.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
LONGEST_UPLOAD = timedelta(days=3)

ReadChunks = Callable[[str], Iterable[bytes]]


class UnreadableObject(VaultError):
    """Bytes that cannot all be read; its text says what they do instead, such as "end early"."""


@dataclass(frozen=True)
class StoredObject:
    """An object as the bucket lists it."""

    key: str
    bytes: int
    etag: str


@dataclass(frozen=True)
class OpenUpload:
    """A multipart upload under way; started: aware."""

    key: str
    upload_id: str
    started: datetime


def verify(
    expectations: Expectations, stored: Iterable[StoredObject], read: ReadChunks
) -> Iterator[Finding]:
    """Everything that is wrong with the objects of an archive, each read once and in order.

    stored: the whole archive. read: an object's bytes, in pieces; may raise UnreadableObject.
    """
    yield from expectations.findings
    awaited = dict(expectations.objects)
    for one in stored:
        expected = awaited.pop(one.key, None) or expected_by_name(one.key)
        if expected is None:
            yield _unknown(one, expectations.statuses)
        elif finding := _compare(one, expected, read):
            yield finding
    for expected in awaited.values():
        if not expected.is_optional:
            yield _missing(expected)


def unfinished(
    uploads: Iterable[OpenUpload], expectations: Expectations, now: datetime
) -> list[Finding]:
    """The uploads that no download goes on with; wrong are those that S3 should have aborted."""
    return [
        Finding(
            Problem.UNFINISHED,
            upload.key,
            Part.UPLOAD,
            _owner(upload.key, expectations.statuses),
            "an upload that a download goes on with, or none",
            f"upload {upload.upload_id} of {upload.started:%Y-%m-%d %H:%M} UTC",
            is_wrong=now - upload.started > LONGEST_UPLOAD,
        )
        for upload in uploads
        if upload.upload_id not in expectations.uploads
    ]


def _missing(expected: ExpectedObject) -> Finding:
    """The finding that `expected` is not there."""
    return Finding(
        Problem.MISSING,
        expected.key,
        expected.part,
        expected.highlight_id,
        expected.in_words(),
        "nothing",
        is_mendable=True,
    )


def _compare(stored: StoredObject, expected: ExpectedObject, read: ReadChunks) -> Finding | None:
    """How an object differs from what it must be; it is read only when its size is right."""
    found = difference(stored, expected, read)
    if found is None:
        return None
    is_mendable = expected.highlight_id is not None
    if expected.part is Part.SIDECAR and (later := _later_sidecar(stored, expected, read)):
        found, is_mendable = f"that of a later change, of {later:%Y-%m-%d %H:%M} UTC", False
    return Finding(
        Problem.DAMAGED,
        stored.key,
        expected.part,
        expected.highlight_id,
        expected.in_words(),
        found,
        stored.etag,
        is_mendable=is_mendable,
    )


def difference(stored: StoredObject, expected: ExpectedObject, read: ReadChunks) -> str | None:
    """What was found instead of `expected`, in words, or None."""
    if expected.bytes not in (None, stored.bytes):
        return in_bytes(stored.bytes)
    try:
        if expected.part in (Part.RUN_RECORD, Part.DRILL_RECORD, Part.PIN):
            readable = _is_json(read(stored.key), dict)
            return None if readable else f"{in_bytes(stored.bytes)} that are no JSON object"
        if expected.part is Part.BACKFILL:
            readable = _is_json(read(stored.key), dict | list)
            return None if readable else f"{in_bytes(stored.bytes)} that are no JSON"
        if expected.part is Part.EXPORT and stored.key.endswith(".gz"):
            return None if is_whole_gzip(read(stored.key)) else "a file that is cut or changed"
        if expected.part is Part.SIDECAR and expected.is_optional:
            return _damage_of_sidecar(stored, read)
        algorithm = (expected.checksum or "").partition(":")[0]
        size, checksum = _checksum(read(stored.key), algorithm)
    except UnreadableObject as error:
        return f"{in_bytes(stored.bytes)} that {error}"
    if size == stored.bytes and checksum.startswith(expected.checksum or ""):
        return None
    return f"{in_bytes(size)}, {checksum}"


def _damage_of_sidecar(stored: StoredObject, read: ReadChunks) -> str | None:
    if stored.bytes > LARGEST:
        return in_bytes(stored.bytes)
    try:
        parse(b"".join(read(stored.key)), stored.key)
    except SidecarDamaged:
        return f"{in_bytes(stored.bytes)} that are no sidecar"
    return None


def _later_sidecar(
    stored: StoredObject, expected: ExpectedObject, read: ReadChunks
) -> datetime | None:
    """When the item changed that the sidecar is of, if that is later than the ledger knows.

    The ledger is an older one then, and the sidecar may be all that is left of the change.
    """
    if expected.updated_at is None or stored.bytes > LARGEST:
        return None
    try:
        return changed_later(b"".join(read(stored.key)), stored.key, expected.updated_at)
    except UnreadableObject:
        return None


def _unknown(stored: StoredObject, statuses: Mapping[str, str]) -> Finding:
    """An object that nothing names; a highlight that is not settled may still come to do so."""
    owner = _owner(stored.key, statuses)
    status = statuses.get(owner or "")
    expected = f"nothing: highlight {owner}, {status}, does not name it" if owner else "nothing"
    return Finding(
        Problem.UNKNOWN,
        stored.key,
        Part.OBJECT,
        owner,
        expected,
        in_bytes(stored.bytes),
        stored.etag,
        is_mendable=owner is not None and status not in SETTLED,
    )


def _owner(key: str, highlights: Container[str]) -> str | None:
    """The highlight that an object or upload was made for, by its key."""
    match = OF_HIGHLIGHT.fullmatch(key)
    return match[1] if match and match[1] in highlights else None


def _checksum(chunks: Iterable[bytes], algorithm: str) -> tuple[int, str]:
    """Size and checksum, by SHA-256 unless `algorithm` is `crc32`."""
    size, crc, digest = 0, 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        if algorithm == "crc32":
            crc = zlib.crc32(chunk, crc)
        else:
            digest.update(chunk)
    return size, as_text(crc) if algorithm == "crc32" else f"sha256:{digest.hexdigest()}"


def _is_json(chunks: Iterable[bytes], kind: Any) -> bool:
    try:
        return isinstance(json.loads(b"".join(chunks)), kind)
    except ValueError:
        return False
