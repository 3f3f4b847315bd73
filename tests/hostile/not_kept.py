"""What is no video, or is gone: recorded with its reason, and not asked for again."""

import gzip

from tests.hostile.case import link, lost, unasked
from tests.hostile.scripts import (
    LARGE,
    MP4,
    answer,
    endless,
    in_turn,
    page,
    part,
    pieces,
    playlist,
    redirect,
)
from tests.hostile.server import Exchange

HTML = "Content-Type: text/html"


def from_its_middle(exchange: Exchange) -> None:
    """A stream whose packets begin anywhere, sent from there on whatever is asked for."""
    part(exchange, "clip.ts", 188 * 40, 1 << 40)


def without_its_third(exchange: Exchange) -> None:
    answer("404 Not Found")(exchange) if exchange.rest == "piece2.ts" else pieces(exchange)


def with_a_page(exchange: Exchange) -> None:
    page("")(exchange) if exchange.rest == "piece2.ts" else pieces(exchange)


NOT_KEPT = (
    link("a page", page("<title>Sign in</title>"), "a page, not a file"),
    link("a page called a video", page("", "video/mp4"), "a page, not a file"),
    link(
        "a page that names a page",
        page('<meta property="og:video" content="other.mp4">'),
        "a page, not a file",
        2,
    ),
    link(
        "a page that names itself",
        page('<meta property="og:video" content="clip.mp4">'),
        "a page, not a file",
    ),
    link(
        "a page that names a private address",
        page('<meta property="og:video" content="http://127.0.0.2/clip.mp4">'),
        "private address",
    ),
    link(
        "a page, compressed",
        answer("200 OK", gzip.compress(b"<html>"), "Content-Encoding: gzip", HTML),
        "a page, not a file",
    ),
    link(
        "an encrypted playlist",
        playlist('#EXT-X-KEY:METHOD=AES-128,URI="k"', "#EXTINF:1,", "piece0.ts"),
        "playlist.*encrypted",
    ),
    link("a live playlist", playlist("#EXTINF:1,", "piece0.ts", end=False), "playlist.*live"),
    lost("a playlist without its third piece", without_its_third, "404", 4, path="ts.m3u8"),
    lost(
        "a playlist with a page as its third piece",
        with_a_page,
        "damaged|not a|packet",
        6,
        path="ts.m3u8",
    ),
    lost(
        "a playlist that leads to a private address",
        playlist("#EXTINF:1,", "http://169.254.169.254/piece0.ts"),
        "private address",
    ),
    link(
        "a playlist of itself",
        playlist("#EXT-X-STREAM-INF:BANDWIDTH=1", "clip.mp4"),
        "playlist",
        2,
    ),
    link(
        "a page that never ends",
        endless(b"<!doctype html><html>", b"<p>and more" * 1_000, "200 OK", HTML),
        "a page, not a file",
    ),
    link("a redirect to YouTube", redirect("https://youtu.be/0"), "host_rules"),
    lost("no content", answer("204 No Content"), "204"),
    lost("gone in the middle", in_turn(LARGE, answer("404 Not Found")), "404: not found", (3, 6)),
    unasked("a DASH manifest", "{url}/{name}/clip.mpd", "link_only", "DASH"),
    unasked("YouTube", "https://www.youtube.com/watch?v=0", "link_only", "host_rules"),
    unasked(
        "a host whose links are kept", "http://linked.example/a.mp4", "link_only", "host_rules"
    ),
    unasked(
        "a host that is never asked",
        "http://cdn.refused.example/a.mp4",
        "unavailable",
        "host_rules",
    ),
    lost(
        "an error in JSON",
        answer("200 OK", b'{"error": "expired"}', "Content-Type: application/json"),
        "text, not with a video",
    ),
    lost("an empty file", answer("200 OK", b"", MP4), "empty"),
    lost("not found", answer("404 Not Found"), "404: not found"),
    lost("gone", answer("410 Gone"), "410: gone"),
    lost("forbidden", answer("403 Forbidden"), "403: forbidden"),
    lost("blocked", answer("451 Unavailable For Legal Reasons"), "451: blocked by law"),
    lost("a login", answer("401 Unauthorized"), "401: needs a login"),
    lost("a teapot", answer("418 I'm a teapot"), "418"),
    lost("a stream from its middle on", from_its_middle, "part|range|asked", 2),
    lost("redirects in a circle", redirect("clip.mp4"), "circle"),
    lost("redirects for ever", lambda x: redirect(f"{x.request.number}")(x), "more than 5", 6),
    lost("a redirect to a private name", redirect("http://localhost:{port}/x"), "private"),
    *(
        lost(f"a redirect to {scheme}", redirect(f"{scheme}:{rest}"), "not http")
        for scheme, rest in (
            ("file", "///etc/passwd"),
            ("ftp", "//127.0.0.1/clip.mp4"),
            ("javascript", "alert(1)"),
            ("gopher", "//127.0.0.1:6379/_SET"),
            ("data", "video/mp4;base64,AAAA"),
        )
    ),
    lost("a redirect to nowhere", answer("302 Found"), "302"),
)
