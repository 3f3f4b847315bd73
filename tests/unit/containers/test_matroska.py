"""What Matroska and WebM files may look like beside what ffmpeg writes, and must not."""

import struct

import pytest

from lambdas.highlights.container import NotAVideo, TruncatedVideo, sniff
from lambdas.highlights.containers import matroska
from lambdas.highlights.containers.stream import ParserStream
from tests.unit.containers.videos import prove

SEGMENT = bytes.fromhex("18538067")
CLUSTER = bytes.fromhex("1F43B675")
DURATION = bytes.fromhex("4489 88")  # of eight bytes
VOID = b"\xec"


def element(name: str, *content: bytes) -> bytes:
    """An element by its id in hexadecimal, of at most 126 bytes."""
    body = b"".join(content)
    return bytes.fromhex(name) + (0x80 | len(body)).to_bytes() + body


def block(name: str, time: int) -> bytes:
    """A block of track 1; time: milliseconds from the cluster's."""
    return element(name, b"\x81", time.to_bytes(2, signed=True), b"\0 frame")


def without_size(whole: bytes, name: bytes) -> bytes:
    """`whole` with the size of each element of that id unknown."""
    changed = bytearray(whole)
    at = whole.find(name)
    while at >= 0:
        start = at + len(name)
        length = 9 - whole[start].bit_length()
        changed[start : start + length] = ((1 << 7 * length + 1) - 1).to_bytes(length)
        at = whole.find(name, start)
    return bytes(changed)


def without_duration(whole: bytes) -> bytes:
    at = whole.index(DURATION)
    return whole[:at] + VOID + b"\x89" + bytes(9) + whole[at + 11 :]


@pytest.mark.parametrize("name", ["matroska.mkv", "vp9.webm"])
def test_a_recording_whose_sizes_are_unknown_is_read(clips, name):
    recording = without_size(without_size(clips[name], SEGMENT), CLUSTER)

    assert prove(recording) == prove(clips[name])
    with pytest.raises(TruncatedVideo):
        prove(recording[:-1])


@pytest.mark.parametrize("name", ["matroska.mkv", "vp8.webm", "vp9.webm"])
def test_a_missing_duration_is_taken_from_the_last_block(clips, name):
    expected = prove(clips[name]).duration_seconds

    for recording in (clips[name], without_size(clips[name], CLUSTER)):
        found = prove(without_duration(recording)).duration_seconds
        assert found == pytest.approx(expected, abs=0.15)


@pytest.mark.parametrize(
    ("blocks", "seconds"),
    [
        ([block("A3", 0), block("A3", 40)], 1.08),
        ([block("A3", -40)], 1.0),
        ([block("A3", 0), element("A0", block("A1", 40), element("9B", b"\xc8"))], 1.24),
    ],
    ids=["frame duration", "before the cluster", "block duration"],
)
def test_the_last_block_ends_with_its_frame(blocks, seconds):
    frame_duration = element("23E383", (40_000_000).to_bytes(4))
    track = element("AE", element("D7", b"\1"), element("83", b"\1"), frame_duration)
    cluster = element("1F43B675", element("E7", (1000).to_bytes(2)), *blocks)
    segment = element("18538067", element("1654AE6B", track), cluster)

    info = prove(element("1A45DFA3", element("4282", b"webm")) + segment)

    assert info.duration_seconds == pytest.approx(seconds)
    assert (info.width, info.height, info.has_audio) == (None, None, False)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, -1.0])
def test_a_duration_that_is_no_time_is_not_believed(clips, value):
    whole = clips["matroska.mkv"]
    start = whole.index(DURATION) + len(DURATION)
    damaged = whole[:start] + struct.pack(">d", value) + whole[start + 8 :]

    assert prove(damaged) == prove(without_duration(whole))


def test_what_stands_behind_the_segment_is_ignored(clips):
    assert prove(clips["matroska.mkv"] + b"\0 junk") == prove(clips["matroska.mkv"])


def test_another_document_type_is_not_recognised(clips):
    other = clips["matroska.mkv"].replace(b"matroska", b"mattress", 1)

    assert sniff(other) is None
    with pytest.raises(NotAVideo):
        prove(other)


def test_a_file_without_media_data_is_cut_off(clips):
    recording = without_size(clips["matroska.mkv"], SEGMENT)

    with pytest.raises(TruncatedVideo, match="before its media data"):
        prove(recording[: recording.index(CLUSTER)])


def test_bytes_that_are_no_element_are_refused(clips):
    whole = clips["live.mkv"]

    with pytest.raises(NotAVideo, match="no Matroska element"):
        prove(whole[: whole.index(CLUSTER)] + bytes(100))


def test_more_elements_than_a_video_has_are_not_read(clips):
    whole = clips["live.mkv"]
    flood = whole[: whole.index(CLUSTER)] + (VOID + b"\x80") * 1_000

    with pytest.raises(NotAVideo, match="too many elements"):
        ParserStream(matroska.parse(most_elements=1_000)).feed(flood)
