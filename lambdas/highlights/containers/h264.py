"""What an H.264 stream says of its pictures: its sequence parameter set (ITU-T H.264, 7.3.2.1.1)."""

import re
from dataclasses import dataclass

# A start code and the header of a network unit of type 7.
_SEQUENCE_PARAMETERS = re.compile(rb"\x00\x00\x01[\x07\x27\x47\x67]")
LONGEST = 512  # bytes of a set that are read
LARGEST_SIDE = 16_384  # pixels; level 6.2 allows less
# Profiles whose sets carry the chroma format and scaling lists.
HIGH_PROFILES = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)


@dataclass(frozen=True)
class Sequence:
    """What a parameter set says. width, height: pixels. chroma: 1 is 4:2:0. depth: bits.

    is_interlaced: whether pictures may be coded as two fields.
    """

    width: int
    height: int
    chroma: int
    depth: int
    is_interlaced: bool


def picture_size(stream: bytes) -> tuple[int, int] | None:
    """Width and height by the first parameter set in a piece of stream, if it can be read."""
    found = _SEQUENCE_PARAMETERS.search(stream)
    said = None if found is None else sequence(stream[found.end() : found.end() + LONGEST])
    return None if said is None else (said.width, said.height)


def sequence(unit: bytes) -> Sequence | None:
    """What a parameter set says, if it can be read; unit: its bytes behind the unit's header."""
    try:
        found = _read(_Bits(unit[:LONGEST].replace(b"\0\0\3", b"\0\0")))
    except ValueError:
        return None
    sides = found.width, found.height
    return found if 0 < min(sides) <= max(sides) <= LARGEST_SIDE else None


class _Bits:
    """Reads bit by bit; raises ValueError at the end."""

    def __init__(self, data: bytes):
        self._bits = "".join(f"{byte:08b}" for byte in data)
        self._at = 0

    def fixed(self, count: int) -> int:
        bits = self._bits[self._at : self._at + count]
        if len(bits) < count:
            raise ValueError("the bits have ended")
        self._at += count
        return int(bits, 2)

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number (9.1)."""
        zeros = self._bits.index("1", self._at) - self._at
        self._at += zeros
        return self.fixed(zeros + 1) - 1

    def signed_golomb(self) -> int:
        number = self.golomb()
        return (number + 1) // 2 if number % 2 else -(number // 2)


def _read(bits: _Bits) -> Sequence:
    profile = bits.fixed(8)
    bits.fixed(16)  # constraints and level
    bits.golomb()  # seq_parameter_set_id
    chroma, separate_planes, depth = 1, 0, 8
    if profile in HIGH_PROFILES:
        chroma = bits.golomb()
        if chroma == 3:
            separate_planes = bits.fixed(1)
        depth = 8 + max(bits.golomb(), bits.golomb())  # of brightness, of colour
        bits.fixed(1)  # qpprime_y_zero_transform_bypass_flag
        if bits.fixed(1):
            for index in range(12 if chroma == 3 else 8):
                if bits.fixed(1):
                    _pass_scaling_list(bits, 16 if index < 6 else 64)
    bits.golomb()  # log2_max_frame_num_minus4
    order = bits.golomb()
    if order == 0:
        bits.golomb()  # log2_max_pic_order_cnt_lsb_minus4
    elif order == 1:
        bits.fixed(1)  # delta_pic_order_always_zero_flag
        bits.golomb()  # offset_for_non_ref_pic
        bits.golomb()  # offset_for_top_to_bottom_field
        for _ in range(bits.golomb()):
            bits.golomb()
    bits.golomb()  # max_num_ref_frames
    bits.fixed(1)  # gaps_in_frame_num_value_allowed_flag
    width, map_height = 16 * (bits.golomb() + 1), 16 * (bits.golomb() + 1)
    fields = 2 - bits.fixed(1)  # of a frame that is coded as fields
    if fields == 2:
        bits.fixed(1)  # mb_adaptive_frame_field_flag
    bits.fixed(1)  # direct_8x8_inference_flag
    height = fields * map_height
    if bits.fixed(1):
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        subsampled = chroma in (1, 2) and not separate_planes
        width -= (2 if subsampled else 1) * (left + right)
        height -= (2 if chroma == 1 else 1) * fields * (top + bottom)
    return Sequence(width, height, chroma, depth, is_interlaced=fields == 2)


def _pass_scaling_list(bits: _Bits, length: int) -> None:
    last = 8
    for _ in range(length):
        last = (last + bits.signed_golomb()) % 256
        if last == 0:
            return
