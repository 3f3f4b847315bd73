"""Makes an MP4 of so many bytes: an index of one sample, and media data that does not compress.

`python -m benchmarks.contenders.made_clip FILE BYTES [--index-last]`
"""

import argparse
import os
import struct
from pathlib import Path
from typing import BinaryIO

TIMESCALE, DURATION = 1000, 90_000  # units a second; a clip of 90 seconds
WIDTH, HEIGHT = 640, 360
IDENTITY = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
PIECE = 8 * 1024 * 1024  # bytes made at once


def write_clip(path: Path, size: int, *, index_last: bool = False) -> None:
    """A file of `size` bytes, under 4 GiB, whose index names one picture: all the media data.

    Boxes as in ISO/IEC 14496-12. index_last: as a camera writes it, not made for the web.
    """
    head = box(b"ftyp", b"isom", struct.pack(">I", 0), b"isom")
    length = size - len(head) - len(_index(0, 0)) - 8
    begin = len(head) + 8 + (0 if index_last else len(_index(0, 0)))
    index = _index(begin, length)
    with path.open("wb") as file:
        file.write(head if index_last else head + index)
        file.write(struct.pack(">I4s", length + 8, b"mdat"))
        _write_noise(file, length)
        if index_last:
            file.write(index)


def _write_noise(file: BinaryIO, length: int) -> None:
    while length:
        length -= file.write(os.urandom(min(PIECE, length)))


def _index(begin: int, length: int) -> bytes:
    """A `moov` box with a single sample of `length` bytes at byte `begin`."""
    entry = struct.pack(">6xH16x2H50x", 1, WIDTH, HEIGHT)
    table = box(
        b"stbl",
        full_box(b"stsd", struct.pack(">I", 1), box(b"avc1", entry)),
        full_box(b"stts", struct.pack(">3I", 1, 1, DURATION)),
        full_box(b"stsc", struct.pack(">4I", 1, 1, 1, 1)),
        full_box(b"stsz", struct.pack(">3I", 0, 1, length)),
        full_box(b"stco", struct.pack(">2I", 1, begin)),
    )
    times = struct.pack(">2I", TIMESCALE, DURATION)
    media = box(
        b"mdia",
        full_box(b"mdhd", bytes(8), times, bytes(4)),
        full_box(b"hdlr", bytes(4), b"vide", bytes(13)),
        box(b"minf", table),
    )
    track = full_box(
        b"tkhd",
        struct.pack(">8xI4xI16x", 1, DURATION),
        IDENTITY,
        struct.pack(">2I", WIDTH << 16, HEIGHT << 16),
    )
    movie = full_box(b"mvhd", bytes(8), times, bytes(16), IDENTITY, bytes(24), b"\0\0\0\2")
    return box(b"moov", movie, box(b"trak", track, media))


def box(kind: bytes, *content: bytes) -> bytes:
    """A box: its length, its type, its content."""
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full_box(kind: bytes, *content: bytes) -> bytes:
    """A box with version 0 and no flags."""
    return box(kind, bytes(4), *content)


def main() -> None:
    """Make the clip that the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("size", type=int)
    parser.add_argument("--index-last", action="store_true")
    options = parser.parse_args()
    write_clip(options.path, options.size, index_last=options.index_last)


if __name__ == "__main__":
    main()
