"""Sources whose video is kept, however they give it."""

from dataclasses import replace
from email.utils import formatdate

from tests.hostile import scripts
from tests.hostile.case import kept
from tests.hostile.scripts import (
    CLIP,
    LARGE,
    LARGE_TOO,
    MEDIUM,
    MEDIUM_TOO,
    TODAY,
    YESTERDAY,
    File,
    answer,
    busy,
    by_path,
    chunked,
    in_turn,
    page,
    part,
    pieces,
    redirect,
)
from tests.hostile.server import Exchange


def busy_until_now(exchange: Exchange) -> None:
    date = formatdate(usegmt=True)
    exchange.answer("503 Service Unavailable", b"", f"Date: {date}", f"Retry-After: {date}")


def another_part(exchange: Exchange) -> None:
    part(exchange, "clip.mp4", 500, 1_500)


def grown(exchange: Exchange) -> None:
    part(exchange, "longer.mp4")


def in_slices(exchange: Exchange) -> None:
    """Of each range at most a mebibyte, as a host may."""
    first, end = exchange.request.asked(1 << 40) or (0, 1 << 40)
    part(exchange, "large.mp4", first, min(end, first + 1024 * 1024))


def unless_asked_in_ranges(exchange: Exchange) -> None:
    if "range" in exchange.request.headers:
        exchange.answer("416 Range Not Satisfiable")
    else:
        CLIP(exchange)


KEPT = (
    kept("a small file", CLIP),
    kept("more than one request, held until it is sent", MEDIUM, "medium.mp4", 2),
    kept("changed while it is held", in_turn(MEDIUM, MEDIUM_TOO), "medium-too.mp4", 4),
    kept("large, an ETag, its index at the end", LARGE, "large.mp4", 3),
    kept("large, a date", File("large.mp4", modified=YESTERDAY), "large.mp4", 3),
    kept("large, no ranges", File("large.mp4"), "large.mp4"),
    kept("large, a weak ETag", File("large.mp4", etag='W/"1"'), "large.mp4", 2),
    kept("in chunks, without a length", chunked("clip.mp4")),
    kept("large in chunks", chunked("large.mp4", 200_000), "large.mp4"),
    kept("WebM", File("clip.webm", "video/webm"), "clip.webm"),
    kept("MPEG-TS", File("clip.ts", "video/mp2t"), "clip.ts"),
    kept("a fragmented MP4", File("fragmented.mp4"), "fragmented.mp4"),
    kept("an MP4 with its index in front", File("faststart.mp4"), "faststart.mp4"),
    kept("a video called text", File("clip.mp4", "text/plain"), path="notes.txt"),
    kept("a video called a page", File("clip.mp4", "text/html"), path="watch.php"),
    kept(
        "a page that names its file",
        by_path(watch=page('<meta property="og:video" content="clip.mp4">'), clip=CLIP),
        requests=2,
        path="watch",
    ),
    kept("twice an error", in_turn(*[answer("500 Oh No")] * 2, CLIP), requests=3),
    kept("busy for a moment", in_turn(busy("0"), busy("0"), CLIP), requests=3),
    kept("busy until now", in_turn(busy_until_now, CLIP), requests=2),
    kept("a reset at once", in_turn(scripts.reset, CLIP), requests=2),
    kept("cut in the middle", in_turn(LARGE.until(3_000_000), LARGE), "large.mp4", 4),
    kept("cut behind its first byte", in_turn(CLIP.until(1), CLIP), requests=2),
    kept(
        "a reset in the middle, no ranges",
        in_turn(File("large.mp4").until(3_000_000, reset=True), File("large.mp4")),
        "large.mp4",
        2,
    ),
    kept(
        "a reset in the middle, ranges",
        in_turn(LARGE.until(3_000_000, reset=True), LARGE),
        "large.mp4",
        4,
    ),
    kept("changed between its parts", in_turn(LARGE, LARGE_TOO), "large-too.mp4", (5, 6)),
    kept(
        "changed, and If-Range ignored",
        in_turn(LARGE, replace(LARGE_TOO, careless=True)),
        "large-too.mp4",
        (5, 6),
    ),
    kept(
        "another date, and If-Range ignored",
        in_turn(
            File("large.mp4", modified=YESTERDAY),
            File("large-too.mp4", modified=TODAY, careless=True),
        ),
        "large-too.mp4",
        (5, 6),
    ),
    kept(
        "changed where it broke off",
        in_turn(LARGE.until(8_000_000), LARGE_TOO),
        "large-too.mp4",
        (4, 6),
    ),
    kept(
        "grown under the same ETag",
        in_turn(LARGE, grown),
        "longer.mp4",
        (5, 6),
    ),
    kept(
        "another part than was asked for",
        in_turn(another_part, CLIP),
        requests=2,
    ),
    kept("less than was asked for", in_slices, "large.mp4", (17, 20)),
    kept("no ranges please", unless_asked_in_ranges, requests=2),
    kept(
        "three redirects",
        by_path(
            clip=redirect("second.mp4"),
            second=redirect("../three-redirects/third.mp4"),
            third=redirect("last.mp4"),
            last=CLIP,
        ),
        requests=4,
    ),
    kept("spaces in the URL", CLIP, path="the clip of the day.mp4"),
    kept("letters of all kinds in the URL", CLIP, path="größe-\u4e2d\u6587.mp4"),
    kept("a URL of 5,000 characters", CLIP, path=f"clip.mp4?{'token=' * 800}"),
    kept("a playlist of MPEG-TS", pieces, "joined.ts", 6, "ts.m3u8"),
    kept("a playlist of MP4", pieces, "joined.mp4", 7, "mp4.m3u8"),
)
