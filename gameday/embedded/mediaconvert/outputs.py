"""Which objects a job writes, and what they are called."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

CONTENT_TYPES = {"H_264": "video/mp4", "FRAME_CAPTURE": "image/jpeg"}
_EXTENSIONS = {"H_264": "mp4", "FRAME_CAPTURE": "jpg"}


@dataclass(frozen=True)
class NamedOutput:
    """One output of a job: `group` is its output group, `key` and `bucket` where it goes.

    A frame capture writes an object per frame, numbered from 0 between `stem` and `extension`.
    """

    group: int
    bucket: str
    stem: str
    extension: str
    settings: dict[str, Any]

    @property
    def codec(self) -> str:
        return self.settings["VideoDescription"]["CodecSettings"]["Codec"]

    @property
    def codec_settings(self) -> dict[str, Any]:
        member = {"H_264": "H264Settings", "FRAME_CAPTURE": "FrameCaptureSettings"}[self.codec]
        return self.settings["VideoDescription"]["CodecSettings"].get(member, {})

    @property
    def captures_frames(self) -> bool:
        return self.codec == "FRAME_CAPTURE"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.codec]

    def key(self, capture: int = 0) -> str:
        number = f".{capture:07d}" if self.captures_frames else ""
        return f"{self.stem}{number}.{self.extension}"


def split_location(location: str) -> tuple[str, str]:
    """Bucket and key of an `s3://bucket/key`."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key


def named_outputs(settings: dict[str, Any]) -> list[NamedOutput]:
    """The outputs of a job, in its order.

    A name is the destination's base name, the name modifier and the extension. A destination that
    ends with a slash takes its base name from the input file.
    https://docs.aws.amazon.com/mediaconvert/latest/ug/output-file-names-and-paths.html
    """
    source = PurePosixPath(split_location(settings["Inputs"][0]["FileInput"])[1]).stem
    outputs = []
    for index, group in enumerate(settings["OutputGroups"]):
        destination = group["OutputGroupSettings"]["FileGroupSettings"]["Destination"]
        bucket, base = split_location(destination)
        if not base or base.endswith("/"):
            base += source
        for output in group["Outputs"]:
            codec = output["VideoDescription"]["CodecSettings"]["Codec"]
            outputs.append(
                NamedOutput(
                    group=index,
                    bucket=bucket,
                    stem=base + output.get("NameModifier", ""),
                    extension=output.get("Extension", _EXTENSIONS[codec]),
                    settings=output,
                )
            )
    return outputs


def audio_selector(settings: dict[str, Any], name: str | None) -> dict[str, Any] | None:
    """The audio selector that an audio description names, else the input's default one.

    Without a name it is the input's first.
    """
    selectors = settings["Inputs"][0].get("AudioSelectors", {})
    if name in selectors:
        return selectors[name]
    if name is None:
        return next(iter(selectors.values()), None)
    defaults = (item for item in selectors.values() if item.get("DefaultSelection") == "DEFAULT")
    return next(defaults, None)
