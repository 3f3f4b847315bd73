"""Serves an MP4 of so many bytes, made on the fly: an index, and media data that is all zeros.

Prints the URL and serves until its standard input is closed.
"""

import struct
import sys
import tempfile
from pathlib import Path

from gameday.embedded.loopback_server import Answer, LoopbackServer, Request

TIMESCALE, DURATION = 1000, 90_000  # units a second; a clip of 90 seconds
WIDTH, HEIGHT = 640, 360
IDENTITY = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


def main(size: int) -> None:
    """Serve a clip of `size` bytes."""
    with tempfile.TemporaryDirectory() as folder:
        clip = write_clip(Path(folder) / "clip.mp4", size)
        answer = Answer(200, clip, {"Content-Type": "video/mp4"})

        def serve(request: Request) -> Answer:
            return answer

        with LoopbackServer(serve) as server:
            print(f"{server.base_url}/clip.mp4", flush=True)
            sys.stdin.read()


def write_clip(path: Path, size: int) -> Path:
    """A file of `size` bytes whose index names one sample of pictures, the whole media data.

    Boxes as in ISO/IEC 14496-12. The media data takes no space where files may have holes.
    """
    head = box(b"ftyp", b"isom", struct.pack(">I", 0), b"isom")
    index_size = len(_index(0, 0))
    begin = len(head) + index_size + 8
    with path.open("wb") as file:
        file.write(head + _index(begin, size - begin))
        file.write(struct.pack(">I4s", size - begin + 8, b"mdat"))
        file.truncate(size)
    return path


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


if __name__ == "__main__":
    main(int(sys.argv[1]))
