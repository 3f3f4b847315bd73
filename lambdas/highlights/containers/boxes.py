"""Boxes: the nested, length-prefixed units of MP4 and QuickTime files (ISO/IEC 14496-12, 4.2)."""

import sys
from array import array
from collections.abc import Iterator

from lambdas.highlights.errors import NotAVideo


class BoxReader:
    """Reads boxes held in memory; `most` of one file, so that a hostile one cannot stall it."""

    def __init__(self, most: int):
        self._left = most

    def count_one(self) -> None:
        """Account for a box. Raises NotAVideo above the limit."""
        self._left -= 1
        if self._left < 0:
            raise NotAVideo("the file has too many boxes to be a video")

    def children(self, body: memoryview) -> Iterator[tuple[bytes, memoryview]]:
        """Type and body of each box in `body`. Raises NotAVideo where one does not fit."""
        at, end = 0, len(body)
        while end - at >= 8:
            self.count_one()
            size, header = int.from_bytes(body[at : at + 4]), 8
            kind = bytes(body[at + 4 : at + 8])
            if size == 0:
                size = end - at
            elif size == 1:
                size, header = int.from_bytes(body[at + 8 : at + 16]), 16
            if not header <= size <= end - at:
                raise NotAVideo(f"the file's index is damaged: its {kind!r} box does not fit")
            yield kind, body[at + header : at + size]
            at += size

    def find(self, body: memoryview, *path: bytes) -> memoryview | None:
        """Body of the first box at `path` below `body`."""
        found: memoryview | None = body
        for kind in path:
            if found is None:
                return None
            found = next((inner for name, inner in self.children(found) if name == kind), None)
        return found


def big_endian(type_code: str, data: memoryview, count: int) -> array:
    """The first `count` numbers of `data`: 32-bit for type code "I", 64-bit for "Q"."""
    numbers = array(type_code)
    length = count * numbers.itemsize
    if length > len(data):
        raise NotAVideo("the file's index is damaged: a table is shorter than it says")
    numbers.frombytes(data[:length])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
