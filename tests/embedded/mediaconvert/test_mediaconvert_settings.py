import pytest
from mediaconvert_jobs import capture_output, settings_for, video_output

from gameday.embedded.mediaconvert.errors import BadRequest
from gameday.embedded.mediaconvert.model import request_from_step_functions, service_model
from gameday.embedded.mediaconvert.rules import refuse_contradictions
from gameday.embedded.mediaconvert.settings import UNDERSTOOD, Each, Named, refuse_unknown

H264_PATH = "/outputGroups/0/outputs/0/videoDescription/codecSettings/h264Settings"
AAC_PATH = "/outputGroups/0/outputs/0/audioDescriptions/0/codecSettings/aacSettings"


def settings(*outputs):
    return settings_for("s3://source/videos/clip.mp4", "s3://target/out/", *outputs)


def with_h264(**h264):
    return settings(video_output({"RateControlMode": "CBR", "Bitrate": 5_000_000} | h264))


def with_aac(**aac):
    output = video_output()
    output["AudioDescriptions"][0]["CodecSettings"]["AacSettings"] |= aac
    return settings(output)


def with_input(**item):
    job = settings()
    job["Inputs"][0] |= item
    return job


def with_output(**output):
    return settings(video_output() | output)


def check(job):
    """As the service does when a job is created."""
    request = request_from_step_functions("CreateJob", {"Role": "a role", "Settings": job})
    refuse_unknown(request["Settings"])
    refuse_contradictions(request["Settings"])


def refusal(job):
    with pytest.raises(BadRequest) as refused:
        check(job)
    return str(refused.value)


def test_a_job_of_understood_settings_is_accepted():
    check(
        settings(
            video_output() | {"NameModifier": "-video"},
            capture_output()
            | {
                "NameModifier": "-thumbnail",
                "Extension": "jpeg",
            },
        )
    )


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (with_input(FileInpt="s3://b/k"), "/inputs/0/FileInpt: Unknown setting"),
        (with_input(FileInput=7), "/inputs/0/fileInput: Should be a string"),
        (with_input(FilterStrength=6), "/inputs/0/filterStrength: Should be less than or equal"),
        (with_input(TimecodeSource="NOON"), "/inputs/0/timecodeSource: Should be equal to one of"),
        (with_h264(Bitrate=999), f"{H264_PATH}/bitrate: Should be greater than or equal to 1000"),
        (with_h264(Bitrate=True), f"{H264_PATH}/bitrate: Should be an integer"),
        (with_output(NameModifier=""), "/nameModifier: Should be greater than or equal to 1 char"),
    ],
)
def test_what_the_service_model_does_not_allow_is_refused(job, message):
    assert message in refusal(job)


def test_a_missing_role_is_refused():
    with pytest.raises(BadRequest, match="/: role is a required property"):
        request_from_step_functions("CreateJob", {"Settings": settings()})


