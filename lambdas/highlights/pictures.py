"""Pictures from hosts: only a whole JPEG is one (ITU-T T.81, annex B)."""

import struct

from lambdas.highlights.errors import NotAPicture
from lambdas.highlights.internet import Internet
from lambdas.highlights.source import open_source

LARGEST = 5_000_000  # bytes; a video's picture takes some 100 kB
MOST_SEGMENTS = 1_000
START, END, SCAN = 0xD8, 0xD9, 0xDA
ALONE = (0x01, *range(0xD0, 0xD8))  # markers without a length
# Frames that are coded by Huffman's way, in turn or progressively; players read no other.
FRAMES = (0xC0, 0xC1, 0xC2)


def fetch_picture(net: Internet, url: str | None) -> bytes:
    """The picture at `url`, by the rules that hold for videos.

    Raises NotAPicture, and what `open_source` and reading from it raise.
    """
    with open_source(net, url) as source:
        if source.encoding not in ("", "identity"):
            raise NotAPicture(f"{source.host} sends the picture compressed, though asked not to")
        if (source.length or 0) > LARGEST:
            raise NotAPicture(f"{source.host} sends a picture of {source.length:,} bytes")
        body = b""
        for chunk in source.read():
            body += chunk
            if len(body) > LARGEST:
                raise NotAPicture(f"{source.host} sends a picture of more than {LARGEST:,} bytes")
    jpeg_size(body)
    return body


def jpeg_size(body: bytes) -> tuple[int, int]:
    """Width and height of a whole JPEG. Raises NotAPicture for all else."""
    try:
        size = _size(body)
    except (IndexError, struct.error):
        size = None
    if size is None or 0 in size or not body.rstrip(b"\0").endswith(bytes((0xFF, END))):
        raise NotAPicture("the file is no whole JPEG")
    return size


def _size(body: bytes) -> tuple[int, int] | None:
    """As the frame header says, when a scan follows it."""
    if body[:2] != bytes((0xFF, START)):
        return None
    at, size = 2, None
    for _ in range(MOST_SEGMENTS):
        if body[at] != 0xFF:
            return None
        while body[at] == 0xFF:  # fill bytes may stand before a marker
            at += 1
        marker, at = body[at], at + 1
        if marker == SCAN:
            return size
        if marker in ALONE:
            continue
        if marker in (0x00, START, END):
            return None
        (length,) = struct.unpack_from(">H", body, at)
        if marker in FRAMES:
            height, width = struct.unpack_from(">2H", body, at + 3)
            size = width, height
        at += max(2, length)
    return None
