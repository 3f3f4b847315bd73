"""What a job will be billed is known before it is asked for, and never reckoned low."""

import pytest

from lambdas.highlights.billing import seconds_of_job


@pytest.mark.parametrize(
    ("video", "seconds"),
    [
        ({"width": 640, "height": 360, "duration_milliseconds": 90_400}, 91),
        ({"width": 1280, "height": 720, "duration_milliseconds": 90_000}, 180),
        ({"width": 3840, "height": 2160, "duration_milliseconds": 90_000}, 360),
        ({"width": 640, "height": 360, "duration_milliseconds": 900}, 10),
        ({"duration_milliseconds": 90_000}, 180),
        ({"width": 640, "height": 360}, 132),
        ({"width": 640, "height": 360, "duration_milliseconds": 10**15}, 13_200),
    ],
)
def test_a_job_is_billed_by_size_and_length_as_far_as_they_are_known(
    video: dict[str, int], seconds: int
):
    assert seconds_of_job({"bytes": 16_500_000} | video) == seconds
