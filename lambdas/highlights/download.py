"""One video from its URL into the archive, whole or not at all; or why there is none.

A URL is classified by the first bytes that come: a video is stored, a playlist is joined to one,
a page is followed one step to a file that it names openly, and anything else is not kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lambdas.highlights import checksum
from lambdas.highlights.container import VideoInfo, is_markup, looks_like_text, sniff
from lambdas.highlights.containers.formats import Format
from lambdas.highlights.destination import Destination
from lambdas.highlights.errors import (
    LinkOnly,
    NotAVideo,
    SourceTooSlow,
    SourceUnavailable,
    TruncatedVideo,
    Unavailable,
)
from lambdas.highlights.internet import Internet
from lambdas.highlights.opening import Opening
from lambdas.highlights.playlist import is_playlist
from lambdas.highlights.source import open_source
from lambdas.highlights.transfer import store

HEAD = 4_096  # bytes that tell what a body is
PAGES = ("text/html", "application/xhtml+xml")
PLAIN = ("", "identity")

# What a page stays a page for: it is no failure, and not asked for again.
PAGE_LEADS_NOWHERE = (
    LinkOnly,
    NotAVideo,
    SourceTooSlow,
    SourceUnavailable,
    TruncatedVideo,
    Unavailable,
)


@dataclass(frozen=True)
class Download:
    """A video that came whole. checksum: see `checksum.as_text`."""

    key: str
    bytes: int
    checksum: str
    info: VideoInfo


class AlreadyStored(Exception):
    """A video stands under `key`, stored by an execution that did not live to record it."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


def download_video(
    net: Internet, url: str | None, destination: Callable[[Format], Destination]
) -> Download:
    """Store the video at `url` where `destination` says, for the kind of file that it is.

    Raises AlreadyStored; LinkOnly, Unavailable and NotAVideo, for good; and transient errors: see
    `errors`. No message holds more of a URL than its host.
    """
    with open_source(net, url) as source:
        return _keep(net, Opening(source), destination, may_follow=True)


def _keep(
    net: Internet,
    opening: Opening,
    destination: Callable[[Format], Destination],
    *,
    may_follow: bool,
) -> Download:
    source, head = opening.source, opening.peek(HEAD)
    if source.encoding in PLAIN:
        if (form := sniff(head)) is not None:
            return _store(opening, destination(form))
        if is_playlist(head):
            return _join(net, opening, destination)
        if source.content_type in PAGES or is_markup(head):
            return _follow(net, opening, destination, may_follow)
        if looks_like_text(head):
            raise NotAVideo("the URL answers with text, not with a video")
        raise NotAVideo("the file is not a video" if head else "the file is empty")
    if source.content_type in PAGES:
        raise LinkOnly("the URL answers with a page, not a file")
    raise NotAVideo(f"{source.host} sends the file compressed, though asked not to")


def _join(
    net: Internet, opening: Opening, destination: Callable[[Format], Destination]
) -> Download:
    """Keep the best rendition of a streaming playlist as one file."""
    # Few answers are playlists, and reading them is not worth each start's import.
    from lambdas.highlights.joined import open_playlist

    joined = open_playlist(net, opening)
    form = sniff(joined.peek(HEAD))
    if form is None:
        raise LinkOnly("the URL is a streaming playlist of no video that can be kept")
    return _store(joined, destination(form))


def _follow(
    net: Internet,
    opening: Opening,
    destination: Callable[[Format], Destination],
    may_follow: bool,
) -> Download:
    """Keep the file that a page names, if it names one."""
    from lambdas.highlights.pages import LARGEST_PAGE, named_file

    page = "the URL answers with a page, not a file"
    url = named_file(opening.peek(LARGEST_PAGE), opening.source.url) if may_follow else None
    if url is None:
        raise LinkOnly(page)
    try:
        with open_source(net, url) as source:
            return _keep(net, Opening(source), destination, may_follow=False)
    except PAGE_LEADS_NOWHERE as reason:
        raise LinkOnly(f"{page}; the file that it names: {reason}") from reason


def _store(opening: Opening, to: Destination) -> Download:
    # What takes one request finds out by it whether a video stands there.
    if opening.content is None or to.replaces is not None:
        to = _where_it_may_go(to)
    stored = store(opening, to)
    if not stored.kept:
        raise AlreadyStored(to.key)
    return Download(to.key, stored.bytes, checksum.as_text(stored.crc), stored.info)


def _where_it_may_go(to: Destination) -> Destination:
    """`to`, which replaces nothing where nothing stands; raises AlreadyStored."""
    if not to.archive.has(to.key):
        return replace(to, replaces=None)
    if to.replaces is None:
        to.discard_unfinished()
        raise AlreadyStored(to.key)
    return to
