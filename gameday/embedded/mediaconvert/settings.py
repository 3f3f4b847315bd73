"""The job settings that this service understands, and the refusal of all others.

`UNDERSTOOD` mirrors the tree of MediaConvert's job settings. A setting that is absent from it is
refused, never ignored, and so is a value that it does not list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gameday.embedded.mediaconvert.errors import BadRequest


@dataclass(frozen=True)
class Honoured:
    """These values, or any that the service model allows, take effect."""

    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Inert:
    """These values, or any, are accepted because they change nothing, for the reason given."""

    values: tuple[Any, ...]
    because: str


@dataclass(frozen=True)
class Each:
    """A list whose items all follow one specification."""

    item: Any
    at_most: int | None = None


@dataclass(frozen=True)
class Named:
    """A map from names that the job chooses to one specification."""

    item: Any


ANY = Honoured()


def honoured(*values: Any) -> Honoured:
    return Honoured(values)


def inert(*values: Any, because: str) -> Inert:
    return Inert(values, because)


_AUDIO_SELECTOR = {
    "DefaultSelection": honoured("DEFAULT", "NOT_DEFAULT"),
    "SelectorType": honoured("TRACK"),
    "Tracks": Each(ANY, at_most=1),
    "Offset": inert(0, because="no shift"),
    "ProgramSelection": inert(0, 1, because="concerns Dolby E, which no source here has"),
}

_VIDEO_SELECTOR = {
    "Rotate": honoured("AUTO", "DEGREE_0"),
    "ColorSpace": honoured("FOLLOW"),
    "ColorSpaceUsage": inert("FORCE", "FALLBACK", because="ColorSpace names no colour space"),
    "AlphaBehavior": honoured("DISCARD"),
    "SampleRange": honoured("FOLLOW"),
    "PadVideo": honoured("DISABLED"),
    "EmbeddedTimecodeOverride": inert("NONE", because="no timecodes are read"),
}

_INPUT = {
    "FileInput": ANY,
    "AudioSelectors": Named(_AUDIO_SELECTOR),
    "VideoSelector": _VIDEO_SELECTOR,
    "TimecodeSource": inert(
        "EMBEDDED", "ZEROBASED", because="no clipping and no captions count by timecodes"
    ),
    "FilterEnable": inert("AUTO", "DISABLE", because="AUTO leaves it to the service"),
    "FilterStrength": inert(0, because="no filter is applied"),
    "DeblockFilter": honoured("DISABLED"),
    "DenoiseFilter": honoured("DISABLED"),
    "PsiControl": honoured("USE_PSI"),
    "InputScanType": honoured("AUTO"),
}

_MP4 = {
    "MoovPlacement": honoured("PROGRESSIVE_DOWNLOAD", "NORMAL"),
    "FreeSpaceBox": honoured("EXCLUDE"),
    "CslgAtom": honoured("EXCLUDE"),
    "CttsVersion": honoured(0),
    "AudioDuration": honoured("DEFAULT_CODEC_DURATION"),
    "C2paManifest": honoured("EXCLUDE"),
}

_H264 = {
    "RateControlMode": honoured("CBR", "VBR", "QVBR"),
    "Bitrate": ANY,
    "MaxBitrate": ANY,
    "QvbrSettings": {"QvbrQualityLevel": ANY, "QvbrQualityLevelFineTune": ANY},
    "HrdBufferSize": ANY,
    "HrdBufferInitialFillPercentage": ANY,
    "CodecProfile": honoured("BASELINE", "MAIN", "HIGH"),
    "CodecLevel": ANY,
    "EntropyEncoding": honoured("CABAC", "CAVLC"),
    "QualityTuningLevel": honoured("SINGLE_PASS", "SINGLE_PASS_HQ"),
    "FramerateControl": honoured("INITIALIZE_FROM_SOURCE", "SPECIFIED"),
    "FramerateNumerator": ANY,
    "FramerateDenominator": ANY,
    "FramerateConversionAlgorithm": honoured("DUPLICATE_DROP"),
    "ParControl": honoured("INITIALIZE_FROM_SOURCE"),
    "InterlaceMode": honoured("PROGRESSIVE"),
    "GopSize": ANY,
    "GopSizeUnits": honoured("FRAMES", "SECONDS", "AUTO"),
    "GopClosedCadence": honoured(1),
    "GopBReference": honoured("ENABLED", "DISABLED"),
    "DynamicSubGop": honoured("ADAPTIVE", "STATIC"),
    "NumberBFramesBetweenReferenceFrames": ANY,
    "NumberReferenceFrames": ANY,
    "MinIInterval": ANY,
    "Slices": ANY,
    "SceneChangeDetect": honoured("ENABLED", "DISABLED", "TRANSITION_DETECTION"),
    "AdaptiveQuantization": honoured("AUTO", "OFF", "LOW", "MEDIUM", "HIGH", "HIGHER", "MAX"),
    "SpatialAdaptiveQuantization": honoured("ENABLED", "DISABLED"),
    "TemporalAdaptiveQuantization": honoured("ENABLED", "DISABLED"),
    "FlickerAdaptiveQuantization": honoured("DISABLED"),
    "ExplicitWeightedPrediction": honoured("ENABLED", "DISABLED"),
    "SaliencyAwareEncoding": honoured("DISABLED"),
    "Softness": honoured(0),
    "Syntax": honoured("DEFAULT"),
    "SlowPal": honoured("DISABLED"),
    "Telecine": honoured("NONE"),
    "RepeatPps": honoured("DISABLED"),
    "UnregisteredSeiTimecode": honoured("DISABLED"),
    "WriteMp4PackagingType": honoured("AVC1"),
    "FieldEncoding": inert("PAFF", "FORCE_FIELD", "MBAFF", because="concerns interlaced outputs"),
    "ScanTypeConversionMode": inert(
        "INTERLACED", "INTERLACED_OPTIMIZE", because="concerns interlaced outputs"
    ),
}

_FRAME_CAPTURE = {
    "FramerateNumerator": ANY,
    "FramerateDenominator": ANY,
    "MaxCaptures": ANY,
    "Quality": ANY,
}

_VIDEO = {
    "CodecSettings": {
        "Codec": honoured("H_264", "FRAME_CAPTURE"),
        "H264Settings": _H264,
        "FrameCaptureSettings": _FRAME_CAPTURE,
    },
    "Width": ANY,
    "Height": ANY,
    "ScalingBehavior": honoured("DEFAULT", "FIT", "FIT_NO_UPSCALE", "STRETCH_TO_OUTPUT"),
    "Sharpness": ANY,
    "AntiAlias": inert("ENABLED", "DISABLED", because="MediaConvert no longer honours it"),
    "AfdSignaling": honoured("NONE"),
    "RespondToAfd": honoured("NONE"),
    "ColorMetadata": honoured("INSERT"),
    "ChromaPositionMode": honoured("AUTO"),
    "TimecodeInsertion": honoured("DISABLED"),
    "TimecodeTrack": honoured("DISABLED"),
    "DropFrameTimecode": inert("ENABLED", "DISABLED", because="no timecodes are written"),
}

_AUDIO = {
    "AudioSourceName": ANY,
    "CodecSettings": {
        "Codec": honoured("AAC"),
        "AacSettings": {
            "Bitrate": ANY,
            "SampleRate": honoured(32000, 44100, 48000),
            "CodingMode": honoured("CODING_MODE_2_0"),
            "CodecProfile": honoured("LC"),
            "RateControlMode": honoured("CBR"),
            "RawFormat": honoured("NONE"),
            "Specification": inert("MPEG4", because="concerns raw and transport stream outputs"),
            "AudioDescriptionBroadcasterMix": honoured("NORMAL"),
            "PassthroughControl": honoured("NO_PASSTHROUGH"),
        },
    },
    "AudioTypeControl": inert("FOLLOW_INPUT", because="MP4 has no audio types"),
    "LanguageCodeControl": honoured("FOLLOW_INPUT"),
    "StreamName": inert(because="file outputs have no labels"),
}

_OUTPUT = {
    "NameModifier": ANY,
    "Extension": ANY,
    "ContainerSettings": {"Container": honoured("MP4", "RAW"), "Mp4Settings": _MP4},
    "VideoDescription": _VIDEO,
    "AudioDescriptions": Each(_AUDIO, at_most=1),
}

_LABEL = "a label for people"

UNDERSTOOD = {
    "Inputs": Each(_INPUT, at_most=1),
    "OutputGroups": Each(
        {
            "Name": inert(because=_LABEL),
            "CustomName": inert(because=_LABEL),
            "OutputGroupSettings": {
                "Type": honoured("FILE_GROUP_SETTINGS"),
                "FileGroupSettings": {"Destination": ANY},
            },
            "Outputs": Each(_OUTPUT),
        }
    ),
    "TimecodeConfig": {
        "Source": inert("EMBEDDED", "ZEROBASED", because="no timecodes are written"),
    },
    "AdAvailOffset": inert(0, because="no shift"),
}


def refuse_unknown(settings: dict[str, Any]) -> None:
    """Raise `BadRequest` that names every setting and value outside `UNDERSTOOD`."""
    problems = list(_unknown(settings, UNDERSTOOD, ""))
    if problems:
        raise BadRequest(problems)


def _unknown(value: Any, understood: Any, path: str) -> Iterator[str]:
    match understood:
        case dict():
            for name, item in value.items():
                where = f"{path}/{name[0].lower()}{name[1:]}"
                if name in understood:
                    yield from _unknown(item, understood[name], where)
                else:
                    yield f"{where}: the embedded MediaConvert does not implement this setting"
        case Each(item=item, at_most=at_most):
            if at_most is not None and len(value) > at_most:
                yield f"{path}: the embedded MediaConvert does not implement more than {at_most}"
            for index, element in enumerate(value):
                yield from _unknown(element, item, f"{path}/{index}")
        case Named(item=item):
            for name, element in value.items():
                yield from _unknown(element, item, f"{path}/{name}")
        case Honoured(values=values) | Inert(values=values):
            if values and value not in values:
                yield (
                    f"{path}: the embedded MediaConvert does not implement {value}, "
                    f"only {', '.join(map(str, values))}"
                )
