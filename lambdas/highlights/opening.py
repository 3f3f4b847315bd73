"""The first bytes of a source, and how large the parts are in which the rest is read."""

from collections.abc import Iterator

from lambdas.highlights.source import OPENING, Chunk, Source

MEBIBYTE = 1024 * 1024
LEAST_PART = 6 * MEBIBYTE  # S3 takes 5 MiB and more
# What is kept between two attempts are whole parts: smaller ones are kept sooner, and each costs
# requests and a signature. S3 takes 10,000 of them.
LARGEST_PART = 32 * MEBIBYTE
# A file that is no larger is held, to go in one request where parts take four and more.
HELD = 16 * MEBIBYTE
PARTS = 20  # as many as are read side by side at most


class Opening:
    """A source of which the first bytes are looked at before it is clear how it is stored.

    first_part: where its first part ends; None when it cannot be read in ranges, or need not.
    content: where all bytes of a small file go, to be held until they are sent; otherwise None.
    """

    def __init__(self, source: Source):
        self.source = source
        length = source.length or 0
        in_ranges = source.validator is not None and length > OPENING
        self.first_part = part_size(length) if in_ranges else None
        self.content = bytearray(length) if 0 < length <= HELD else None
        self._seen: list[Chunk] = []
        self._rest = source.read(0, self.first_part, self.content)

    def peek(self, size: int) -> bytes:
        """The first `size` bytes, or fewer when there are no more."""
        head = b"".join(self._seen)
        while len(head) < size and (chunk := self._next()):
            head += bytes(chunk)
        return head[:size]

    def peek_on(self) -> Iterator[Chunk]:
        """Chunk by chunk from the start, up to the end of the first part."""
        yield from list(self._seen)
        yield from iter(self._next, b"")

    def beginning(self) -> Iterator[Chunk]:
        """The bytes up to the end of the first part; once, so that none are held for long."""
        while self._seen:
            yield self._seen.pop(0)
        yield from self._rest

    def everything(self) -> Iterator[Chunk]:
        """All bytes, in chunks that last; once."""
        yield from self.beginning()
        if self.first_part is not None:
            yield from self.source.read(self.first_part)

    def _next(self) -> Chunk:
        chunk = next(self._rest, b"")
        if chunk:
            self._seen.append(chunk)
        return chunk


def part_size(length: int) -> int:
    """Bytes of each part but the last."""
    return min(max(LEAST_PART, -(-length // PARTS)), LARGEST_PART)
