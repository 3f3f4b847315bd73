"""Matroska and WebM (RFC 9559): proven whole by the sizes of their elements.

A file whose Segment has no size, as recorders of a live stream write it, tells no end: cut
exactly between two elements behind the first cluster, it passes as whole.
"""

from collections.abc import Generator
from struct import unpack

from lambdas.highlights.containers.ebml import elements, read_header, unsigned, vint_length
from lambdas.highlights.containers.formats import MATROSKA, WEBM, Facts, Format
from lambdas.highlights.containers.stream import EndOfStream, Parser, Skip
from lambdas.highlights.errors import NotAVideo, TruncatedVideo

# Element ids: https://www.rfc-editor.org/rfc/rfc9559#section-27.1
EBML, DOC_TYPE, SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
INFO, TIMESTAMP_SCALE, DURATION = 0x1549A966, 0x2AD7B1, 0x4489
TRACKS, TRACK_ENTRY, TRACK_NUMBER, TRACK_TYPE = 0x1654AE6B, 0xAE, 0xD7, 0x83
DEFAULT_DURATION, VIDEO, PIXEL_WIDTH, PIXEL_HEIGHT = 0x23E383, 0xE0, 0xB0, 0xBA
CLUSTER, TIMESTAMP, SIMPLE_BLOCK = 0x1F43B675, 0xE7, 0xA3
BLOCK_GROUP, BLOCK, BLOCK_DURATION = 0xA0, 0xA1, 0x9B
VIDEO_TRACK, AUDIO_TRACK = 1, 2

LARGEST_KEPT = 2 * 1024 * 1024  # bytes of an element that is read into memory
LONGEST_BLOCK_HEADER = 10  # bytes: track number and time
LONGEST = 1 << 63  # nanoseconds; what claims to last 300 years is not believed
MOST_ELEMENTS = 2_000_000


def recognise(head: bytes) -> Format | None:
    """WebM or Matroska, when a file with these first bytes is one."""
    if not head.startswith(EBML.to_bytes(4)):
        return None
    try:
        doc_type = _doc_type(memoryview(head)[4:])
    except (NotAVideo, IndexError):
        return None
    return {b"webm": WEBM, b"matroska": MATROSKA}.get(doc_type)


def parse(most_elements: int = MOST_ELEMENTS) -> Parser:
    """Read a file. Raises NotAVideo once that is sure, and TruncatedVideo when it ends too early.

    What stands behind the first Segment is ignored.
    """
    file = _File(most_elements)
    try:
        yield from file.walk()
    except EndOfStream as end:
        file.end_at(end.size)
    return file.facts()


