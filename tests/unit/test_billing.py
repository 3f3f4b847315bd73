import pytest

from lambdas.highlights.billing import Rendition, normalized_minutes


@pytest.mark.parametrize(
    ("rendition", "minutes"),
    [
        (Rendition(640, 360, seconds=90), 1.5),
        (Rendition(1278, 718, seconds=60), 1),
        (Rendition(1280, 720, seconds=60), 2),
        (Rendition(1920, 1080, seconds=60), 2),
        (Rendition(3840, 2160, seconds=60), 4),
        (Rendition(360, 640, seconds=60), 1),
        (Rendition(720, 1280, seconds=60), 2),
        (Rendition(640, 360, seconds=60, frames_per_second=60), 2),
        (Rendition(1280, 720, seconds=60, frames_per_second=29.97), 2),
    ],
)
def test_resolution_and_frame_rate_multiply_the_minutes(rendition, minutes):
    assert normalized_minutes(rendition) == pytest.approx(minutes)


@pytest.mark.parametrize(
    ("seconds", "billed"), [(0.5, 10), (3, 10), (10, 10), (10.01, 11), (44.2, 45)]
)
def test_whole_seconds_are_billed_and_at_least_ten(seconds, billed):
    assert normalized_minutes(Rendition(640, 360, seconds)) == pytest.approx(billed / 60)
