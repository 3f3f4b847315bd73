"""A video's bytes into the archive: in order, or in ranges that are read side by side.

Either way the container is proved by the bytes that are stored, as they go past, and nothing
stands under the key before it is. Side by side, the proof sees the head and the tail of the file;
what lies between is media data, which it passes over.
"""

import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

from lambdas.highlights.archive import Archive
from lambdas.highlights.container import ContainerProbe, VideoInfo
from lambdas.highlights.deadline import Deadline
from lambdas.highlights.errors import (
    DownloadInterrupted,
    OutOfTime,
    SourceChanged,
    SourceTooSlow,
    SourceUnavailable,
    TooSlowToStore,
    TransientError,
    TruncatedVideo,
    Unavailable,
)
from lambdas.highlights.source import OPENING, Source
from lambdas.highlights.unfinished import Unfinished
from lambdas.highlights.upload import Part, Upload, whole_crc

MEBIBYTE = 1024 * 1024
LEAST_PART = 8 * MEBIBYTE  # S3 takes 5 MiB and more
# What is kept between two attempts are whole parts: smaller ones are kept sooner, and each costs
# requests and a signature. S3 takes 10,000 of them.
LARGEST_PART = 32 * MEBIBYTE
MOST_PEEKED = 8 * MEBIBYTE  # of a file's head, to find out whether it can be read in ranges
LARGEST_TAIL = 8 * MEBIBYTE
SLACK, SLACK_SHARE = 2.0, 0.1  # seconds, and share, by which playlists round
# A few connections that bring so many bytes a second each take up the network of a function, and
# more would be in each other's way. Where a host limits each connection, many are opened.
# docs/decisions/0005-cold-start-and-function-sizes.md
FAST = 32_000_000
FEW, MANY = 4, 16
LOOK = 0.05  # seconds between two looks at how fast the bytes come
# Bytes that each holds at once: fewer where there are many. Each chunk takes a turn of the
# interpreter on its way in and on its way out.
BUFFER, SMALL_BUFFER = 1024 * 1024, 128 * 1024

# After these, what was sent is of no use to the next attempt.
STARTS_OVER = (SourceChanged, TruncatedVideo)
# What a host may do that allows fewer connections than are open.
CROWDED = (DownloadInterrupted, SourceTooSlow, SourceUnavailable)


@dataclass(frozen=True)
class Destination:
    """Where a video goes.

    replaces: the ETag of a damaged object that gives way to it. largest: bytes above which a
    video is not kept. unfinished: what an earlier attempt left open; note: keeps for a later one
    what this one leaves, or nothing. admit: is told of a video's bytes before any of them is
    stored, where they are known by then, and raises when there is no room for them.
    """

    archive: Archive
    key: str
    content_type: str
    replaces: str | None
    largest: int
    deadline: Deadline
    unfinished: Unfinished | None
    note: Callable[[Unfinished | None], None]
    admit: Callable[[int], None] = lambda _: None

    def begin(self, source: Source, *, may_go_on: bool) -> Upload:
        """A new upload, noted before anything is sent to it; what was left open is aborted.

        may_go_on: whether a later attempt can use its parts.
        """
        self.discard_unfinished()
        upload = Upload.begin(self.archive, self.key, self.content_type, self.deadline)
        try:
            validator = source.validator if may_go_on else None
            self.note(Unfinished(upload.upload_id, self.key, validator, source.length))
        except BaseException:
            upload.abort()
            raise
        return upload

    def discard_unfinished(self) -> None:
        """Abort what an earlier attempt left open."""
        if self.unfinished is not None:
            self.archive.abort_upload(self.unfinished.key, self.unfinished.upload_id)

    def abort(self, upload: Upload) -> None:
        """Leave nothing of `upload`."""
        upload.abort()
        self.note(None)


@dataclass(frozen=True)
class Stored:
    """What was read: a whole video. kept: False when another one stands under the key and stays."""

    bytes: int
    crc: int
    info: VideoInfo
    kept: bool


class Opening:
    """A source of which the first bytes are looked at before it is clear how it is stored.

    first_part: where its first part ends; None when it cannot be read in ranges, or need not.
    """

    def __init__(self, source: Source):
        self.source = source
        length = source.length or 0
        in_ranges = source.validator is not None and length > OPENING
        self.first_part = _part_size(length) if in_ranges else None
        self._seen: list[bytes] = []
        self._rest = source.read(0, self.first_part)

    def peek(self, size: int) -> bytes:
        """The first `size` bytes, or fewer when there are no more."""
        head = b"".join(self._seen)
        while len(head) < size and (chunk := self._next()):
            head += chunk
        return head[:size]

    def peek_on(self) -> Iterator[bytes]:
        """Chunk by chunk from the start, up to the end of the first part."""
        yield from list(self._seen)
        yield from iter(self._next, b"")

    def beginning(self) -> Iterator[bytes]:
        """The bytes up to the end of the first part; once, so that none are held for long."""
        while self._seen:
            yield self._seen.pop(0)
        yield from self._rest

    def everything(self) -> Iterator[bytes]:
        """All bytes; once."""
        yield from self.beginning()
        if self.first_part is not None:
            yield from self.source.read(self.first_part)

    def _next(self) -> bytes:
        chunk = next(self._rest, b"")
        if chunk:
            self._seen.append(chunk)
        return chunk


