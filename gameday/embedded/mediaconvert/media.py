"""What ffmpeg says a file contains."""

import re
from dataclasses import dataclass
from fractions import Fraction

_SECTION = re.compile(r"^Input #0, .*", re.MULTILINE | re.DOTALL)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_STREAM = re.compile(
    r"^  Stream #0:\d+\S*: (?P<kind>Video|Audio): (?P<codec>\w+)(?P<rest>.*)\n"
    r"(?P<side>(?:    .*\n)*)",
    re.MULTILINE,
)
_SIZE = re.compile(r", (\d+)x(\d+)(?=[, ]|$)")
_FRAME_RATE = re.compile(r", ([\d.]+)(k?) fps")
_SAMPLE_ASPECT = re.compile(r"\bSAR (\d+):(\d+)")
_ROTATION = re.compile(r"rotation of (-?[\d.]+) degrees")
_BITRATE = re.compile(r", (\d+) kb/s")
_PROFILE = re.compile(r"^ \(([^)]*)\)")

# ffmpeg prints rates such as 30000/1001 with two decimals.
_NTSC_BASES = (24, 30, 48, 60, 120)


@dataclass(frozen=True)
class Video:
    """A video stream; `codec` is ffmpeg's name of it, or "none" for one it does not know.

    `sample_aspect` is the shape of a pixel, `rotation` what the file asks players for, in degrees,
    `bitrate` is in bits per second, `frame_rate` in frames per second.
    """

    codec: str
    profile: str
    width: int
    height: int
    sample_aspect: Fraction
    frame_rate: Fraction | None
    bitrate: int | None
    interlaced: bool
    rotation: int


@dataclass(frozen=True)
class Audio:
    """An audio stream; `sample_rate` is in Hz, `bitrate` in bits per second."""

    codec: str
    profile: str
    sample_rate: int | None
    layout: str
    bitrate: int | None


@dataclass(frozen=True)
class Media:
    """A media file; `duration` is in seconds."""

    duration: float | None
    videos: tuple[Video, ...]
    audios: tuple[Audio, ...]


def parse_report(report: str) -> Media | None:
    """Read what `ffmpeg -i FILE` prints, or None if it could not open the file."""
    section = _SECTION.search(report)
    if section is None:
        return None
    streams = [match for match in _STREAM.finditer(section[0]) if "(attached pic)" not in match[0]]
    return Media(
        duration=_duration(section[0]),
        videos=tuple(_video(match) for match in streams if match["kind"] == "Video"),
        audios=tuple(_audio(match) for match in streams if match["kind"] == "Audio"),
    )


def _duration(section: str) -> float | None:
    match = _DURATION.search(section)
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def _video(match: re.Match[str]) -> Video:
    rest = match["rest"]
    size = _SIZE.search(rest)
    rotation = _ROTATION.search(match["side"])
    profile = _PROFILE.search(rest)
    return Video(
        codec=match["codec"],
        profile=profile[1] if profile else "",
        width=int(size[1]) if size else 0,
        height=int(size[2]) if size else 0,
        sample_aspect=_sample_aspect(rest),
        frame_rate=_frame_rate(rest),
        bitrate=_bitrate(rest),
        interlaced=" first" in rest,
        rotation=round(float(rotation[1])) if rotation else 0,
    )


def _audio(match: re.Match[str]) -> Audio:
    rest = match["rest"]
    fields = [field.strip() for field in rest.split(",")]
    rate = next((field for field in fields if field.endswith(" Hz")), None)
    profile = _PROFILE.search(rest)
    return Audio(
        codec=match["codec"],
        profile=profile[1] if profile else "",
        sample_rate=int(rate.split()[0]) if rate else None,
        layout=fields[fields.index(rate) + 1] if rate else "",
        bitrate=_bitrate(rest),
    )


def _bitrate(rest: str) -> int | None:
    match = _BITRATE.search(rest)
    return int(match[1]) * 1000 if match else None


def _sample_aspect(rest: str) -> Fraction:
    match = _SAMPLE_ASPECT.search(rest)
    if match is None or "0" in match.groups():
        return Fraction(1)
    return Fraction(int(match[1]), int(match[2]))


def _frame_rate(rest: str) -> Fraction | None:
    match = _FRAME_RATE.search(rest)
    if match is None or float(match[1]) == 0:
        return None
    rate = float(match[1]) * (1000 if match[2] else 1)
    for base in _NTSC_BASES:
        if abs(rate - base * 1000 / 1001) < 0.006:
            return Fraction(base * 1000, 1001)
    return Fraction(match[1]) * (1000 if match[2] else 1)
