import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.embedded.mediaconvert.frame_size import FrameSize, frame_size

SIZES = st.integers(min_value=32, max_value=8192)
EVEN_SIZES = SIZES.map(lambda size: size // 2 * 2)


def same(width, height):
    return FrameSize(width, height, width, height)


@pytest.mark.parametrize(
    ("source", "wanted", "behavior", "expected"),
    [
        ((1280, 720), (None, None), "DEFAULT", same(1280, 720)),
        ((321, 241), (None, None), "DEFAULT", same(320, 240)),
        ((1920, 1080), (1280, None), "DEFAULT", same(1280, 720)),
        ((1920, 1080), (None, 720), "DEFAULT", same(1280, 720)),
        ((854, 480), (640, None), "DEFAULT", same(640, 360)),
        ((1280, 720), (640, 480), "DEFAULT", FrameSize(640, 360, 640, 480)),
        ((200, 200), (300, 400), "FIT", same(300, 300)),
        ((200, 200), (300, 400), "STRETCH_TO_OUTPUT", same(300, 400)),
        ((400, 400), (200, 300), "FIT_NO_UPSCALE", same(200, 200)),
        ((640, 360), (1280, 720), "FIT_NO_UPSCALE", same(640, 360)),
        ((640, 360), (1280, None), "FIT_NO_UPSCALE", same(640, 360)),
    ],
)
def test_sizes_are_those_of_the_documentation(source, wanted, behavior, expected):
    assert frame_size(*source, *wanted, behavior) == expected


@given(SIZES, SIZES, EVEN_SIZES, EVEN_SIZES)
def test_fitting_never_exceeds_the_frame(source_width, source_height, width, height):
    size = frame_size(source_width, source_height, width, height, "FIT")

    assert size.width <= width
    assert size.height <= height
    assert not size.is_padded


@given(SIZES, SIZES, EVEN_SIZES, EVEN_SIZES)
def test_fitting_without_upscaling_never_exceeds_the_source(source_width, source_height, w, h):
    size = frame_size(source_width, source_height, w, h, "FIT_NO_UPSCALE")

    assert size.width <= source_width
    assert size.height <= source_height


@given(SIZES, SIZES, EVEN_SIZES, EVEN_SIZES)
def test_a_padded_picture_fills_exactly_the_frame(source_width, source_height, width, height):
    size = frame_size(source_width, source_height, width, height)

    assert (size.padded_width, size.padded_height) == (width, height)
    assert size.width <= width
    assert size.height <= height


@given(SIZES, SIZES)
def test_every_size_is_even(width, height):
    size = frame_size(width, height)

    assert size.width % 2 == size.height % 2 == 0
