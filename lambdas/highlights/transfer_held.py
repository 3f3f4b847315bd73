"""A small video's bytes into the archive: all held, proved, and sent in one request."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from lambdas.highlights import checksum
from lambdas.highlights.container import ContainerProbe
from lambdas.highlights.destination import Destination, Stored, too_slow_to_store
from lambdas.highlights.errors import OutOfTime
from lambdas.highlights.opening import MEBIBYTE, Opening
from lambdas.highlights.source import Source
from lambdas.highlights.transfer_side_by_side import CROWDED, FAST, FEW

LEAST_RANGE = 2 * MEBIBYTE  # worth a connection of its own
SLICE = MEBIBYTE  # bytes given to a connection at once, which has its timeout for each


def store_held(opening: Opening, content: bytearray, to: Destination) -> Stored:
    """Store what `opening` reads into `content`. Nothing is left of what goes wrong."""
    try:
        crc = _read(opening, content, to)
    except OutOfTime as error:
        raise too_slow_to_store(opening.source) from error
    probe = ContainerProbe()
    for part in _slices(content):
        probe.feed(part)
    info = probe.finish()
    return Stored(len(content), crc, info, to.put(lambda: _slices(content), len(content), crc))


def _read(opening: Opening, content: bytearray, to: Destination) -> int:
    """Read the first part; then the rest over the same connection, or over a few if it is slow.

    Returns the CRC-32 of the content.
    """
    began = to.deadline.clock()
    crc = checksum.of(opening.beginning())
    at = opening.first_part or len(content)
    rest = len(content) - at
    is_slow = at < FAST * (to.deadline.clock() - began)
    ways = min(FEW, -(-rest // LEAST_RANGE)) if is_slow else 1
    try:
        crcs = _read_on(opening.source, content, at, ways)
    except CROWDED:
        if ways == 1:
            raise
        crcs = _read_on(opening.source, content, at, 1)  # the host may not allow so many
    for part, size in crcs:
        crc = checksum.combine(crc, part, size)
    return crc


def _read_on(source: Source, content: bytearray, start: int, ways: int) -> list[tuple[int, int]]:
    """Read what lies behind `start` in so many ranges side by side; the CRC-32 and size of each."""
    if start == len(content):
        return []
    room, size = memoryview(content), -(-(len(content) - start) // ways)

    def fill(at: int) -> tuple[int, int]:
        end = min(at + size, len(content))
        return checksum.of(source.read(at, end, room[at:end])), end - at

    source.shares = ways
    if ways == 1:
        return [fill(start)]
    with ThreadPoolExecutor(ways) as workers:
        return list(workers.map(fill, range(start, len(content), size)))


def _slices(content: bytearray) -> Iterator[memoryview]:
    room = memoryview(content)
    return (room[at : at + SLICE] for at in range(0, len(content), SLICE))
