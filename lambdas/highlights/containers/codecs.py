"""How a track of an MP4 file is coded, by its sample description, in the words of RFC 6381.

Only what every player plays has a name here: 8-bit 4:2:0 H.264 in whole frames, and AAC-LC.
https://www.rfc-editor.org/rfc/rfc6381; ISO/IEC 14496-15 and 14496-1 for the boxes.
"""

import struct
from collections.abc import Iterator

from lambdas.highlights.containers.boxes import BoxReader
from lambdas.highlights.containers.h264 import Sequence, sequence
from lambdas.highlights.errors import NotAVideo

# Their pictures are 8-bit; 4:2:0 but for High, which may have no colour.
BASELINE, MAIN, HIGH = 66, 77, 100
COLOUR_4_2_0 = 1
# Bytes of a sample entry before its own boxes: of a picture, and of sound without QuickTime's own.
PICTURE_ENTRY, SOUND_ENTRY = 86, 36
AAC, LOW_COMPLEXITY = 0x40, 2
STREAM, DECODER, DECODER_SPECIFIC = 3, 4, 5  # tags of descriptors


def video_codec(reader: BoxReader, descriptions: memoryview) -> str | None:
    """The codec of a picture track, such as `avc1.64001f`; None of any that is not as above.

    descriptions: the body of the track's `stsd` box, which may be damaged.
    """
    try:
        configuration = _own_box(reader, descriptions, b"avc1", PICTURE_ENTRY, b"avcC")
        if configuration is None or configuration[0] != 1:
            return None
        profile, constraints, level = configuration[1:4]
        found = _sequence_of(configuration)
    except (struct.error, IndexError, NotAVideo):
        return None
    is_plain = found is not None and found.chroma == COLOUR_4_2_0 and found.depth == 8
    if profile not in (BASELINE, MAIN, HIGH) or not is_plain or found.is_interlaced:
        return None
    return f"avc1.{profile:02x}{constraints:02x}{level:02x}"


def audio_codec(reader: BoxReader, descriptions: memoryview) -> str | None:
    """The codec of a sound track, `mp4a.40.2`; None of any other; likewise."""
    try:
        body = _own_box(reader, descriptions, b"mp4a", SOUND_ENTRY, b"esds")
        specific = None if body is None else _decoder_specific(body[4:])
        kind = 0 if specific is None else specific[0] >> 3
    except (struct.error, IndexError, NotAVideo):
        return None
    return f"mp4a.{AAC:x}.{kind}" if kind == LOW_COMPLEXITY else None


def _own_box(
    reader: BoxReader, descriptions: memoryview, entry: bytes, length: int, kind: bytes
) -> memoryview | None:
    """The box `kind` of the only sample entry, when that is an `entry`."""
    (count,) = struct.unpack_from(">I", descriptions, 4)
    if count != 1 or bytes(descriptions[12:16]) != entry:
        return None
    (size,) = struct.unpack_from(">I", descriptions, 8)
    return reader.find(descriptions[8 + length : 8 + size], kind)


def _sequence_of(configuration: memoryview) -> Sequence | None:
    """The first sequence parameter set of an `avcC` box."""
    if not configuration[5] & 0x1F:
        return None
    (length,) = struct.unpack_from(">H", configuration, 6)
    return sequence(bytes(configuration[9 : 8 + length]))  # behind the unit's header


def _decoder_specific(body: memoryview) -> memoryview | None:
    """What an AAC decoder is told, within an `esds` box."""
    for tag, stream in _descriptors(body):
        if tag != STREAM:
            continue
        flags = stream[2]
        at = 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
        at += 1 + stream[at] if flags & 0x40 else 0
        for inner_tag, decoder in _descriptors(stream[at:]):
            if inner_tag == DECODER and decoder[0] == AAC:
                found = dict(_descriptors(decoder[13:]))
                return found.get(DECODER_SPECIFIC)
    return None


def _descriptors(body: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Tag and content of each descriptor; a length has seven bits a byte."""
    at = 0
    while at + 2 <= len(body):
        tag, at, size = body[at], at + 1, 0
        while True:
            byte, at = body[at], at + 1
            size = size << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        yield tag, body[at : at + size]
        at += size
