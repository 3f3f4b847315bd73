"""MP4 and QuickTime: a file of boxes, proven whole by its own index.

A file is whole when each of its boxes is, and every sample its index or fragments name lies in
it. A fragmented file cut exactly between two fragments is only caught where the file announces
its duration (`mehd`) or its fragments (`sidx`).
"""

import struct
from collections.abc import Generator

from lambdas.highlights.containers.boxes import BoxReader
from lambdas.highlights.containers.formats import MOV, MP4, Facts, Format
from lambdas.highlights.containers.fragments import Fragments
from lambdas.highlights.containers.movie import Movie, Track, read_movie
from lambdas.highlights.containers.stream import EndOfStream, Parser, Skip
from lambdas.highlights.errors import NotAVideo, TruncatedVideo

LARGEST_INDEX = 32 * 1024 * 1024  # bytes of a moov box; an hour of video takes a few MB
LARGEST_FRAGMENT_INDEX = 16 * 1024 * 1024  # bytes of a moof or sidx box
MOST_BOXES = 1_000_000
SLACK = 1.0  # seconds by which fragments may last less than the file announces
NO_END = 1 << 64

# Pictures in the same boxes. ISO/IEC 23008-12, and https://aomediacodec.github.io/av1-avif/
PICTURE_BRANDS = (b"mif1", b"msf1", b"heic", b"heix", b"hevc", b"hevx", b"avif", b"avis")
# How QuickTime files begin that are older than the ftyp box.
# https://developer.apple.com/documentation/quicktime-file-format
OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")

# What stands at the top level of a file: ISO/IEC 14496-12, table 1, and QuickTime.
KNOWN_BOXES = frozenset(
    b"ftyp styp pdin moov moof mfra mdat meta meco sidx ssix prft emsg "
    b"free skip wide udta uuid".split()
)


def recognise(head: bytes) -> Format | None:
    """MP4 or MOV, when a file with these first bytes is one."""
    kind, brand = head[4:8], head[8:12]
    if kind == b"ftyp":
        if len(brand) < 4 or brand in PICTURE_BRANDS or head[:2] != b"\0\0":
            return None
        return MOV if brand == b"qt  " else MP4
    # A text may have one of the other words there ("The free ..."), and no zero byte.
    if kind in OLD_QUICKTIME and (head[:1] == b"\0" or kind == b"mdat"):
        return MOV
    return None


def parse(most_boxes: int = MOST_BOXES) -> Parser:
    """Read a file. Raises NotAVideo once that is sure, and TruncatedVideo when it ends too early.

    Bytes that are no box are tolerated behind the movie, and nowhere else.
    """
    file = _File(BoxReader(most_boxes))
    try:
        yield from file.walk()
    except EndOfStream as end:
        file.end_at(end.size)
    return file.facts()


