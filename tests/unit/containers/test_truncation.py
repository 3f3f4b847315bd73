"""A video that was cut off is never taken for a whole one, wherever its format can tell."""

from collections.abc import Iterator

import pytest

from lambdas.highlights.container import TruncatedVideo, VideoInfo
from tests.unit.containers.videos import outcome, prove

CLUSTER = bytes.fromhex("1F43B675")
PACKET = 188


def cuts_that_pass(whole: bytes) -> list[int]:
    """Lengths of the beginnings of `whole` that pass for a whole video."""
    return [end for end in range(len(whole)) if isinstance(outcome(whole[:end]), VideoInfo)]


def boxes(whole: bytes) -> Iterator[tuple[bytes, int]]:
    """Type and first byte of each top-level box."""
    at = 0
    while at < len(whole):
        yield whole[at + 4 : at + 8], at
        at += int.from_bytes(whole[at : at + 4])


@pytest.mark.parametrize(
    "name",
    ["faststart.mp4", "index_last.mp4", "quicktime.mov", "vp9.webm", "matroska.mkv"],
)
def test_a_cut_is_caught_at_every_byte(clips, name):
    assert cuts_that_pass(clips[name]) == []


def test_a_cut_between_fragments_alone_goes_unseen(clips):
    whole = clips["fragmented.mp4"]
    starts = [at for kind, at in boxes(whole) if kind in (b"moof", b"mfra")]

    assert cuts_that_pass(whole) == starts[1:]
    cut, full = (prove(whole[:end]).duration_seconds for end in (starts[1], len(whole)))
    assert cut and full and cut < full


def test_a_cut_between_fragments_is_caught_where_they_are_listed(clips):
    whole = clips["listed_fragments.mp4"]

    assert cuts_that_pass(whole) == [at for kind, at in boxes(whole) if kind == b"mfra"]


def test_a_cut_between_fragments_is_caught_where_the_duration_is_announced(clips):
    start = clips["cmaf.mp4"].index(b"mvex") + 4
    announced = b"\0\0\0\x10mehd" + bytes(4) + (90_000).to_bytes(4)
    whole = bytearray(clips["cmaf.mp4"])
    whole[start:start] = announced
    for kind in (b"moov", b"mvex"):
        at = whole.index(kind) - 4
        size = int.from_bytes(whole[at : at + 4]) + len(announced)
        whole[at : at + 4] = size.to_bytes(4)

    with pytest.raises(TruncatedVideo, match="seconds that it announces"):
        prove(bytes(whole))


def test_a_cut_between_clusters_alone_goes_unseen_in_a_live_recording(clips):
    whole = clips["live.mkv"]
    starts = [at for at in range(len(whole)) if whole.startswith(CLUSTER, at)]

    assert cuts_that_pass(whole) == starts[1:]


def test_a_cut_between_packets_alone_goes_unseen_in_a_transport_stream(clips):
    passed = cuts_that_pass(clips["stream.ts"])

    assert passed
    assert all(end % PACKET == 0 for end in passed)


def test_a_header_that_is_right_does_not_hide_missing_samples(clips):
    whole = clips["faststart.mp4"]
    start = whole.index(b"mdat") - 4
    size = int.from_bytes(whole[start : start + 4]) - 100
    shortened = whole[:start] + size.to_bytes(4) + whole[start + 4 : start + size]

    with pytest.raises(TruncatedVideo, match="samples last to byte"):
        prove(shortened)


@pytest.mark.parametrize(
    ("name", "end", "reason"),
    [
        ("faststart.mp4", b"mdat", "before its media data"),
        ("index_last.mp4", b"moov", "before its index"),
        ("fragmented.mp4", b"moof", "before its media data"),
    ],
)
def test_a_cut_between_boxes_says_what_is_missing(clips, name, end, reason):
    whole = clips[name]

    with pytest.raises(TruncatedVideo, match=reason):
        prove(whole[: whole.index(end) - 4])
