"""MPEG transport streams (ISO/IEC 13818-1): packets of 188 bytes, one behind the other.

A stream tells no end: cut exactly between two packets behind the first one of its video, it
passes as whole.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lambdas.highlights.containers.formats import MPEGTS, Facts, Format
from lambdas.highlights.containers.h264 import picture_size
from lambdas.highlights.containers.stream import EndOfStream, Parser
from lambdas.highlights.errors import NotAVideo, TruncatedVideo

PACKET, SYNC = 188, 0x47
PAT, PMT = 0x00, 0x02  # table ids
SHORTEST_SECTION = 12  # bytes of header and checksum
BLOCK = 1024 * PACKET  # bytes read at once
SEARCHED = 40 * BLOCK  # bytes in which a stream must say what it holds; it repeats that each 0.5 s
TAIL = 8  # blocks at the end in which the last clock is looked for; one comes each 0.1 s
CLOCK_RATE = 90_000  # per second
CLOCK_WRAP = 1 << 33

# Stream types: ISO/IEC 13818-1, table 2-34; from 0x80 on as registered by ATSC, Blu-ray and SMPTE.
H264, PRIVATE = 0x1B, 0x06
VIDEO_TYPES = (0x01, 0x02, 0x10, H264, 0x24, 0x33, 0x42, 0xD1, 0xEA)
AUDIO_TYPES = (0x03, 0x04, 0x0F, 0x11, 0x1C, 0x80, 0x81, 0x82, 0x84, 0x85, 0x86, 0x87)
# Descriptors that make a private stream one of sound: AC-3, E-AC-3, DTS, AAC (ETSI EN 300 468).
AUDIO_DESCRIPTORS = (0x6A, 0x7A, 0x7B, 0x7C)
REGISTRATION, AUDIO_REGISTRATIONS = 0x05, (b"AC-3", b"EAC3", b"Opus")


def recognise(head: bytes) -> Format | None:
    """MPEG-TS, when a file with these first bytes is such a stream."""
    marks = head[::PACKET]
    return MPEGTS if len(marks) >= 3 and marks.count(SYNC) == len(marks) else None


def parse() -> Parser:
    """Read a stream. Raises NotAVideo once that is sure, and TruncatedVideo at a partial packet."""
    stream, ended = _Stream(), False
    while not ended:
        try:
            block = yield BLOCK
        except EndOfStream as end:
            block, ended = end.rest, True
        stream.read(block)
    return stream.facts()


@dataclass(frozen=True)
class _Program:
    """One program of the stream. clock, video: packet ids."""

    clock: int
    video: int
    video_type: int
    has_audio: bool


class _Stream:
    def __init__(self) -> None:
        self._length = 0
        self._tables = _Tables()
        self._program: _Program | None = None
        self._has_video = False
        self._picture_size: tuple[int, int] | None = None
        self._first_clock: int | None = None
        self._tail: deque[bytes] = deque(maxlen=TAIL)
        self._searching = True

    def read(self, block: bytes) -> None:
        """Read the next packets; only those at the start and the end are looked into."""
        marks = block[::PACKET]
        if marks.count(SYNC) != len(marks):
            lost = next(index for index, mark in enumerate(marks) if mark != SYNC)
            raise NotAVideo(
                f"the file is damaged: byte {self._length + lost * PACKET:,} begins no packet"
            )
        self._length += len(block)
        if len(block) % PACKET:
            raise TruncatedVideo(f"the video ends at byte {self._length:,}, inside a packet")
        self._tail.append(block)
        if self._searching:
            self._search(block)

    def facts(self) -> Facts:
        """What the stream says of its video."""
        if self._program is None and not self._tables.programs:
            raise NotAVideo("the file lists no programs (PAT)")
        if self._program is None or not self._has_video:
            raise TruncatedVideo("the video ends before its first picture")
        width, height = self._picture_size or (None, None)
        return Facts(width, height, self._duration(self._program), self._program.has_audio)

    def _search(self, block: bytes) -> None:
        packets = list(_packets(block))
        if self._program is None:
            self._program = self._tables.find_program(packets)
        if self._program is not None:
            self._look_into(packets, self._program)
        elif self._length > SEARCHED:
            raise NotAVideo("the file names no video track (PAT, PMT)")

    def _look_into(self, packets: list[bytes], program: _Program) -> None:
        if self._first_clock is None:
            self._first_clock = _first_clock(packets, program.clock)
        pieces = list(_elementary_stream(packets, program.video))
        self._has_video |= bool(pieces)
        if program.video_type == H264:
            self._picture_size = picture_size(b"".join(pieces))
        knows_all = self._has_video and (self._picture_size or program.video_type != H264)
        if self._length > SEARCHED and not self._has_video:
            raise NotAVideo("the file's video track is empty")
        self._searching = not knows_all and self._length <= SEARCHED

    def _duration(self, program: _Program) -> float | None:
        """Seconds between the first and the last clock; None when the clock was set back."""
        backwards = (packet for block in reversed(self._tail) for packet in _packets(block, -1))
        last = _first_clock(backwards, program.clock)
        if self._first_clock is None or last is None:
            return None
        lasts = (last - self._first_clock) % CLOCK_WRAP
        return lasts / CLOCK_RATE if 0 < lasts < CLOCK_WRAP // 2 else None


class _Tables:
    """The tables that list a stream's programs (PAT) and each one's streams (PMT).

    programs: packet ids of the PMTs.
    """

    def __init__(self) -> None:
        self.programs: set[int] = set()
        self._without_video: set[int] = set()
        self._sections: dict[int, bytes] = {}

    def find_program(self, packets: list[bytes]) -> _Program | None:
        """The first program with video; raises NotAVideo when no program has any."""
        for packet in packets:
            packet_id = _packet_id(packet)
            if packet_id and packet_id not in self.programs:
                continue
            section = self._add(packet_id, packet)
            if section is None or section[0] != (PMT if packet_id else PAT):
                continue
            if not packet_id:
                self.programs |= _listed_programs(section)
            elif (program := _read_program(section)) is not None:
                return program
            else:
                self._without_video.add(packet_id)
                if self._without_video >= self.programs:
                    raise NotAVideo("the file has no video track")
        return None

    def _add(self, packet_id: int, packet: bytes) -> bytes | None:
        """Add a packet's piece of a section; the section without its checksum, once whole."""
        section, payload = self._sections.pop(packet_id, b""), _payload(packet)
        if _starts_unit(packet) and payload:
            section = payload[1 + payload[0] :]
        elif section:
            section += payload
        end = max(3 + (int.from_bytes(section[1:3]) & 0xFFF), SHORTEST_SECTION)
        if len(section) >= end:
            return section[: end - 4]
        if section:
            self._sections[packet_id] = section
        return None


