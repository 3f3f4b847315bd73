"""How the samples of fragments are counted and placed, for what ffmpeg does not write."""

import struct

import pytest

from lambdas.highlights.containers.boxes import BoxReader
from lambdas.highlights.containers.fragments import Fragments

START = 1_000  # where the moof box begins
LISTED = struct.pack(">2I", 0x300, 2) + struct.pack(">4I", 10, 5, 30, 7)  # duration, size
DEFAULT = struct.pack(">2I", 0, 3)  # three samples


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return (len(body) + 8).to_bytes(4) + kind + body


def header(track: int, flags: int = 0, *fields: bytes) -> bytes:
    return box(b"tfhd", struct.pack(">2I", flags, track), *fields)


def read(*tracks: bytes) -> Fragments:
    fragments = Fragments({1: (100, 8), 2: (1, 1)})
    fragments.add(BoxReader(1_000), memoryview(b"".join(tracks)), START)
    return fragments


@pytest.mark.parametrize(
    ("track", "durations", "end"),
    [
        (header(1) + box(b"trun", LISTED), {1: 40, 2: 0}, START + 12),
        (header(1) + box(b"trun", DEFAULT), {1: 300, 2: 0}, START + 24),
        (
            header(1, 0x18, struct.pack(">2I", 9, 50)) + box(b"trun", DEFAULT),
            {1: 27, 2: 0},
            START + 150,
        ),
        (
            header(2, 0x3, struct.pack(">QI", 70_000, 1)) + box(b"trun", DEFAULT),
            {1: 0, 2: 3},
            70_003,
        ),
        (
            header(2) + box(b"trun", struct.pack(">2IiI", 0x5, 3, 500, 0)),
            {1: 0, 2: 3},
            START + 503,
        ),
        (header(1) + box(b"trun", DEFAULT) * 2, {1: 600, 2: 0}, START + 48),
    ],
    ids=["listed", "movie's defaults", "own defaults", "own place", "offset", "two runs"],
)
def test_a_run_of_samples_is_counted_and_placed(track, durations, end):
    fragments = read(box(b"traf", track))

    assert fragments.durations == durations
    assert fragments.end == end


def test_a_track_follows_the_one_before_it_unless_it_says_otherwise():
    first = box(b"traf", header(1), box(b"trun", DEFAULT))
    follows = box(b"traf", header(2), box(b"trun", DEFAULT))
    from_the_start = box(b"traf", header(2, 0x20000), box(b"trun", DEFAULT))

    assert read(first, follows).end == START + 27
    assert read(first, from_the_start).end == START + 24


@pytest.mark.parametrize(("version", "offsets"), [(0, ">2I"), (1, ">2Q")])
def test_what_a_segment_index_lists_must_be_in_the_file(version, offsets):
    index = struct.pack(">B3x2I", version, 1, 1_000) + struct.pack(offsets, 0, 16)
    index += struct.pack(">2H", 0, 2) + struct.pack(">6I", 0x80000100, 1, 0, 0x200, 1, 0)
    fragments = Fragments({})

    fragments.add_index(memoryview(index), end=2_000)

    assert fragments.end == 2_000 + 16 + 0x300