class _File:
    """The top-level boxes of one file, and what those that were read say."""

    def __init__(self, reader: BoxReader) -> None:
        self._reader = reader
        self._movie: Movie | None = None
        self._index_is_first = False
        self._fragments = Fragments({})
        self._media = (NO_END, 0)  # from the first byte of media data to the end of the last
        self._end = 0  # of all boxes so far
        self._last = b""
        self._last_is_open = False

    def walk(self) -> Generator[int, bytes, None]:
        """Read box after box; returns at bytes behind the movie that are none."""
        while True:
            size, kind = struct.unpack(">I4s", (yield 8))
            header = 8
            if size == 1:
                size, header = int.from_bytes((yield 8)), 16
            if not _is_box(size, header, kind):
                if self._movie and self._media[1]:
                    return
                raise NotAVideo(f"the file is damaged: byte {self._end:,} begins no box")
            self._reader.count_one()
            start, body = self._end, self._end + header
            end = start + size if size else NO_END
            self._end, self._last, self._last_is_open = end if size else body, kind, not size
            length = end - body if size else None
            if kind == b"moov" and self._movie is None:
                self._read_movie((yield from _take(kind, length, LARGEST_INDEX)))
            elif kind in (b"moof", b"sidx"):
                content = yield from _take(kind, length, LARGEST_FRAGMENT_INDEX)
                self._read_fragment(kind, memoryview(content), start, end)
            else:
                if kind == b"mdat":
                    self._media = min(self._media[0], body), max(self._media[1], end)
                yield Skip(end - body)

    def end_at(self, size: int) -> None:
        """Check that the file may end at byte `size`.

        Behind a movie that its index proves whole, less than a known box may be anything.
        """
        is_indexed = self._movie is not None and not self._movie.fragmented
        if size < self._end and not (is_indexed and self._last not in KNOWN_BOXES):
            raise TruncatedVideo(
                f"the video ends at byte {size:,}, inside its {self._last.decode('latin-1')} box, "
                f"which lasts to byte {self._end:,}"
            )
        if size > self._end and not self._last_is_open and not is_indexed:
            raise TruncatedVideo(f"the video ends at byte {size:,}, inside the header of a box")
        self._end = size

    def facts(self) -> Facts:
        """What the file says of its video, once it is proven whole."""
        movie = self._movie
        if movie is None:
            raise TruncatedVideo("the video ends before its index (moov box)")
        if not self._media[1]:
            raise TruncatedVideo("the video ends before its media data (mdat box)")
        self._check_samples(movie)
        duration = movie.duration_seconds
        if movie.fragmented:
            duration = self._check_fragments(movie)
        return Facts(
            width=movie.video.width,
            height=movie.video.height,
            duration_seconds=duration or movie.video.seconds,
            has_audio=movie.has_audio,
            tells_its_end=not movie.fragmented or movie.duration_seconds is not None,
            plays_as=movie.codecs if self._index_is_first and not movie.fragmented else None,
        )

    def _read_movie(self, body: bytes) -> None:
        try:
            movie = read_movie(self._reader, memoryview(body))
        except (struct.error, IndexError) as error:
            raise NotAVideo("the file's index (moov box) is damaged") from error
        if movie.video.extent is None and not movie.fragmented:
            raise NotAVideo("the file's video track is empty")
        self._movie = movie
        self._index_is_first = not self._media[1]
        self._fragments = Fragments(movie.sample_defaults)

    def _read_fragment(self, kind: bytes, body: memoryview, start: int, end: int) -> None:
        if self._movie is None:
            if kind == b"moof":
                raise NotAVideo("the file is a piece of a video: a fragment without an index")
            return
        try:
            if kind == b"moof":
                self._fragments.add(self._reader, body, start)
            else:
                self._fragments.add_index(body, end)
        except (struct.error, IndexError) as error:
            raise NotAVideo(f"the file's {kind.decode()} box is damaged") from error

    def _check_samples(self, movie: Movie) -> None:
        """Check that what the index names lies in the media data."""
        media_end = min(self._media[1], self._end)
        for track in movie.tracks:
            if track.extent is None:
                continue
            if track.extent[0] < self._media[0]:
                raise NotAVideo("the file's index is damaged: it points before the media data")
            if track.extent[1] > media_end:
                raise TruncatedVideo(
                    f"the video's samples last to byte {track.extent[1]:,}, "
                    f"and its media data ends at byte {media_end:,}"
                )

    def _check_fragments(self, movie: Movie) -> float | None:
        """Check that all fragments are there; the seconds that the movie lasts."""
        if movie.video.extent is None and not self._fragments.end:
            raise TruncatedVideo("the video ends before its first fragment")
        if self._fragments.end > self._end:
            raise TruncatedVideo(
                f"the video's fragments last to byte {self._fragments.end:,}, "
                f"and the file ends at byte {self._end:,}"
            )
        lasts = max(self._seconds(track) for track in movie.tracks)
        announced = movie.duration_seconds
        if announced and lasts + SLACK < announced:
            raise TruncatedVideo(
                f"the video holds {lasts:.1f} of the {announced:.1f} seconds that it announces"
            )
        return announced or lasts

    def _seconds(self, track: Track) -> float:
        """How long the samples of `track` last, those in the index and those in fragments."""
        own = (track.seconds or 0.0) if track.extent else 0.0
        if not track.timescale:
            return own
        return own + self._fragments.durations.get(track.track_id, 0) / track.timescale


def _is_box(size: int, header: int, kind: bytes) -> bool:
    """Whether a size (0: to the end of the file) and type can be those of a box."""
    named = all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind)
    return named and (size == 0 or size >= header)


def _take(kind: bytes, length: int | None, largest: int) -> Generator[int, bytes, bytes]:
    """The body of a box: `length` bytes, or all up to the end of the file."""
    if length is not None and length <= largest:
        return (yield length)
    if length is None:
        try:
            yield largest + 1
        except EndOfStream as end:
            return end.rest
    raise NotAVideo(f"the file's {kind.decode()} box is larger than {largest:,} bytes")
