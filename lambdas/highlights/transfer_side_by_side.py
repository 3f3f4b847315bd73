"""A video's bytes into the archive, in ranges that are read side by side.

The proof of the container sees the head and the tail of the file; what lies between is media
data, which it passes over.
"""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

from lambdas.highlights.container import ContainerProbe, VideoInfo
from lambdas.highlights.destination import Destination, Stored
from lambdas.highlights.errors import (
    DownloadInterrupted,
    SourceChanged,
    SourceTooSlow,
    SourceUnavailable,
    TransientError,
    TruncatedVideo,
)
from lambdas.highlights.opening import MEBIBYTE, PARTS, Opening, part_size
from lambdas.highlights.upload import Part, Upload, whole_crc

MOST_PEEKED = 8 * MEBIBYTE  # of a file's head, to find out whether it can be read in ranges
LARGEST_TAIL = 8 * MEBIBYTE
# A few connections that bring so many bytes a second each take up the network of a function, and
# more would be in each other's way. Where a host limits each connection, many are opened.
# docs/decisions/0005-cold-start-and-function-sizes.md
FAST = 32_000_000
FEW, MANY = 4, PARTS
LOOK = 0.01  # seconds between two looks at how fast the bytes come
SEEN = 0.03  # seconds from a connection's first bytes on, before it is called slow
HANDSHAKES = 0.1  # seconds after which the first bytes are late
# Bytes that each holds at once: fewer where there are many. Each chunk takes a turn of the
# interpreter on its way in and on its way out.
BUFFER, SMALL_BUFFER = 1024 * 1024, 256 * 1024

# After these, what was sent is of no use to the next attempt.
STARTS_OVER = (SourceChanged, TruncatedVideo)
# What a host may do that allows fewer connections than are open.
CROWDED = (DownloadInterrupted, SourceTooSlow, SourceUnavailable)


@dataclass(frozen=True)
class Gap:
    """The bytes from `start` to `end`, which `probe` passes over; it was fed all before them."""

    probe: ContainerProbe
    start: int
    end: int

    def close(self, tail: bytes) -> VideoInfo:
        """What the video is, by the bytes behind the gap. Raises NotAVideo, TruncatedVideo."""
        self.probe.skip(self.end - self.start)
        self.probe.feed(tail)
        return self.probe.finish()


def find_gap(opening: Opening) -> Gap | None:
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
            return Gap(probe, start, end) if length - end <= LARGEST_TAIL else None
        if start >= MOST_PEEKED:
            break
    return None


@dataclass
class _Connection:
    """What one connection has brought. began: when its first bytes came, or should have."""

    began: float
    came: int = 0


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


class SideBySide:
    """One transfer in ranges: each part is streamed from its own request into its own upload."""

    def __init__(self, opening: Opening, gap: Gap, length: int, to: Destination):
        self._source = opening.source
        self._beginning = [opening.beginning()]
        self._gap = gap
        self._to = to
        self._length = length
        self._tail = bytearray(length - gap.end)
        self._stop = threading.Event()
        self._connections: dict[int, _Connection] = {}

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
        size = part_size(self._length)
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
        width, may_widen = FEW, True
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
                    if may_widen and self._is_slow():
                        width, may_widen = MANY, False
            except BaseException:
                self._stop.set()
                raise
        return there

    def _is_slow(self) -> bool:
        """Whether not one connection is fast, of those that were seen for long enough."""
        now = self._to.deadline.clock()
        seen = [one for one in list(self._connections.values()) if now - one.began >= SEEN]
        return bool(seen) and all(one.came < FAST * (now - one.began) for one in seen)

    def _read(self, part: _Range, size: int) -> Iterator[bytes | memoryview]:
        """The bytes of `part` through a buffer of `size`, those behind the gap kept for the proof.

        A chunk is overwritten by the next.
        """
        at = part.start
        if at == 0 and self._beginning:
            chunks = self._beginning.pop()
        else:
            chunks = self._source.read(at, part.end, bytearray(size))
        clock = self._to.deadline.clock
        connection = self._connections[part.number] = _Connection(clock() + HANDSHAKES)
        for chunk in chunks:
            if self._stop.is_set():
                raise _Stopped
            behind = at + len(chunk) - self._gap.end
            if behind > 0:
                seen = chunk[-behind:]
                offset = at + len(chunk) - len(seen) - self._gap.end
                self._tail[offset : offset + len(seen)] = seen
            at += len(chunk)
            if not connection.came:
                connection.began = min(connection.began, clock())
            connection.came += len(chunk)
            yield chunk
        self._connections.pop(part.number, None)
