"""One video from its URL into the archive, whole or not at all."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import urllib3

from lambdas.highlights.container import ContainerProbe, VideoInfo, looks_like_page, sniff
from lambdas.highlights.errors import DownloadInterrupted, NotAVideo
from lambdas.highlights.source import LinkOnly, Source, Unavailable, open_source

HEAD = 4_096  # bytes that tell what a body is


class Writer(Protocol):
    """Where a video's bytes go; nothing stands there before `complete`."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""

    def complete(self) -> bool:
        """Make what was written the object; False when one stood there, which stays."""

    def abort(self) -> None:
        """Leave nothing of it."""


@dataclass(frozen=True)
class Download:
    """A video that came whole. checksum: `sha256:` and the digest of its bytes in hexadecimal.

    stored: False when another video stands under the key, stored by another execution.
    """

    key: str
    bytes: int
    checksum: str
    info: VideoInfo
    stored: bool


def download_video(
    http: urllib3.PoolManager,
    url: str | None,
    *,
    key_for: Callable[[str], str],
    open_writer: Callable[[str, str], Writer],
    largest: int,
    clock: Callable[[], float],
) -> Download:
    """Stream the video at `url` into the archive and prove it whole on the way.

    key_for: the key for a file extension. open_writer: a writer for a key and content type.
    largest: bytes above which a video is not kept. clock: see `open_source`. Raises LinkOnly, Unavailable, NotAVideo,
    and the transient SourceUnavailable, DownloadInterrupted, TruncatedVideo.
    """
    with open_source(http, url, clock) as source:
        if source.length is not None and source.length > largest:
            raise _too_large(largest)
        head, chunks = _peek(source.chunks)
        found = sniff(head)
        if found is None:
            raise _not_a_video(head, source)
        key = key_for(found.extension)
        writer = open_writer(key, found.content_type)
        try:
            size, checksum, info = _copy(chunks, writer, largest)
            if source.length is not None and size != source.length:
                raise DownloadInterrupted(f"{size:,} of {source.length:,} announced bytes came")
            stored = writer.complete()
        except BaseException:
            writer.abort()
            raise
    return Download(key, size, checksum, info, stored)


def _peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and all bytes again."""
    head = b""
    while len(head) < HEAD and (chunk := next(chunks, None)) is not None:
        head += chunk

    def everything() -> Iterator[bytes]:
        yield head
        yield from chunks

    return head, everything()


def _not_a_video(head: bytes, source: Source) -> Exception:
    if source.length and not head:
        return DownloadInterrupted(f"0 of {source.length:,} announced bytes came")
    if looks_like_page(head):
        return LinkOnly("the URL answers with a page, not a file")
    return NotAVideo("the file is empty" if not head else "the file is not a video")


def _copy(chunks: Iterator[bytes], writer: Writer, largest: int) -> tuple[int, str, VideoInfo]:
    digest, probe, size = hashlib.sha256(), ContainerProbe(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > largest:
            raise _too_large(largest)
        digest.update(chunk)
        probe.feed(chunk)
        writer.write(chunk)
    return size, f"sha256:{digest.hexdigest()}", probe.finish()


def _too_large(largest: int) -> Unavailable:
    return Unavailable(f"the file is over max_video_megabytes ({largest // 1_000_000} MB)")
