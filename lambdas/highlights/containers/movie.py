"""The index of an MP4 or QuickTime file: its `moov` box (ISO/IEC 14496-12, chapter 8)."""

from bisect import bisect_right
from dataclasses import dataclass
from operator import mul, sub
from struct import unpack_from

from lambdas.highlights.containers.boxes import BoxReader, big_endian
from lambdas.highlights.containers.codecs import audio_codec, video_codec
from lambdas.highlights.errors import NotAVideo

VIDEO, AUDIO = b"vide", b"soun"
# Of a picture that is shown as it is coded: fixed-point numbers, by rows.
UPRIGHT = (0x10000, 0, 0, 0, 0x10000)
UNKNOWN_DURATIONS = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class Track:
    """A track of pictures or sound.

    handler: VIDEO or AUDIO. duration: in units of 1/timescale seconds, None when unknown.
    extent: the bytes of the file from its first sample to the end of its last one, None when the
    index names no samples of it. codec: see `codecs`. is_upright: whether it is neither turned
    nor moved to be shown.
    """

    track_id: int
    handler: bytes
    timescale: int
    duration: int | None
    width: int | None
    height: int | None
    extent: tuple[int, int] | None
    codec: str | None
    is_upright: bool

    @property
    def seconds(self) -> float | None:
        """The duration in seconds, None when unknown."""
        return self.duration / self.timescale if self.duration and self.timescale else None


@dataclass(frozen=True)
class Movie:
    """What the index says.

    tracks: those of pictures and sound. video: the first one of pictures. duration_seconds: of
    all samples, those in fragments included; None when unknown. sample_defaults: by track, the
    duration and size of a fragment's samples that give none.
    """

    tracks: list[Track]
    video: Track
    duration_seconds: float | None
    fragmented: bool
    sample_defaults: dict[int, tuple[int, int]]

    @property
    def has_audio(self) -> bool:
        """Whether there is a track of sound."""
        return any(track.handler == AUDIO for track in self.tracks)

    @property
    def codecs(self) -> str | None:
        """The codecs of a track of pictures, upright, and of one of sound at most; else None."""
        kinds = sorted(track.handler for track in self.tracks)
        coded = [self.video, *(track for track in self.tracks if track.handler == AUDIO)]
        if kinds not in ([VIDEO], [AUDIO, VIDEO]) or not self.video.is_upright:
            return None
        names = [track.codec for track in coded]
        return None if None in names else ",".join(filter(None, names))


def read_movie(reader: BoxReader, moov: memoryview) -> Movie:
    """Read the body of a `moov` box.

    Raises NotAVideo, and struct.error or IndexError where a box is too short.
    """
    tracks = [_track(reader, body) for kind, body in reader.children(moov) if kind == b"trak"]
    video = next((track for track in tracks if track.handler == VIDEO), None)
    if video is None:
        raise NotAVideo("the file has no video track")
    header, extends = reader.find(moov, b"mvhd"), reader.find(moov, b"mvex")
    timescale, duration = (0, None) if header is None else _time(header)
    defaults: dict[int, tuple[int, int]] = {}
    if extends is not None:
        duration = None
        for kind, body in reader.children(extends):
            if kind == b"mehd":
                duration = _known(unpack_from(">Q" if body[0] else ">I", body, 4)[0])
            elif kind == b"trex":
                track_id, _, *sample = unpack_from(">4I", body, 4)
                defaults[track_id] = (sample[0], sample[1])
    return Movie(
        tracks=[track for track in tracks if track.handler in (VIDEO, AUDIO)],
        video=video,
        duration_seconds=duration / timescale if duration and timescale else None,
        fragmented=extends is not None,
        sample_defaults=defaults,
    )