def store(opening: Opening, to: Destination) -> Stored:
    """Store the video that was opened, and prove it whole on the way.

    Raises Unavailable when it is too large, NotAVideo, TruncatedVideo, and what reading and
    writing raise. A transient end of a transfer in ranges leaves the upload for a later attempt.
    """
    length = opening.source.length
    if length is not None and length > to.largest:
        raise too_large(to.largest)
    if length is not None:
        to.admit(length)
    gap = _find_gap(opening)
    if gap is None or length is None:
        return _store_in_order(opening, to)
    return _SideBySide(opening, gap, length, to).run()


def too_large(largest: int) -> Unavailable:
    """Of a video over the setting."""
    return Unavailable(f"the file is over max_video_megabytes ({largest // 1_000_000} MB)")


def _store_in_order(opening: Opening, to: Destination) -> Stored:
    upload, parts, piece, size = None, [], _Piece(), 0
    probe = ContainerProbe()
    try:
        for chunk in opening.everything():
            size += len(chunk)
            if size > to.largest:
                raise too_large(to.largest)
            probe.feed(chunk)
            piece.add(chunk)
            if piece.size >= LEAST_PART and size != opening.source.length:
                upload = upload or to.begin(opening.source, may_go_on=False)
                parts.append(piece.send(upload, len(parts) + 1))
                piece = _Piece()
        info = probe.finish()
        _check_end(info, opening.source)
        if upload is None:
            to.discard_unfinished()
            body = piece.whole()
            kept = to.archive.put_once(to.key, body, to.content_type, to.replaces)
            return Stored(size, zlib.crc32(body), info, kept)
        if piece.size:
            parts.append(piece.send(upload, len(parts) + 1))
        kept = upload.complete(parts, to.replaces)
        return Stored(size, whole_crc(parts), info, kept)
    except BaseException as error:
        if upload is not None:
            to.abort(upload)
        if isinstance(error, OutOfTime):
            # The next attempt would start over and come no further.
            host = opening.source.host
            raise TooSlowToStore(f"{host} does not send the video in a function's time") from error
        raise


def _check_end(info: VideoInfo, source: Source) -> None:
    """Raise TruncatedVideo when a video ends early, or might have and nothing would tell."""
    if not source.tells_its_end and not info.tells_its_end:
        raise TruncatedVideo("neither the host nor the video says where the file ends")
    announced = source.seconds
    if announced and info.duration_seconds is not None:
        missing = announced - info.duration_seconds
        if missing > max(SLACK, announced * SLACK_SHARE):
            raise TruncatedVideo(
                f"the video lasts {info.duration_seconds:.1f} of the {announced:.1f} seconds "
                "that it was announced with"
            )


class _Piece:
    """Bytes of one part, held until they were sent."""

    def __init__(self) -> None:
        self.size = 0
        self._chunks: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self.size += len(chunk)

    def whole(self) -> bytes:
        return b"".join(self._chunks)

    def send(self, upload: Upload, number: int) -> Part:
        return upload.send(number, self.size, lambda: self._chunks)


@dataclass(frozen=True)
class _Gap:
    """The bytes from `start` to `end`, which `probe` passes over; it was fed all before them."""

    probe: ContainerProbe
    start: int
    end: int

    def close(self, tail: bytes) -> VideoInfo:
        """What the video is, by the bytes behind the gap. Raises NotAVideo, TruncatedVideo."""
        self.probe.skip(self.end - self.start)
        self.probe.feed(tail)
        return self.probe.finish()


def _find_gap(opening: Opening) -> _Gap | None:
    """The media data that makes up all but head and tail, when it can be read side by side."""
    length = opening.source.length
    if opening.first_part is None or length is None:
        return None
    probe, start = ContainerProbe(), 0
    for chunk in opening.peek_on():
        probe.feed(chunk)
        start += len(chunk)
        end = min(start + probe.passes_over, length)
        if end > opening.first_part:
            return _Gap(probe, start, end) if length - end <= LARGEST_TAIL else None
        if start >= MOST_PEEKED:
            break
    return None


