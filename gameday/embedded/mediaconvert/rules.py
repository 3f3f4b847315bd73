"""What the settings of a job must be together, beyond what each may be alone.

AWS documents these rules with the settings concerned; where a public report shows the service's
words, they are its words.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from gameday.embedded.mediaconvert.errors import BadRequest
from gameday.embedded.mediaconvert.outputs import audio_selector, named_outputs

# https://docs.aws.amazon.com/mediaconvert/latest/ug/aac-support.html: LC, CBR, coding mode 2.0.
AAC_BITRATES = (
    *(40000, 48000, 56000, 64000, 80000, 96000, 112000, 128000, 160000, 192000, 224000),
    *(256000, 288000, 320000, 384000, 448000, 512000, 576000),
)
AAC_RANGES = {32000: (40000, 384000), 44100: (64000, 512000), 48000: (64000, 576000)}

_FORMAT_IDENTIFIER = re.compile(r"\$\w+[$:]")

Problems = Iterator[str]


def refuse_contradictions(settings: dict[str, Any]) -> None:
    """Raise `BadRequest` that names every rule broken by settings that are understood."""
    problems = [*_inputs(settings), *_output_groups(settings)]
    if not problems:
        problems = list(_names(settings))
    if problems:
        raise BadRequest(problems)


def _inputs(settings: dict[str, Any]) -> Problems:
    inputs = settings.get("Inputs") or []
    if not inputs:
        yield "/: inputs is a required property"
    for index, item in enumerate(inputs):
        path = f"/inputs/{index}"
        if "FileInput" not in item:
            yield f"{path}: fileInput is a required property"
        elif not item["FileInput"].startswith("s3://"):
            yield f"{path}/fileInput: the embedded MediaConvert reads from S3 only"


def _output_groups(settings: dict[str, Any]) -> Problems:
    groups = settings.get("OutputGroups") or []
    if not groups:
        yield "/: outputGroups is a required property"
    for index, group in enumerate(groups):
        path = f"/outputGroups/{index}"
        group_settings = group.get("OutputGroupSettings", {})
        if "Type" not in group_settings:
            yield f"{path}/outputGroupSettings: type is a required property"
        destination = group_settings.get("FileGroupSettings", {}).get("Destination", "")
        where = f"{path}/outputGroupSettings/fileGroupSettings"
        if not re.match(r"s3://[^/]+/", destination):
            yield f"{where}: destination is a required property, such as s3://bucket/folder/"
        yield from _no_format_identifiers(destination, f"{where}/destination")
        outputs = group.get("Outputs") or []
        if not outputs:
            yield f"{path}: outputs is a required property"
        for number, output in enumerate(outputs):
            where = f"{path}/outputs/{number}"
            if len(outputs) > 1 and not output.get("NameModifier"):
                yield f"{where}: nameModifier is a required property when a group has more outputs"
            yield from _no_format_identifiers(
                output.get("NameModifier", ""), f"{where}/nameModifier"
            )
            yield from _output(output, settings, where)
    codecs = [
        output.get("VideoDescription", {}).get("CodecSettings", {}).get("Codec")
        for group in groups
        for output in group.get("Outputs") or []
    ]
    if codecs and set(codecs) == {"FRAME_CAPTURE"}:
        yield (
            "/outputGroups: a job with frame capture outputs needs another output, "
            "with video and audio"
        )


def _no_format_identifiers(name: str, path: str) -> Problems:
    if _FORMAT_IDENTIFIER.search(name):
        yield f"{path}: the embedded MediaConvert does not implement format identifiers"


def _output(output: dict[str, Any], settings: dict[str, Any], path: str) -> Problems:
    container = output.get("ContainerSettings", {}).get("Container")
    codec_settings = output.get("VideoDescription", {}).get("CodecSettings", {})
    codec = codec_settings.get("Codec")
    video_path = f"{path}/videoDescription/codecSettings"
    expected = {"H_264": "MP4", "FRAME_CAPTURE": "RAW"}
    if codec is None:
        yield f"{path}/videoDescription/codecSettings: codec is a required property"
    elif container != expected[codec]:
        yield f"{path}/containerSettings/container: must be {expected[codec]} for codec {codec}"
    if codec == "H_264":
        yield from _h264(codec_settings.get("H264Settings", {}), f"{video_path}/h264Settings")
    if codec == "FRAME_CAPTURE":
        capture = codec_settings.get("FrameCaptureSettings", {})
        for name in ("FramerateNumerator", "FramerateDenominator"):
            yield from _required(capture, name, f"{video_path}/frameCaptureSettings")
        if output.get("AudioDescriptions"):
            yield f"{path}/audioDescriptions: frame capture outputs have no audio"
    for index, audio in enumerate(output.get("AudioDescriptions") or []):
        yield from _audio(audio, settings, f"{path}/audioDescriptions/{index}")


def _h264(h264: dict[str, Any], path: str) -> Problems:
    mode = h264.get("RateControlMode")
    wanted = {"CBR": {"Bitrate"}, "VBR": {"Bitrate"}, "QVBR": {"MaxBitrate"}}.get(mode, set())
    unwanted = {"CBR": {"MaxBitrate"}, "QVBR": {"Bitrate"}}.get(mode, set())
    yield from _required(h264, "RateControlMode", path)
    if mode and (wanted - h264.keys() or unwanted & h264.keys()):
        yield (
            f"{path}: Your job contains values for the following settings that are incompatible: "
            "Rate control mode, Bitrate, and Max bitrate. Adjust your settings and resubmit your "
            f"job. For {mode} specify {wanted.pop()}"
            + (f" and no {unwanted.pop()}." if unwanted else ".")
        )
    if mode == "VBR" and h264.get("MaxBitrate", h264.get("Bitrate", 0)) < h264.get("Bitrate", 0):
        yield f"{path}/maxBitrate: Should be greater than or equal to bitrate"
    if "QvbrSettings" in h264 and mode != "QVBR":
        yield f"{path}/qvbrSettings: use these settings only when rateControlMode is QVBR"
    if h264.get("CodecProfile") == "BASELINE" and h264.get("EntropyEncoding") != "CAVLC":
        yield f"{path}/entropyEncoding: Must be CAVLC"
    if h264.get("FramerateControl") == "SPECIFIED":
        for name in ("FramerateNumerator", "FramerateDenominator"):
            yield from _required(h264, name, path)
    elif h264.keys() & {"FramerateNumerator", "FramerateDenominator"}:
        yield f"{path}/framerateControl: must be SPECIFIED when a frame rate is given"
    yield from _group_of_pictures(h264, path)


def _group_of_pictures(h264: dict[str, Any], path: str) -> Problems:
    size, units = h264.get("GopSize"), h264.get("GopSizeUnits", "AUTO")
    if units == "AUTO" and size is not None:
        yield f"{path}/gopSize: leave it blank, or set gopSizeUnits to FRAMES or SECONDS"
    if units != "AUTO" and not size:
        yield f"{path}: gopSize is a required property with gopSizeUnits {units}"
    if units == "FRAMES" and size and size != int(size):
        yield f"{path}/gopSize: Should be a whole number of frames"


def _audio(audio: dict[str, Any], settings: dict[str, Any], path: str) -> Problems:
    codec_settings = audio.get("CodecSettings", {})
    yield from _required(codec_settings, "Codec", f"{path}/codecSettings")
    aac = codec_settings.get("AacSettings", {})
    where = f"{path}/codecSettings/aacSettings"
    missing = [
        problem
        for name in ("Bitrate", "CodingMode", "SampleRate")
        for problem in _required(aac, name, where)
    ]
    yield from missing
    if not missing:
        lowest, highest = AAC_RANGES[aac["SampleRate"]]
        if aac["Bitrate"] not in AAC_BITRATES or not lowest <= aac["Bitrate"] <= highest:
            yield (
                f"{where}/bitrate: You specified a value for Bitrate that is not valid with the "
                f"combination of Profile LC, Coding mode CODING_MODE_2_0, and Sample rate "
                f"{aac['SampleRate']} you selected. Specify a bitrate in the range of "
                f"{lowest}-{highest}, and resubmit your job. For a list of supported bitrates, "
                "see: https://docs.aws.amazon.com/mediaconvert/latest/ug/aac-support.html"
            )
    name = audio.get("AudioSourceName")
    if settings.get("Inputs") and audio_selector(settings, name) is None:
        yield f"{path}/audioSourceName: there is no audio selector {name!r}, nor a default one"


def _names(settings: dict[str, Any]) -> Problems:
    locations = Counter(
        f"s3://{output.bucket}/{output.key()}" for output in named_outputs(settings)
    )
    for location, count in locations.items():
        if count > 1:
            yield f"/outputGroups: {count} outputs would be written to {location}"


def _required(settings: dict[str, Any], name: str, path: str) -> Problems:
    if name not in settings:
        yield f"{path}: {name[0].lower()}{name[1:]} is a required property"
