"""Which version of an object is the right one to bring back.

A bucket with versions forgets nothing for 90 days: what is overwritten stays as an earlier version,
and a deletion is a marker on top.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any


@dataclass(frozen=True)
class Version:
    """One version of an object, or the marker of a deletion. modified: aware, whole seconds."""

    key: str
    id: str
    modified: datetime
    bytes: int = 0
    etag: str = ""
    is_marker: bool = False
    is_latest: bool = False


@dataclass(frozen=True)
class History:
    """All that is left of the versions under a key, newest first; perhaps nothing."""

    key: str
    versions: tuple[Version, ...] = ()

    @property
    def current(self) -> Version | None:
        """What stands under the key now; None when nothing does."""
        first = self.versions[0] if self.versions else None
        return None if first is None or first.is_marker or not first.is_latest else first

    @property
    def contents(self) -> list[Version]:
        """The versions that are no markers, newest first."""
        return [one for one in self.versions if not one.is_marker]

    def candidates(self, size: int | None) -> list[Version]:
        """The versions that may be what is sought, newest first; size: bytes, where known."""
        return [one for one in self.contents if size in (None, one.bytes)]

    def as_of(self, moment: datetime) -> Version | None:
        """What stood under the key at the moment; None when nothing did."""
        before = (one for one in self.versions if one.modified <= moment)
        found = next(before, None)
        return None if found is None or found.is_marker else found

    def markers_over(self, version: Version) -> list[Version] | None:
        """The markers without which `version` is the current one; None when more is over it."""
        over = self.versions[: self.versions.index(version)]
        return list(over) if all(one.is_marker for one in over) else None


def histories(pages: Iterable[Mapping[str, Any]]) -> Iterator[History]:
    """The histories of a listing of versions, in order of keys; a page or key at a time is held.

    pages: answers of ListObjectVersions, which has versions and markers in two lists.
    """
    for key, found in groupby(_versions(pages), key=attrgetter("key")):
        yield History(key, newest_first(found))


def newest_first(versions: Iterable[Version]) -> tuple[Version, ...]:
    """The versions of one key in order; of the same second, the latest and then markers first."""
    return tuple(
        sorted(versions, key=lambda one: (one.is_latest, one.modified, one.is_marker), reverse=True)
    )


def joined(one: Iterable[History], other: Iterable[History]) -> Iterator[tuple[History, History]]:
    """The histories of each key in two listings, an empty one where a listing lacks the key."""
    tagged = heapq.merge(
        ((history.key, 0, history) for history in one),
        ((history.key, 1, history) for history in other),
        key=lambda entry: entry[:2],
    )
    for key, group in groupby(tagged, key=lambda entry: entry[0]):
        found = {side: history for _, side, history in group}
        yield found.get(0, History(key)), found.get(1, History(key))


def _versions(pages: Iterable[Mapping[str, Any]]) -> Iterator[Version]:
    for page in pages:
        contents = (
            Version(
                entry["Key"],
                entry["VersionId"],
                entry["LastModified"],
                entry["Size"],
                entry["ETag"],
                is_latest=entry["IsLatest"],
            )
            for entry in page.get("Versions", [])
        )
        markers = (
            Version(
                entry["Key"],
                entry["VersionId"],
                entry["LastModified"],
                is_marker=True,
                is_latest=entry["IsLatest"],
            )
            for entry in page.get("DeleteMarkers", [])
        )
        yield from heapq.merge(contents, markers, key=attrgetter("key"))