def _track(reader: BoxReader, trak: memoryview) -> Track:
    track_id, turned, matrix = 0, False, UPRIGHT
    header = reader.find(trak, b"tkhd")
    if header is not None:
        track_id = unpack_from(">I", header, 20 if header[0] else 12)[0]
        matrix = unpack_from(">5i", header, 52 if header[0] else 40)
        turned = abs(matrix[1]) > abs(matrix[0])
    media = reader.find(trak, b"mdia") or memoryview(b"")
    handler = reader.find(media, b"hdlr") or memoryview(b"")
    media_header = reader.find(media, b"mdhd")
    timescale, duration = (0, None) if media_header is None else _time(media_header)
    table = reader.find(media, b"minf", b"stbl") or memoryview(b"")
    kind = bytes(handler[8:12])
    width, height = _picture_size(reader, table) if kind == VIDEO else (None, None)
    descriptions = reader.find(table, b"stsd") or memoryview(b"")
    name_of = {VIDEO: video_codec, AUDIO: audio_codec}.get(kind)
    return Track(
        track_id=track_id,
        handler=kind,
        timescale=timescale,
        duration=duration,
        width=height if turned else width,
        height=width if turned else height,
        extent=_extent(reader, table),
        codec=None if name_of is None else name_of(reader, descriptions),
        is_upright=matrix == UPRIGHT,
    )


def _time(header: memoryview) -> tuple[int, int | None]:
    """Timescale and duration of an `mvhd` or `mdhd` box."""
    timescale, duration = (
        unpack_from(">IQ", header, 20) if header[0] else unpack_from(">II", header, 12)
    )
    return timescale, _known(duration)


def _known(duration: int) -> int | None:
    return None if duration in UNKNOWN_DURATIONS else duration


def _picture_size(reader: BoxReader, table: memoryview) -> tuple[int | None, int | None]:
    """Width and height of the first sample description."""
    descriptions = reader.find(table, b"stsd")
    if descriptions is None or len(descriptions) < 44:
        return None, None
    width, height = unpack_from(">2H", descriptions, 40)
    return width or None, height or None


def _extent(reader: BoxReader, table: memoryview) -> tuple[int, int] | None:
    """Where the samples of a sample table (`stbl`) begin and end in the file."""
    boxes = {
        kind: body
        for kind, body in reader.children(table)
        if kind in (b"stco", b"co64", b"stsc", b"stsz")
    }
    sizes, runs = boxes.get(b"stsz"), boxes.get(b"stsc")
    offsets, type_code = boxes.get(b"stco"), "I"
    if offsets is None:
        offsets, type_code = boxes.get(b"co64"), "Q"
    if offsets is None or sizes is None or runs is None:
        return None
    chunks = big_endian(type_code, offsets[8:], unpack_from(">I", offsets, 4)[0])
    if not chunks:
        return None
    last = max(chunks)
    first_sample, samples = _samples_of_chunk(runs, chunks.index(last) + 1)
    return min(chunks), last + _bytes_of_samples(sizes, first_sample, samples)


def _samples_of_chunk(runs: memoryview, number: int) -> tuple[int, int]:
    """Index of the first sample in chunk `number` (from 1), and how many it holds.

    runs: the `stsc` box, rows of first chunk, samples per chunk, description.
    """
    rows = big_endian("I", runs[8:], 3 * unpack_from(">I", runs, 4)[0])
    starts, lengths = rows[0::3], rows[1::3]
    run = bisect_right(starts, number) - 1
    if run < 0:
        return 0, 0
    chunks_of_runs = map(sub, starts[1 : run + 1], starts[:run])
    before = sum(map(mul, chunks_of_runs, lengths[:run]))
    return before + (number - starts[run]) * lengths[run], lengths[run]


def _bytes_of_samples(sizes: memoryview, first: int, count: int) -> int:
    """Size of `count` samples from index `first` on, after the `stsz` box."""
    each, total = unpack_from(">2I", sizes, 4)
    count = max(0, min(count, total - first))
    if each:
        return each * count
    return sum(big_endian("I", sizes[12 + 4 * first :], count)) if count else 0