def _listed_programs(section: bytes) -> set[int]:
    """Packet ids of the PMTs that a PAT lists."""
    rows = (section[at : at + 4] for at in range(8, len(section) - 3, 4))
    return {_id(row[2:]) for row in rows if row[:2] != b"\0\0"}


def _read_program(section: bytes) -> _Program | None:
    """The program of a PMT, None when it has no video."""
    video: tuple[int, int] | None = None
    has_audio = False
    at = 12 + (int.from_bytes(section[10:12]) & 0xFFF)
    while at + 5 <= len(section):
        kind, stream = section[at], _id(section[at + 1 : at + 3])
        end = at + 5 + (int.from_bytes(section[at + 3 : at + 5]) & 0xFFF)
        if kind in VIDEO_TYPES and video is None:
            video = stream, kind
        has_audio |= kind in AUDIO_TYPES
        has_audio |= kind == PRIVATE and _describes_audio(section[at + 5 : end])
        at = end
    if video is None:
        return None
    return _Program(_id(section[8:10]), *video, has_audio)


def _describes_audio(descriptors: bytes) -> bool:
    at = 0
    while at + 2 <= len(descriptors):
        tag, end = descriptors[at], at + 2 + descriptors[at + 1]
        registered = tag == REGISTRATION and descriptors[at + 2 : at + 6] in AUDIO_REGISTRATIONS
        if tag in AUDIO_DESCRIPTORS or registered:
            return True
        at = end
    return False


def _packets(block: bytes, step: int = 1) -> Iterator[bytes]:
    starts = range(0, len(block), PACKET)[::step]
    return (block[at : at + PACKET] for at in starts)


def _packet_id(packet: bytes) -> int:
    return _id(packet[1:3])


def _id(field: bytes) -> int:
    return int.from_bytes(field) & 0x1FFF


def _starts_unit(packet: bytes) -> bool:
    return bool(packet[1] & 0x40)


def _payload(packet: bytes) -> bytes:
    if not packet[3] & 0x10:
        return b""
    return packet[5 + packet[4] :] if packet[3] & 0x20 else packet[4:]


def _elementary_stream(packets: list[bytes], packet_id: int) -> Iterator[bytes]:
    """The pieces of one stream, without the headers of its PES packets."""
    for packet in packets:
        if _packet_id(packet) != packet_id:
            continue
        payload = _payload(packet)
        if _starts_unit(packet) and payload.startswith(b"\0\0\1") and len(payload) > 8:
            payload = payload[9 + payload[8] :]
        if payload:
            yield payload


def _first_clock(packets: Iterable[bytes], packet_id: int) -> int | None:
    """The first program clock reference (2.4.3.5), in units of 1/90,000 s."""
    for packet in packets:
        has_field = packet[3] & 0x20 and packet[4] >= 7 and packet[5] & 0x10
        if has_field and _packet_id(packet) == packet_id:
            return int.from_bytes(packet[6:11]) >> 7
    return None
