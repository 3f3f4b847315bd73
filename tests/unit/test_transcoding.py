import json

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.transcoding import (
    HIGHEST_BITRATE,
    bitrate_ceiling,
    blames_the_video,
    even_size,
    job_error,
    job_facts,
)


def test_picture_and_sound_together_spend_what_the_source_spends():
    assert bitrate_ceiling(16_470_000, 90) + 64_000 == 1_464_000


def test_a_source_of_unknown_duration_gets_the_highest_bitrate():
    assert bitrate_ceiling(16_470_000, None) == HIGHEST_BITRATE


@given(st.integers(0, 10**13), st.none() | st.floats(0, 1e6))
def test_every_source_gets_a_bitrate_that_mediaconvert_takes(size, duration):
    assert 1_000 <= bitrate_ceiling(size, duration) <= HIGHEST_BITRATE


def test_the_error_of_a_job_is_found_in_either_spelling():
    for cause in (
        {"Job": {"ErrorCode": 1010, "ErrorMessage": "cannot open"}},
        {"detail": {"errorCode": 1010, "errorMessage": "cannot open"}},
    ):
        assert job_error(json.dumps(cause)) == (1010, "cannot open")


def test_a_job_is_told_by_its_id_and_times_in_seconds_or_milliseconds():
    told = {"job": "9-a", "asked_at": "2026-01-11T14:30:00.000000+00:00"}
    for submitted in (1_768_141_800, 1_768_141_800_000):
        job = {"Job": {"Id": "9-a", "Timing": {"SubmitTime": submitted}}}
        assert job_facts(job) == job_facts(json.dumps(job)) == told
    assert job_facts({"Job": {"Id": "9-a", "CreatedAt": "2026-01-11T14:30:00Z"}}) == told
    assert job_facts(None) == job_facts("a timeout") == {}


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda one: st.dictionaries(
            st.sampled_from(["Job", "Id", "Timing", "SubmitTime", "FinishTime"]), one
        ),
    )
)
def test_any_result_of_a_job_is_read(result):
    assert job_facts(result).keys() <= {"job", "asked_at", "finished_at"}


@given(st.text())
def test_any_cause_is_read(cause):
    code, message = job_error(cause)

    assert code is None or isinstance(code, int)
    assert isinstance(message, str)


def test_an_odd_side_is_rounded_down():
    assert even_size(405, 720) == {"odd": True, "width": 404, "height": 720}
    assert even_size(640, 360)["odd"] is False
    assert even_size(0, 0)["odd"] is False


def test_only_the_video_itself_makes_a_failure_permanent():
    assert blames_the_video(1030, "")
    assert blames_the_video(1010, "Unable to open input file: No parser found for container")
    assert not blames_the_video(1010, "Unable to open input file: Access Denied")
    assert not blames_the_video(1040, "Invalid resolution")
    assert not blames_the_video(None, "")
