"""No bytes, in whatever chunks they come, lead to anything but a video or a named error."""

import tracemalloc
from itertools import cycle, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.highlights.container import (
    HEAD,
    ContainerProbe,
    NotAVideo,
    TruncatedVideo,
    VideoInfo,
    looks_like_text,
    sniff,
)
from tests.unit.containers.videos import outcome
from tests.unit.fakes.films import film

NAMES = [
    "faststart.mp4",
    "index_last.mp4",
    "fragmented.mp4",
    "listed_fragments.mp4",
    "vp9.webm",
    "live.mkv",
    "stream.ts",
    "sound.mp4",
    "picture.jpg",
]
BEGINNINGS = [
    b"",
    b"\0\0\0\x10ftypisom\0\0\0\0",
    b"\0\0\0\x10ftypisom\0\0\0\0\0\0\1\0moov",
    bytes.fromhex("1A45DFA3 87 4282 84 7765626D 18538067 FF"),
    bytes.fromhex("1A45DFA3 87 4282 84 7765626D 18538067 FF 1654AE6B C0"),
    b"".join(b"G" + bytes(187) for _ in range(3)),
]
names = st.sampled_from(NAMES)
places = st.floats(0, 1, exclude_max=True)


@settings(deadline=None)
@given(name=names, length=places, cuts=st.lists(places, max_size=12))
def test_the_answer_does_not_depend_on_the_chunks(clips, name, length, cuts):
    whole = clips[name]
    if length < 0.5:
        whole = whole[: int(2 * length * len(whole))]
    ends = sorted(int(cut * len(whole)) for cut in cuts)
    chunks = [whole[start:end] for start, end in pairwise([0, *ends, len(whole)])]

    assert outcome(*chunks) == outcome(whole)


def test_the_answer_is_the_same_byte_by_byte(clips):
    for name in NAMES:
        whole = clips[name]
        single = [whole[at : at + 1] for at in range(len(whole))]
        assert outcome(*single) == outcome(whole), name


def outcome_of_what_is_seen(whole: bytes, steps: list[tuple[bool, float]]) -> VideoInfo | str:
    """What a probe says that is fed `whole` in steps, or spared what it passes over.

    steps: whether to skip, and which share of what may be fed or skipped; repeated to the end.
    """
    probe, at = ContainerProbe(), 0
    try:
        for skips, share in cycle(steps):
            left = len(whole) - at
            if not left:
                break
            may = min(probe.passes_over, left) if skips else left
            size = min(may, 1 + int(share * may))
            if skips:
                probe.skip(size)
            else:
                probe.feed(whole[at : at + size])
            at += size
        return probe.finish()
    except (NotAVideo, TruncatedVideo) as error:
        return f"{type(error).__name__}: {error}"


@settings(deadline=None)
@given(
    name=st.sampled_from([*NAMES, "index first", "index last"]),
    length=places,
    steps=st.lists(st.tuples(st.booleans(), places), max_size=12),
    last=places,
)
def test_the_answer_does_not_depend_on_what_is_passed_over(clips, name, length, steps, last):
    whole = clips[name] if name in clips else film(name, 20_000)
    if length < 0.5:
        whole = whole[: int(2 * length * len(whole))]

    assert outcome_of_what_is_seen(whole, [*steps, (False, last)]) == outcome(whole)


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_passed_over_may_be_skipped(clips, name):
    in_small_steps = [(True, 0.99999), (False, 0)]

    assert outcome_of_what_is_seen(clips[name], in_small_steps) == outcome(clips[name])


def test_long_media_data_is_passed_over_at_once(clips):
    whole = clips["faststart.mp4"]
    start = whole.index(b"mdat") - 4
    probe = ContainerProbe()
    assert probe.passes_over == 0

    probe.feed(whole[:start] + (100_000).to_bytes(4) + b"mdat" + bytes(HEAD))

    assert probe.passes_over == 100_000 - 8 - HEAD
    probe.skip(99_000 - HEAD)
    assert probe.passes_over == 1_000 - 8
    probe.skip(1_000 - 8)
    assert probe.passes_over == 0
    assert probe.finish().container == "mp4"


@settings(deadline=None)
@given(beginning=st.sampled_from(BEGINNINGS), rest=st.binary(max_size=2_000))
def test_arbitrary_bytes_raise_only_named_errors(beginning, rest):
    sniff(beginning + rest)
    looks_like_text(beginning + rest)
    outcome(beginning + rest)


@settings(deadline=None, max_examples=150)
@given(
    name=names,
    changes=st.lists(
        st.tuples(places, st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=8
    ),
)
def test_damaged_videos_raise_only_named_errors(clips, name, changes):
    damaged = bytearray(clips[name])
    for place, length, replacement in changes:
        at = int(place * len(damaged))
        damaged[at : at + length] = replacement

    outcome(bytes(damaged))


def test_media_data_is_not_held(clips):
    whole = clips["faststart.mp4"]
    start = whole.index(b"mdat") - 4
    chunk = bytes(256 * 1024)
    probe = ContainerProbe()
    probe.feed(whole[:start] + (200 * len(chunk)).to_bytes(4) + b"mdat".ljust(HEAD, b"\0"))

    tracemalloc.start()
    for _ in range(100):
        probe.feed(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < len(chunk)
