"""Walks through an archive game day by game day, holding the listing of one day at a time."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from lambdas.highlights.keys import OF_HIGHLIGHT, SIDECAR
from lambdas.highlights.verification import StoredObject

PREFIXES = ("videos/", "processed_videos/", "thumbnails/")  # of what belongs to highlights


@dataclass(frozen=True)
class ArchivedDay:
    """What stands in the archive of one game day's highlights: bytes by key. folder: see `GameDay`."""

    folder: str
    objects: dict[str, int] = field(default_factory=dict)

    def sidecars(self) -> list[str]:
        """Keys of the sidecars."""
        return [key for key in self.objects if SIDECAR.fullmatch(key)]

    def without_sidecar(self) -> list[str]:
        """Keys of objects whose highlight has no sidecar, in order."""
        known = {_highlight_of(key) for key in self.sidecars()}
        return sorted(key for key in self.objects if _highlight_of(key) not in known)


def archived_days(objects: Callable[[str], Iterable[StoredObject]]) -> Iterator[ArchivedDay]:
    """Every game day of the archive, in order of folders.

    objects: gives those with a prefix, in S3's order of keys.
    """
    # In S3's order the folders of a prefix come one after the other, each with its slash.
    listings = (_with_folder(objects(prefix)) for prefix in PREFIXES)
    for folder, found in groupby(heapq.merge(*listings, key=_folder), key=_folder):
        day = ArchivedDay(folder.rstrip("/"))
        day.objects.update((one.key, one.bytes) for _, one in found)
        yield day


def _with_folder(objects: Iterable[StoredObject]) -> Iterator[tuple[str, StoredObject]]:
    """Those that are below a game day's folder; what is not is no highlight's."""
    for one in objects:
        if OF_HIGHLIGHT.fullmatch(one.key):
            _, league, date, _ = one.key.split("/", 3)
            yield f"{league}/{date}/", one


def _folder(pair: tuple[str, StoredObject]) -> str:
    return pair[0]


def _highlight_of(key: str) -> str:
    match = OF_HIGHLIGHT.fullmatch(key)
    assert match is not None, key
    return match[1]
