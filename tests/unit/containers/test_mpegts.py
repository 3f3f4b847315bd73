"""What transport streams may look like beside what ffmpeg writes, and must not."""

import pytest

from lambdas.highlights.container import NotAVideo, TruncatedVideo
from tests.unit.containers.videos import prove

PACKET = 188


def packets(stream: bytes) -> list[bytes]:
    return [stream[at : at + PACKET] for at in range(0, len(stream), PACKET)]


def packet_id(packet: bytes) -> int:
    return int.from_bytes(packet[1:3]) & 0x1FFF


def clocks(stream: bytes) -> list[int]:
    """The program clock references in units of 1/90,000 s."""
    return [
        int.from_bytes(packet[6:11]) >> 7
        for packet in packets(stream)
        if packet[3] & 0x20 and packet[4] and packet[5] & 0x10
    ]


def test_a_clock_that_wraps_still_tells_the_duration(clips):
    wrapped = clips["clock_wraps.ts"]
    assert clocks(wrapped)[-1] < clocks(wrapped)[0]

    assert prove(wrapped) == prove(clips["stream.ts"])


def test_a_clock_that_was_set_back_tells_no_duration(clips):
    parts = packets(clips["stream.ts"])
    half = len(parts) // 2
    set_back = b"".join(parts[:3] + parts[half:] + parts[3:half])
    assert clocks(set_back)[-1] < clocks(set_back)[0]

    assert prove(set_back).duration_seconds is None


def test_a_cut_inside_a_packet_is_caught(clips):
    with pytest.raises(TruncatedVideo, match="inside a packet"):
        prove(clips["stream.ts"][:-1])


def test_a_stream_that_loses_its_packets_is_damaged(clips):
    stream = clips["stream.ts"]
    at = 25 * PACKET

    with pytest.raises(NotAVideo, match=f"byte {at:,} begins no packet"):
        prove(stream[:at] + stream[at + 1 :])


def test_a_stream_without_programs_is_no_video(clips):
    with pytest.raises(NotAVideo, match="lists no programs"):
        prove(b"".join(one for one in packets(clips["stream.ts"]) if packet_id(one)))


def test_a_stream_that_ends_before_its_first_picture_is_cut_off(clips):
    tables = [one for one in packets(clips["stream.ts"]) if one[1] & 0x40 and one[4] == 0]

    with pytest.raises(TruncatedVideo, match="before its first picture"):
        prove(b"".join(tables[:3]))


def test_a_stream_of_padding_is_refused_before_it_ends():
    padding = (b"G\x1f\xff\x10" + bytes(184)) * 50_000

    with pytest.raises(NotAVideo, match="names no video track"):
        prove(padding, padding)
