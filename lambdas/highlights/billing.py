"""How MediaConvert's Basic tier bills a video: in normalized minutes, which caps count as well.

https://aws.amazon.com/mediaconvert/pricing/; the multipliers for more than 1080 lines and more than
30 frames are the ratios of its price list of 2021.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

SHORTEST_BILLED_SECONDS = 10
HD_LINES, ABOVE_HD_LINES = 720, 1081
SD_MULTIPLIER, HD_MULTIPLIER, UHD_MULTIPLIER = 1, 2, 4
STANDARD_FRAME_RATE, HIGH_FRAME_RATE_MULTIPLIER = 30, 2

# For functions, which have no price file; a test holds it against that file.
DOLLARS_PER_MINUTE = 0.0075

# Of a video that does not say how long it lasts: about the slowest that a source was seen to send.
SLOWEST_SOURCE = 1_000_000  # bits per second
LEAST_OF_A_VIDEO = 10_000  # bits per second; one that claims to last longer is not believed


@dataclass(frozen=True)
class Rendition:
    """A video that MediaConvert makes; width and height in pixels."""

    width: int
    height: int
    seconds: float
    frames_per_second: float = 30.0


def normalized_seconds(rendition: Rendition) -> int:
    """The seconds that are billed for a rendition.

    Whole seconds, at least ten, times a multiplier: 1 below 720 lines, 2 up to 1080, 4 above;
    twice that above 30 frames a second. Lines are those of the shorter side, so that an upright
    video counts as one that lies.
    """
    lines = min(rendition.width, rendition.height)
    if lines < HD_LINES:
        multiplier = SD_MULTIPLIER
    elif lines < ABOVE_HD_LINES:
        multiplier = HD_MULTIPLIER
    else:
        multiplier = UHD_MULTIPLIER
    if rendition.frames_per_second > STANDARD_FRAME_RATE:
        multiplier *= HIGH_FRAME_RATE_MULTIPLIER
    return max(ceil(rendition.seconds), SHORTEST_BILLED_SECONDS) * multiplier


def normalized_minutes(rendition: Rendition) -> float:
    """`normalized_seconds` in minutes, the unit of the price."""
    return normalized_seconds(rendition) / 60


def seconds_of_job(video: Mapping[str, Any]) -> int:
    """The normalized seconds of a job whose rendition is as large and as long as `video`.

    video: as the ledger keeps it. What it does not say is reckoned high: an unknown size as high
    definition, an unknown length by a slow source's bytes. No frame rate is known, and few
    sources send more than 30.
    """
    width, height = int(video.get("width", HD_LINES)), int(video.get("height", HD_LINES))
    bits, milliseconds = int(video["bytes"]) * 8, video.get("duration_milliseconds")
    if milliseconds is None:
        seconds = bits / SLOWEST_SOURCE
    else:
        seconds = min(int(milliseconds) / 1000, bits / LEAST_OF_A_VIDEO)
    return normalized_seconds(Rendition(width, height, seconds))
