"""Sequence parameter sets that ffmpeg does not write, bit by bit."""

import pytest

from lambdas.highlights.containers.h264 import picture_size

BASELINE, HIGH, HIGH_444 = 66, 100, 244


def number(value: int) -> str:
    """An unsigned Exp-Golomb number."""
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


def unit(profile: int, *parts: str) -> bytes:
    """A parameter set of a profile, behind a start code."""
    bits = "".join((f"{profile:08b}", f"{0:08b}", f"{31:08b}", number(0), *parts))
    bits += "1" + "0" * (-len(bits) % 8 + 7)
    data = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))
    return b"\0\0\0\1\x67" + data.replace(b"\0\0", b"\0\0\3")


def pictures(width: int, height: int, crop: str = "0") -> str:
    """Frames of whole 16 by 16 blocks, coded as frames; then cropping."""
    return "".join((number(width // 16 - 1), number(height // 16 - 1), "1", "1", crop))


ORDER_0 = number(0) + number(0) + number(0) + number(3) + "0"
ORDER_1 = number(0) + number(1) + "0" + number(2) + number(4) + number(2) + number(1) * 2
ORDER_2 = number(0) + number(2) + number(3) + "0"
CROP = "1" + number(1) + number(2) + number(3) + number(4)


def high(chroma: int, scaling: str) -> str:
    planes = "0" if chroma == 3 else ""
    return number(chroma) + planes + number(0) + number(0) + "0" + scaling


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (unit(BASELINE, ORDER_0, pictures(640, 368)), (640, 368)),
        (unit(BASELINE, ORDER_1, number(3) + "0", pictures(640, 368)), (640, 368)),
        (unit(HIGH, high(1, "0"), ORDER_2, pictures(640, 368, CROP)), (634, 354)),
        (unit(HIGH, high(2, "0"), ORDER_2, pictures(640, 368, CROP)), (634, 361)),
        (unit(HIGH_444, high(3, "0"), ORDER_2, pictures(640, 368, CROP)), (637, 361)),
        # One list that repeats the default at once (a difference of -8), one given in full.
        (
            unit(
                HIGH,
                high(1, "1" + "1" + number(16) + "1" + number(0) * 16 + "0" * 6),
                ORDER_2,
                pictures(640, 368),
            ),
            (640, 368),
        ),
    ],
    ids=["baseline", "order", "4:2:0", "4:2:2", "4:4:4", "scaling lists"],
)
def test_the_size_is_read_behind_whatever_precedes_it(data, size):
    assert picture_size(b"\0\0\0\1\x09\xf0" + data + b"\0\0\0\1\x68") == size


def test_a_set_that_is_cut_off_or_absurd_tells_no_size():
    whole = unit(BASELINE, ORDER_0, pictures(640, 368))

    assert picture_size(whole[:8]) is None
    assert picture_size(unit(BASELINE, ORDER_0, pictures(1 << 20, 368))) is None
    assert picture_size(unit(BASELINE, ORDER_0, pictures(16, 16, "1" + number(9) * 4))) is None
    assert picture_size(b"no start code") is None
