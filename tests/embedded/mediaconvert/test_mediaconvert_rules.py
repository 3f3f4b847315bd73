import pytest
from mediaconvert_jobs import capture_output, settings_for, video_output

from gameday.embedded.mediaconvert.errors import BadRequest
from gameday.embedded.mediaconvert.rules import refuse_contradictions


def settings(*outputs, destination="s3://target/out/"):
    return settings_for("s3://source/videos/clip.mp4", destination, *outputs)


def with_h264(**h264):
    return settings(video_output(h264))


def with_aac(**aac):
    output = video_output()
    output["AudioDescriptions"][0]["CodecSettings"]["AacSettings"] = aac
    return settings(output)


def refusal(job):
    with pytest.raises(BadRequest) as refused:
        refuse_contradictions(job)
    return str(refused.value)


def test_an_input_is_needed():
    assert "/: inputs is a required property" in refusal(settings() | {"Inputs": []})


def test_an_output_group_is_needed():
    assert "/: outputGroups is a required property" in refusal(settings() | {"OutputGroups": []})


def test_inputs_are_in_s3():
    job = settings()
    job["Inputs"][0]["FileInput"] = "https://example.com/clip.mp4"

    assert "/inputs/0/fileInput: the embedded MediaConvert reads from S3 only" in refusal(job)


def test_a_destination_is_needed():
    assert "destination is a required property" in refusal(settings(destination="s3://bucket"))


@pytest.mark.parametrize(
    "h264",
    [
        {"RateControlMode": "CBR"},
        {"RateControlMode": "VBR"},
        {"RateControlMode": "QVBR"},
        {"RateControlMode": "CBR", "Bitrate": 5_000_000, "MaxBitrate": 5_000_000},
        {"RateControlMode": "QVBR", "Bitrate": 5_000_000, "MaxBitrate": 5_000_000},
    ],
)
def test_the_bitrates_must_suit_the_rate_control(h264):
    assert "incompatible: Rate control mode, Bitrate, and Max bitrate" in refusal(with_h264(**h264))


def test_a_peak_below_the_average_is_refused():
    job = with_h264(RateControlMode="VBR", Bitrate=2_000_000, MaxBitrate=1_000_000)

    assert "/maxBitrate: Should be greater than or equal to bitrate" in refusal(job)


def test_a_rate_control_mode_is_needed():
    assert "rateControlMode is a required property" in refusal(with_h264(Bitrate=5_000_000))


def test_the_baseline_profile_needs_cavlc():
    job = with_h264(RateControlMode="CBR", Bitrate=5_000_000, CodecProfile="BASELINE")

    assert "/entropyEncoding: Must be CAVLC" in refusal(job)


@pytest.mark.parametrize(
    ("gop", "message"),
    [
        ({"GopSize": 90}, "/gopSize: leave it blank"),
        ({"GopSize": 90, "GopSizeUnits": "AUTO"}, "/gopSize: leave it blank"),
        ({"GopSizeUnits": "SECONDS"}, "gopSize is a required property with gopSizeUnits SECONDS"),
        ({"GopSize": 1.5, "GopSizeUnits": "FRAMES"}, "/gopSize: Should be a whole number"),
    ],
)
def test_the_size_of_a_gop_must_suit_its_units(gop, message):
    job = with_h264(RateControlMode="CBR", Bitrate=5_000_000, **gop)

    assert message in refusal(job)


def test_a_specified_frame_rate_is_needed():
    job = with_h264(RateControlMode="CBR", Bitrate=5_000_000, FramerateControl="SPECIFIED")

    assert "framerateNumerator is a required property" in refusal(job)


def test_a_frame_rate_that_would_be_ignored_is_refused():
    job = with_h264(RateControlMode="CBR", Bitrate=5_000_000, FramerateNumerator=25)

    assert "/framerateControl: must be SPECIFIED" in refusal(job)


def test_the_sample_rate_of_sound_is_needed():
    job = with_aac(Bitrate=64000, CodingMode="CODING_MODE_2_0")

    assert "aacSettings: sampleRate is a required property" in refusal(job)


@pytest.mark.parametrize(
    ("bitrate", "sample_rate"), [(48000, 48000), (65000, 48000), (576000, 44100)]
)
def test_a_bitrate_that_aac_does_not_have_is_refused(bitrate, sample_rate):
    job = with_aac(Bitrate=bitrate, CodingMode="CODING_MODE_2_0", SampleRate=sample_rate)

    assert "Specify a bitrate in the range of 64000-" in refusal(job)


def test_an_audio_source_must_exist_unless_there_is_a_default():
    job = settings()
    job["Inputs"][0]["AudioSelectors"] = {"Commentary": {"DefaultSelection": "NOT_DEFAULT"}}

    assert "there is no audio selector 'Audio Selector 1'" in refusal(job)


def test_several_outputs_need_name_modifiers():
    job = settings(video_output(), capture_output() | {"NameModifier": "-thumbnail"})

    assert "/outputGroups/0/outputs/0: nameModifier is a required property" in refusal(job)


def test_two_outputs_of_one_name_are_refused():
    same = {"NameModifier": "-video"}

    assert "2 outputs would be written to s3://target/out/clip-video.mp4" in refusal(
        settings(video_output() | same, video_output() | same)
    )


def test_format_identifiers_are_refused():
    assert "format identifiers" in refusal(settings(destination="s3://target/$dt$/"))


def test_a_job_of_frame_captures_alone_is_refused():
    assert "needs another output, with video and audio" in refusal(settings(capture_output()))


def test_the_container_must_suit_the_codec():
    output = video_output() | {"ContainerSettings": {"Container": "RAW"}}

    assert "/containerSettings/container: must be MP4 for codec H_264" in refusal(settings(output))