class _File:
    """The elements of one file, and what those that were read say. Times are nanoseconds."""

    def __init__(self, most_elements: int) -> None:
        self._elements_left = most_elements
        self._at = 0  # the end of what was read
        self._needed = 0  # the end of all elements that have a size
        self._scale = 1_000_000
        self._duration: float | None = None
        self._tracks: _Tracks | None = None
        self._has_cluster = self._tells_its_end = False
        self._cluster_time = self._block_time = self._blocks_end = 0

    def walk(self) -> Generator[int, bytes, None]:
        """Read up to the end of the Segment; clusters only where the duration is not given.

        A cluster or block group is entered by reading on: the ids in it stand nowhere else.
        """
        element, size = 0, None
        while element != SEGMENT:
            element, size = yield from self._header()
            if element != SEGMENT:
                yield from self._content(element, size)
        end = None if size is None else self._at + size
        self._tells_its_end = end is not None
        while end is None or self._at < end:
            element, size = yield from self._header()
            if element == CLUSTER:
                self._has_cluster = True
                if size is not None and self._duration:
                    yield from self._pass(size)
            elif element == EBML:
                return
            elif element != BLOCK_GROUP:
                yield from self._content(element, size)

    def end_at(self, size: int) -> None:
        """Check that the file may end at byte `size`."""
        if size < self._needed:
            raise TruncatedVideo(
                f"the video ends at byte {size:,}, and its elements last to byte {self._needed:,}"
            )
        if size > self._at:
            raise TruncatedVideo(
                f"the video ends at byte {size:,}, inside the header of an element"
            )

    def facts(self) -> Facts:
        """What the file says of its video, once it is proven whole."""
        if self._tracks is None:
            raise TruncatedVideo("the video ends before its list of tracks")
        if not self._has_cluster:
            raise TruncatedVideo("the video ends before its media data")
        nanoseconds = self._duration or self._blocks_end
        return Facts(
            width=self._tracks.width,
            height=self._tracks.height,
            duration_seconds=nanoseconds / 1e9 if 0 < nanoseconds < LONGEST else None,
            has_audio=self._tracks.has_audio,
            tells_its_end=self._tells_its_end,
        )

    def _header(self) -> Generator[int, bytes, tuple[int, int | None]]:
        self._elements_left -= 1
        if self._elements_left < 0:
            raise NotAVideo("the file has too many elements to be a video")
        element, size, length = yield from read_header()
        self._at += length
        if size is not None:
            self._needed = max(self._needed, self._at + size)
        return element, size

    def _content(self, element: int, size: int | None) -> Generator[int, bytes, None]:
        if size is None:
            raise NotAVideo(f"the file is damaged: its element {element:X} has no size")
        if element in (SIMPLE_BLOCK, BLOCK):
            header = yield min(size, LONGEST_BLOCK_HEADER)
            yield Skip(size - len(header))
            self._at += size
            self._read_block(header)
        elif element == TIMESTAMP:
            self._cluster_time = unsigned((yield from self._take(size))) * self._scale
        elif element == BLOCK_DURATION:
            lasts = unsigned((yield from self._take(size))) * self._scale
            self._blocks_end = max(self._blocks_end, self._block_time + lasts)
        elif element == INFO:
            self._read_info(memoryview((yield from self._take(size))))
        elif element == TRACKS and self._tracks is None:
            self._tracks = _Tracks(memoryview((yield from self._take(size))))
        else:
            yield from self._pass(size)

    def _take(self, size: int) -> Generator[int, bytes, bytes]:
        if size > LARGEST_KEPT:
            raise NotAVideo(
                f"the file is damaged: an element is larger than {LARGEST_KEPT:,} bytes"
            )
        data = yield size
        self._at += size
        return data

    def _pass(self, size: int) -> Generator[int, bytes, None]:
        self._at += size
        yield Skip(size)

    def _read_info(self, info: memoryview) -> None:
        fields = dict(elements(info))
        if TIMESTAMP_SCALE in fields:
            self._scale = unsigned(fields[TIMESTAMP_SCALE])
        data = fields.get(DURATION, b"")
        if len(data) in (4, 8):
            duration = unpack(">f" if len(data) == 4 else ">d", data)[0] * self._scale
            self._duration = duration if 0 < duration < LONGEST else None

    def _read_block(self, header: bytes) -> None:
        track_end = vint_length(header[0]) if header else LONGEST_BLOCK_HEADER
        if len(header) < track_end + 2:
            raise NotAVideo("the file is damaged: a block is too short")
        track = int.from_bytes(header[:track_end]) & ((1 << 7 * track_end) - 1)
        offset = int.from_bytes(header[track_end : track_end + 2], signed=True)
        self._block_time = self._cluster_time + offset * self._scale
        lasts = self._tracks.frame_durations.get(track, 0) if self._tracks else 0
        self._blocks_end = max(self._blocks_end, self._block_time + lasts)


class _Tracks:
    """What the Tracks element says. frame_durations: by track number, where it is constant."""

    def __init__(self, tracks: memoryview):
        self.width: int | None = None
        self.height: int | None = None
        self.has_audio = False
        self.frame_durations: dict[int, int] = {}
        has_video = False
        for element, entry in elements(tracks):
            if element != TRACK_ENTRY:
                continue
            fields = dict(elements(entry))
            number, kind, lasts = (
                unsigned(fields.get(field, b""))
                for field in (TRACK_NUMBER, TRACK_TYPE, DEFAULT_DURATION)
            )
            self.frame_durations[number] = lasts
            self.has_audio |= kind == AUDIO_TRACK
            if kind == VIDEO_TRACK and not has_video:
                has_video = True
                picture = dict(elements(fields.get(VIDEO, memoryview(b""))))
                self.width = unsigned(picture.get(PIXEL_WIDTH, b"")) or None
                self.height = unsigned(picture.get(PIXEL_HEIGHT, b"")) or None
        if not has_video:
            raise NotAVideo("the file has no video track")


def _doc_type(data: memoryview) -> bytes:
    """The document type in an EBML header, whose size `data` begins with."""
    start = vint_length(data[0])
    size = int.from_bytes(data[:start]) & ((1 << 7 * start) - 1)
    header = dict(elements(data[start : start + size]))
    return bytes(header.get(DOC_TYPE, b"")).rstrip(b"\0")
