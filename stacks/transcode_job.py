"""The MediaConvert job of each transcode profile.

Values that differ by highlight are JSONPath references into the state machine's data.
https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html
"""

from typing import Any

STRETCHED = {"ScalingBehavior": "STRETCH_TO_OUTPUT"}  # by at most a pixel; else it adds bars


def job_settings(
    profile: str,
    *,
    rendition: str,
    thumbnail: str,
    source: str,
    bitrate: Any,
    size: tuple[Any, Any] | None = None,
) -> dict[str, Any]:
    """`Settings` of CreateJob: an MP4 of the whole video, and one picture of it.

    profile: `cbr-5mbps` spends 5 Mbit/s whatever the source has; `source-matched` lets quality
    decide below `bitrate`, what the source itself spends. Both keep the source's size, frame
    rate and orientation. source, rendition, thumbnail: S3 URIs, the latter two without the
    extensions that MediaConvert appends. size: even width and height for a source whose own are
    odd, which H.264 cannot have and MediaConvert refuses to follow.
    """
    return {
        "TimecodeConfig": {"Source": "ZEROBASED"},
        "Inputs": [
            {
                "FileInput": source,
                "TimecodeSource": "ZEROBASED",
                "VideoSelector": {"Rotate": "AUTO"},
                "AudioSelectors": {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}},
            }
        ],
        "OutputGroups": [
            _file_group("Rendition", rendition, _rendition(_H264[profile](bitrate), size)),
            _file_group("Thumbnail", thumbnail, _thumbnail()),
        ],
    }


def _file_group(name: str, destination: str, output: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": name,
        "OutputGroupSettings": {
            "Type": "FILE_GROUP_SETTINGS",
            "FileGroupSettings": {"Destination": destination},
        },
        "Outputs": [output],
    }


def _rendition(rate_control: dict[str, Any], size: tuple[Any, Any] | None) -> dict[str, Any]:
    sized = {} if size is None else {"Width": size[0], "Height": size[1], **STRETCHED}
    return {
        "ContainerSettings": {
            "Container": "MP4",
            "Mp4Settings": {"MoovPlacement": "PROGRESSIVE_DOWNLOAD"},
        },
        "Extension": "mp4",
        "VideoDescription": {
            **sized,
            "CodecSettings": {
                "Codec": "H_264",
                "H264Settings": {
                    "CodecProfile": "MAIN",
                    "CodecLevel": "AUTO",
                    "FramerateControl": "INITIALIZE_FROM_SOURCE",
                    "ParControl": "INITIALIZE_FROM_SOURCE",
                    "GopSize": 2,
                    "GopSizeUnits": "SECONDS",
                    **rate_control,
                },
            },
        },
        "AudioDescriptions": [
            {
                "AudioSourceName": "Audio Selector 1",
                "CodecSettings": {
                    "Codec": "AAC",
                    "AacSettings": {
                        "Bitrate": 64_000,
                        "CodingMode": "CODING_MODE_2_0",
                        "SampleRate": 48_000,
                        "CodecProfile": "LC",
                        "RateControlMode": "CBR",
                    },
                },
            }
        ],
    }


def _thumbnail() -> dict[str, Any]:
    return {
        "ContainerSettings": {"Container": "RAW"},
        "Extension": "jpg",
        "VideoDescription": {
            "CodecSettings": {
                "Codec": "FRAME_CAPTURE",
                "FrameCaptureSettings": {
                    "FramerateNumerator": 1,
                    "FramerateDenominator": 1,
                    "MaxCaptures": 1,
                    "Quality": 80,
                },
            }
        },
    }


def _constant_bitrate(_: Any) -> dict[str, Any]:
    return {
        "RateControlMode": "CBR",
        "Bitrate": 5_000_000,
        "QualityTuningLevel": "SINGLE_PASS",
    }


def _source_matched(bitrate: Any) -> dict[str, Any]:
    return {
        "RateControlMode": "QVBR",
        "MaxBitrate": bitrate,
        "QvbrSettings": {"QvbrQualityLevel": 7},
        "QualityTuningLevel": "SINGLE_PASS_HQ",
        "SceneChangeDetect": "TRANSITION_DETECTION",
    }


_H264 = {"cbr-5mbps": _constant_bitrate, "source-matched": _source_matched}
