"""What MP4 and QuickTime files may look like beside what ffmpeg writes, and must not."""

import pytest

from lambdas.highlights.container import NotAVideo, TruncatedVideo, sniff
from lambdas.highlights.containers import mp4
from lambdas.highlights.containers.stream import ParserStream
from tests.unit.containers.videos import prove

FTYP = b"\0\0\0\x10ftypisom\0\0\0\0"


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return (len(body) + 8).to_bytes(4) + kind + body


def split(whole: bytes, kind: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands before the first such box, the box, and what stands behind it."""
    start = whole.index(kind) - 4
    end = start + int.from_bytes(whole[start : start + 4])
    return whole[:start], whole[start:end], whole[end:]


@pytest.mark.parametrize(
    "trailer",
    [
        box(b"free", bytes(9)),
        box(b"uuid", bytes(16)),
        bytes(4_000),
        b"\xff\xd8\xff\xe0\xff\xd9 no box at all",
        b"\r\n--boundary--\r\n",
        b"\r\n",
    ],
    ids=["free", "uuid", "zeros", "junk", "text", "newline"],
)
@pytest.mark.parametrize("name", ["faststart.mp4", "index_last.mp4"])
def test_what_stands_behind_the_movie_is_tolerated(clips, name, trailer):
    assert prove(clips[name] + trailer) == prove(clips[name])


@pytest.mark.parametrize("name", ["faststart.mp4", "index_last.mp4"])
def test_a_known_box_behind_the_movie_must_be_whole(clips, name):
    with pytest.raises(TruncatedVideo, match="inside its free box"):
        prove(clips[name] + box(b"free", bytes(9))[:-1])


def test_a_box_that_lasts_to_the_end_of_the_file_is_whole(clips):
    before, media, _ = split(clips["faststart.mp4"], b"mdat")

    assert prove(before + bytes(4) + media[4:]) == prove(clips["faststart.mp4"])
    with pytest.raises(TruncatedVideo, match="samples last to byte"):
        prove(before + bytes(4) + media[4:-1])


def test_an_index_that_lasts_to_the_end_of_the_file_is_read(clips):
    before, index, _ = split(clips["index_last.mp4"], b"moov")

    assert prove(before + bytes(4) + index[4:]) == prove(clips["index_last.mp4"])


def test_a_box_with_a_64_bit_size_is_read(clips):
    before, media, after = split(clips["index_last.mp4"], b"mdat")
    padding = before.rindex(b"free") - 4  # ffmpeg leaves its 8 bytes for a larger size
    large = b"\0\0\0\1mdat" + (len(media) + 8).to_bytes(8)

    assert prove(before[:padding] + large + media[8:] + after) == prove(clips["index_last.mp4"])


def test_a_quicktime_file_may_have_no_file_type(clips):
    whole = clips["quicktime.mov"].replace(b"ftyp", b"wide", 1)

    found = sniff(whole)
    assert found is not None
    assert found.extension == "mov"
    assert prove(whole) == prove(clips["quicktime.mov"])


def test_chunk_offsets_of_64_bits_are_followed(clips):
    before, table, after = split(clips["silent.mp4"], b"stco")
    offsets = [table[at : at + 4] for at in range(16, len(table), 4)]
    wide = box(b"co64", table[8:16], *(bytes(4) + offset for offset in offsets))
    whole = bytearray(before + wide + after)
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        at = whole.index(kind) - 4
        size = int.from_bytes(whole[at : at + 4]) + 4 * len(offsets)
        whole[at : at + 4] = size.to_bytes(4)

    assert prove(bytes(whole)) == prove(clips["silent.mp4"])
    with pytest.raises(TruncatedVideo):
        prove(bytes(whole).replace(wide, wide[:16] + b"\1" + wide[17:]))


def test_a_fragment_without_an_index_is_no_video(clips):
    whole = clips["fragmented.mp4"]

    with pytest.raises(NotAVideo, match="a fragment without an index"):
        prove(FTYP + whole[whole.index(b"moof") - 4 :])


def test_fragments_must_follow_an_index_of_fragments(clips):
    whole = clips["fragmented.mp4"]
    index_and_media = whole[: whole.index(b"moof") - 4] + box(b"mdat", bytes(100))

    with pytest.raises(TruncatedVideo, match="before its first fragment"):
        prove(index_and_media)


def test_an_index_too_large_to_hold_is_refused_at_its_header():
    with pytest.raises(NotAVideo, match="moov box is larger"):
        prove(FTYP + b"\x7f\xff\xff\xffmoov".ljust(5_000, b"\0"))


def test_an_index_whose_tables_do_not_fit_is_refused(clips):
    before, table, after = split(clips["faststart.mp4"], b"stco")
    claims_more = table[:12] + b"\xff\xff\xff\xff" + table[16:]

    with pytest.raises(NotAVideo, match="a table is shorter than it says"):
        prove(before + claims_more + after)


def test_a_video_track_without_samples_is_no_video(clips):
    before, table, after = split(clips["silent.mp4"], b"stco")
    no_chunks = table[:12] + bytes(4) + table[16:]

    with pytest.raises(NotAVideo, match="video track is empty"):
        prove(before + no_chunks + after)


def test_more_boxes_than_a_video_has_are_not_read():
    for flood in (FTYP + box(b"free") * 100, FTYP + box(b"moov", box(b"free") * 100)):
        with pytest.raises(NotAVideo, match="too many boxes"):
            ParserStream(mp4.parse(most_boxes=100)).feed(flood)


def test_bytes_that_are_no_box_before_the_movie_are_refused(clips):
    with pytest.raises(NotAVideo, match="byte 16 begins no box"):
        prove(FTYP + b"\0\0\0\3free" + clips["faststart.mp4"])
