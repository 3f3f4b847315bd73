"""Brings one object back: tries its versions, newest first, until one is right where it stands."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError

from gameday.restore.copying import copy_version
from gameday.restore.object_plan import Case
from gameday.restore.versions import Version
from lambdas.highlights.archive import ABSENT
from lambdas.highlights.errors import RestoreFailed
from lambdas.highlights.expectations import ExpectedObject
from lambdas.highlights.findings import Part
from lambdas.highlights.verification import StoredObject, UnreadableObject, difference
from lambdas.objects import read_chunks

NOT_ALLOWED = ("AccessDenied", "403", "Forbidden")


class Outcome(Enum):
    """What became of an object."""

    WHOLE = "whole"
    RESTORED = "restored"
    THERE = "there"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Settled:
    """An object that was looked at. note: why it could not be brought back, or None."""

    key: str
    outcome: Outcome
    bytes: int = 0
    note: str | None = None


class Placing:
    """Brings objects of `bucket` back from versions in `source`, which may be the same.

    target: the folder into which they go, None for their own keys. told: of bytes that were read.
    begin: called before anything is written.
    """

    def __init__(
        self,
        s3: Any,
        bucket: str,
        source: str,
        target: str | None,
        told: Callable[[int], None],
        begin: Callable[[], None],
    ):
        self._s3, self._bucket, self._source = s3, bucket, source
        self._target, self._told, self._begin = target, told, begin

    def settle(self, case: Case) -> Settled:
        """Look at one object, and bring it back unless it is whole."""
        try:
            return self._settled(case)
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_ALLOWED:
                raise
            raise RestoreFailed(
                f"AWS did not allow {error.operation_name} on {case.key}; who restores objects "
                "needs s3:ListBucketVersions, GetObject, GetObjectVersion and PutObject, and in "
                "place DeleteObjectVersion"
            ) from error

    def _settled(self, case: Case) -> Settled:
        current, found = case.history.current, None
        if current is not None and case.expected is not None:
            found = self._wrong(case, case.expected, self._bucket, current.key, current)
            if found is None:
                return Settled(case.key, Outcome.WHOLE)
        for version in case.candidates:
            try:
                expected = case.expected or self._expectation_of(version, case.key)
            except UnreadableObject:
                continue
            if case.expected is None and self._is_current(case, expected):
                return Settled(case.key, Outcome.WHOLE)
            placed = self._place(case, version, expected)
            if placed is not None:
                return Settled(case.key, placed, version.bytes)
        note = _why_not(case, found)
        outcome = Outcome.MISSING if current is None else Outcome.DAMAGED
        return Settled(case.key, outcome, note=note)

    def _is_current(self, case: Case, expected: ExpectedObject) -> bool:
        """Whether what stands there is it already: a copy of what came in parts has another ETag."""
        current = case.history.current
        return (
            current is not None
            and self._wrong(case, expected, self._bucket, current.key, current) is None
        )

    def _place(self, case: Case, version: Version, expected: ExpectedObject) -> Outcome | None:
        """Put a version where it belongs and read it there; None when it is not right."""
        bucket, target = self._bucket, self._target
        key = case.key if target is None else target + case.key
        there = None if target is None else self._head(key)
        if there and self._wrong(case, expected, bucket, key, there) is None:
            return Outcome.THERE
        self._begin()
        markers = case.history.markers_over(version) if version in case.history.versions else None
        if target is None and markers:
            for marker in markers:
                self._s3.delete_object(Bucket=bucket, Key=key, VersionId=marker.id)
            if self._wrong(case, expected, bucket, key, version) is None:
                return Outcome.RESTORED
            self._s3.delete_object(Bucket=bucket, Key=key)  # it is no better than nothing
            return None
        copied = copy_version(self._s3, self._source, version, bucket, key)
        made = Version(key, copied.version or "", version.modified, version.bytes, copied.etag)
        if self._wrong(case, expected, bucket, key, made) is None:
            return Outcome.RESTORED
        if copied.version is not None:
            self._s3.delete_object(Bucket=bucket, Key=key, VersionId=copied.version)
        return None

    def _wrong(
        self,
        case: Case,
        expected: ExpectedObject,
        bucket: str,
        key: str,
        version: Version,
    ) -> str | None:
        """How what stands under `key` differs from what the object of the case must be."""
        stored = StoredObject(case.key, version.bytes, version.etag)

        def read(_: str) -> Iterator[bytes]:
            for chunk in read_chunks(self._s3, bucket, key, version.id or None):
                self._told(len(chunk))
                yield chunk

        return difference(stored, expected, read)

    def _expectation_of(self, version: Version, key: str) -> ExpectedObject:
        """What a copy of the version must be, where nothing but the version says it."""
        digest = hashlib.sha256()
        for chunk in read_chunks(self._s3, self._source, version.key, version.id):
            self._told(len(chunk))
            digest.update(chunk)
        checksum = f"sha256:{digest.hexdigest()}"
        return ExpectedObject(key, Part.OBJECT, bytes=version.bytes, checksum=checksum)

    def _head(self, key: str) -> Version | None:
        try:
            head = self._s3.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        version = head.get("VersionId", "")
        return Version(key, version, head["LastModified"], head["ContentLength"], head["ETag"])


def _why_not(case: Case, found: str | None) -> str:
    tried = len(case.source.contents)
    if not tried:
        return "no version of it is left" if found is None else f"{found}; no other version is left"
    right = case.expected.in_words() if case.expected else "what it was"
    versions = "the one version" if tried == 1 else f"none of {tried} versions"
    return f"{versions} that is left is {'not ' if tried == 1 else ''}{right}"
