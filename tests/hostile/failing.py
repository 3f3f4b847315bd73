"""Sources that send too much, or never what they promise."""

import gzip

from tests.hostile.case import ATTEMPTS, Case, failed, lost
from tests.hostile.scripts import (
    CLIP,
    LARGE,
    LONG_MDAT,
    MP4,
    File,
    answer,
    busy,
    edited,
    endless,
    part,
    raw,
)
from tests.hostile.server import Exchange

LARGEST_VIDEO = 18  # megabytes, the bound of these game days
OK = b"HTTP/1.1 200 OK\r\n"
MANY_HEADERS = OK + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n"
LONG_HEADER = OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n"
BAD_CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\nmany\r\n"


def other_parts(exchange: Exchange) -> None:
    """The beginning at first; from then on parts of the right size from elsewhere in the file."""
    first, end = exchange.request.asked(1 << 40) or (0, 1 << 40)
    part(exchange, "large.mp4", first - 1_000, end - 1_000) if first else LARGE(exchange)


def without_moov(clip: bytes) -> bytes:
    return clip[: clip.rindex(b"moov") - 4]


FAILING = (
    lost(
        "a bomb",
        answer("200 OK", gzip.compress(bytes(20_000_000)), "Content-Encoding: gzip", MP4),
        "compressed",
    ),
    lost(
        "announced over the bound",
        File("clip.mp4", announced=LARGEST_VIDEO * 1_000_000 + 1),
        "max_video_megabytes",
    ),
    lost(
        "over the bound unannounced",
        endless(LONG_MDAT, bytes(1 << 20), "200 OK", MP4),
        "max_video_megabytes",
    ),
    failed("errors for ever", answer("500 Oh No"), "answered 500"),
    failed("cut for ever", CLIP.until(20_000), "broke off|ended"),
    failed("announced too short", File("faststart.mp4", announced=20_000), "ends"),
    failed(
        "half a video as a whole",
        edited("faststart.mp4", lambda clip: clip[: len(clip) // 2]),
        "ends",
    ),
    failed("no index", edited("clip.mp4", without_moov), "ends before its index"),
    failed("parts of another file", other_parts, "no longer gives", (6, 15)),
    failed("too many headers", raw(MANY_HEADERS), "did not answer"),
    failed("a header of 100,000 letters", raw(LONG_HEADER), "did not answer"),
    failed("no HTTP", raw(b"\xff\xfb\x01" * 500), "did not answer"),
    failed("HTTP/0.9", raw(b"<html>It works!</html>"), "did not answer"),
    failed("chunks of no size", raw(BAD_CHUNKS), "broke off"),
    failed("busy for an hour", busy("3600"), "answered 429.*3600 s", (1, ATTEMPTS)),
    Case(
        "a certificate that no one vouches for",
        CLIP,
        "failed",
        "no certificate",
        requests=0,
        url="{tls_url}/{name}/clip.mp4",
    ),
)