def test_everything_wrong_is_said_at_once():
    problems = refusal(with_input(FileInput=7, FilterStrength=6)).split(" | ")

    assert len(problems) == 2


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (with_input(InputClippings=[{"StartTimecode": "00:00:00:00"}]), "/inputs/0/inputClippings"),
        (with_input(Crop={"Width": 32}), "/inputs/0/crop"),
        (with_input(DenoiseFilter="ENABLED"), "does not implement ENABLED, only DISABLED"),
        (with_input(VideoSelector={"Rotate": "DEGREES_90"}), "/inputs/0/videoSelector/rotate"),
        (with_input(VideoSelector={"ColorSpace": "HDR10"}), "/inputs/0/videoSelector/colorSpace"),
        (
            with_input(AudioSelectors={"A": {"DefaultSelection": "DEFAULT", "Offset": 40}}),
            "/inputs/0/audioSelectors/A/offset: the embedded MediaConvert does not implement 40",
        ),
        (settings() | {"MotionImageInserter": {}}, "/motionImageInserter"),
        (settings() | {"TimecodeConfig": {"Source": "SPECIFIEDSTART"}}, "/timecodeConfig/source"),
        (with_output(Preset="System-Generic"), "/outputGroups/0/outputs/0/preset"),
        (with_output(CaptionDescriptions=[{}]), "/outputGroups/0/outputs/0/captionDescriptions"),
        (with_output(ContainerSettings={"Container": "MOV"}), "does not implement MOV"),
        (
            settings(video_output(ScalingBehavior="SMART_CROP")),
            "/outputGroups/0/outputs/0/videoDescription/scalingBehavior",
        ),
        (settings(video_output(TimecodeInsertion="PIC_TIMING_SEI")), "/timecodeInsertion"),
        (settings(video_output(VideoPreprocessors={})), "/videoPreprocessors"),
        (with_h264(QualityTuningLevel="MULTI_PASS_HQ"), f"{H264_PATH}/qualityTuningLevel"),
        (with_h264(CodecProfile="HIGH_422"), f"{H264_PATH}/codecProfile"),
        (with_h264(InterlaceMode="TOP_FIELD"), f"{H264_PATH}/interlaceMode"),
        (with_h264(ParControl="SPECIFIED"), f"{H264_PATH}/parControl"),
        (with_h264(FlickerAdaptiveQuantization="ENABLED"), "/flickerAdaptiveQuantization"),
        (with_h264(PerFrameMetrics=["PSNR"]), f"{H264_PATH}/perFrameMetrics"),
        (with_aac(CodecProfile="HEV2"), f"{AAC_PATH}/codecProfile"),
        (with_aac(CodingMode="CODING_MODE_5_1"), f"{AAC_PATH}/codingMode"),
        (with_aac(RateControlMode="VBR"), f"{AAC_PATH}/rateControlMode"),
        (
            settings() | {"Inputs": settings()["Inputs"] * 2},
            "/inputs: the embedded MediaConvert does not implement more than 1",
        ),
    ],
)
def test_what_is_not_implemented_is_refused_by_name(job, message):
    assert message in refusal(job)


@pytest.mark.parametrize("container", ["HLS", "DASH_ISO", "CMAF", "MS_SMOOTH"])
def test_only_file_groups_are_implemented(container):
    job = settings()
    job["OutputGroups"][0]["OutputGroupSettings"]["Type"] = f"{container}_GROUP_SETTINGS"

    assert "only FILE_GROUP_SETTINGS" in refusal(job)


def leaves(understood, shape, path=()):
    """Each setting of the service model below what is understood, with its specification."""
    match understood, shape.type_name:
        case dict(), "structure":
            assert understood.keys() <= shape.members.keys()
            for name, member in shape.members.items():
                if name in understood:
                    yield from leaves(understood[name], member, (*path, name))
                else:
                    yield (*path, name), None, member
        case Each(item=item), "list":
            yield from leaves(item, shape.member, (*path, 0))
        case Named(item=item), "map":
            yield from leaves(item, shape.value, (*path, "Name"))
        case _:
            yield path, understood, shape


def nested(path, value):
    """Settings that hold one value at a path."""
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value


SETTINGS = list(leaves(UNDERSTOOD, service_model().shape_for("JobSettings")))


def test_every_setting_that_is_not_understood_is_refused():
    for path, understood, _ in SETTINGS:
        if understood is None:
            with pytest.raises(BadRequest, match="does not implement this setting"):
                refuse_unknown(nested(path, "anything"))


def test_every_value_that_is_not_understood_is_refused():
    for path, understood, shape in SETTINGS:
        values = understood.values if understood else ()
        if values and shape.type_name == "string":
            assert set(values) <= set(shape.enum), path
            for value in set(shape.enum) - set(values):
                with pytest.raises(BadRequest, match=f"does not implement {value}, only"):
                    refuse_unknown(nested(path, value))