@dataclass(frozen=True)
class _Range:
    """A part to be: the bytes from `start` to `end` of the file."""

    number: int
    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


class _Stopped(Exception):
    """Another part failed, so that this one is not needed."""


class _SideBySide:
    """One transfer in ranges: each part is streamed from its own request into its own upload."""

    def __init__(self, opening: Opening, gap: _Gap, length: int, to: Destination):
        self._source = opening.source
        self._beginning = [opening.beginning()]
        self._gap = gap
        self._to = to
        self._length = length
        self._tail = bytearray(length - gap.end)
        self._stop = threading.Event()
        self._came = 0

    def run(self) -> Stored:
        """Store the file, or leave an upload that a later attempt goes on with."""
        # A file whose index names more than it has is told before all of it is read.
        info = None if self._tail else self._gap.close(b"")
        upload, there = self._continue_or_begin()
        try:
            parts = there | self._send(
                upload, [part for part in self._layout() if part.number not in there]
            )
            in_order = [parts[number] for number in sorted(parts)]
            info = info or self._gap.close(bytes(self._tail))
            kept = upload.complete(in_order, self._to.replaces)
        except BaseException as error:
            may_go_on = isinstance(error, TransientError) and not isinstance(error, STARTS_OVER)
            if upload.is_damaged or not may_go_on:
                self._to.abort(upload)
            raise
        return Stored(self._length, whole_crc(in_order), info, kept)

    def _layout(self) -> list[_Range]:
        size = _part_size(self._length)
        return [
            _Range(number, start, min(start + size, self._length))
            for number, start in enumerate(range(0, self._length, size), 1)
        ]

    def _continue_or_begin(self) -> tuple[Upload, dict[int, Part]]:
        """The upload, and the parts that it has and that the proof need not see."""
        to, source, left = self._to, self._source, self._to.unfinished
        ours = (to.key, source.validator, source.length)
        if left is not None and (left.key, left.validator, left.length) == ours:
            upload = Upload(to.archive, left.key, left.upload_id, to.deadline)
            found = upload.parts()
            there = {
                part.number: found[part.number]
                for part in self._layout()
                if self._gap.start <= part.start
                and part.end <= self._gap.end
                and part.number in found
                and found[part.number].size == part.size
            }
            if there:
                return upload, there
        return to.begin(source, may_go_on=True), {}

    def _send(self, upload: Upload, missing: Sequence[_Range]) -> dict[int, Part]:
        """Send the parts a few at a time, or many when each of the few comes slowly.

        A host that does not allow so many is asked for fewer, down to one.
        """
        began, width, may_widen = self._to.deadline.clock(), FEW, True
        waiting, there = deque(missing), {}
        sending: dict[Future[Part], tuple[_Range, int]] = {}
        with ThreadPoolExecutor(MANY) as workers:
            try:
                while waiting or sending:
                    while waiting and len(sending) < width:
                        part = waiting.popleft()
                        size = BUFFER if width <= FEW else SMALL_BUFFER
                        chunks = partial(self._read, part, size)
                        sent = workers.submit(upload.send, part.number, part.size, chunks)
                        sending[sent] = part, width
                    self._source.shares = len(sending)
                    ended = wait(sending, LOOK if may_widen else None, FIRST_COMPLETED).done
                    for sent in ended:
                        part, in_width = sending.pop(sent)
                        try:
                            there[part.number] = sent.result()
                        except CROWDED:
                            if in_width == 1:
                                raise
                            waiting.appendleft(part)
                            width, may_widen = max(1, width // 2), False
                    seconds = self._to.deadline.clock() - began
                    if may_widen and self._came < FAST * FEW * seconds:
                        width, may_widen = MANY, False
            except BaseException:
                self._stop.set()
                raise
        return there

    def _read(self, part: _Range, size: int) -> Iterator[bytes | memoryview]:
        """The bytes of `part` through a buffer of `size`, those behind the gap kept for the proof.

        A chunk is overwritten by the next.
        """
        at = part.start
        if at == 0 and self._beginning:
            chunks = self._beginning.pop()
        else:
            chunks = self._source.read(at, part.end, bytearray(size))
        for chunk in chunks:
            if self._stop.is_set():
                raise _Stopped
            behind = at + len(chunk) - self._gap.end
            if behind > 0:
                seen = chunk[-behind:]
                offset = at + len(chunk) - len(seen) - self._gap.end
                self._tail[offset : offset + len(seen)] = seen
            at += len(chunk)
            self._came += len(chunk)
            yield chunk


def _part_size(length: int) -> int:
    """Bytes of each part but the last."""
    return min(max(LEAST_PART, -(-length // MANY)), LARGEST_PART)
