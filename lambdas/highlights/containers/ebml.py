"""EBML, the binary markup that Matroska and WebM are written in (RFC 8794)."""

from collections.abc import Generator, Iterator

from lambdas.highlights.errors import NotAVideo

LONGEST_ID = 4  # bytes
LONGEST_SIZE = 8

_DAMAGED = "the file is damaged: it holds bytes that are no Matroska element"


def read_header() -> Generator[int, bytes, tuple[int, int | None, int]]:
    """Read an element's header from a stream: its id, its size (None: unknown) and header bytes.

    Raises NotAVideo when the bytes are no header.
    """
    data = yield 2
    id_length = vint_length(data[0])
    if id_length > LONGEST_ID:
        raise NotAVideo(_DAMAGED)
    if id_length > 1:
        data += yield id_length - 1
    size_length = vint_length(data[id_length])
    if size_length > LONGEST_SIZE:
        raise NotAVideo(_DAMAGED)
    if size_length > 1:
        data += yield size_length - 1
    element = int.from_bytes(data[:id_length])
    return element, _size(data[id_length:]), id_length + size_length


def elements(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Id and content of each element in `data`; raises NotAVideo where one does not fit."""
    at, end = 0, len(data)
    while at < end:
        id_end = at + vint_length(data[at])
        start = id_end + vint_length(data[id_end]) if id_end < end else end + 1
        if id_end - at > LONGEST_ID or start - id_end > LONGEST_SIZE or start > end:
            raise NotAVideo(_DAMAGED)
        size = _size(bytes(data[id_end:start]))
        if size is None or size > end - start:
            raise NotAVideo(_DAMAGED)
        yield int.from_bytes(data[at:id_end]), data[start : start + size]
        at = start + size


def vint_length(first: int) -> int:
    """Length of a variable-size integer by its first byte; 9 when that is not one's first byte."""
    return 9 - first.bit_length()


def unsigned(data: bytes | memoryview) -> int:
    """The value of an unsigned integer element. Raises NotAVideo when it is over 8 bytes long."""
    if len(data) > 8:
        raise NotAVideo(_DAMAGED)
    return int.from_bytes(data)


def _size(data: bytes) -> int | None:
    every_bit = (1 << 7 * len(data)) - 1
    size = int.from_bytes(data) & every_bit
    return None if size == every_bit else size
