"""What a video's rendition may cost in bits, whether it needs one, and what a failed job means."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

HIGHEST_BITRATE = 5_000_000  # bits per second
LOWEST_BITRATE = 100_000
AUDIO_BITRATE = 64_000
# Bits per second of what each profile makes, sound and container included: those that it would
# leave as they are. `source-matched` spends at most what the source does.
MOST_IN_ALL = int(1.02 * (HIGHEST_BITRATE + AUDIO_BITRATE))
KEPT_BITRATES = {
    "source-matched": (0, MOST_IN_ALL),
    "cbr-5mbps": (int(0.9 * HIGHEST_BITRATE), MOST_IN_ALL),
}
COPY, JOB = "copy", "job"  # how a rendition was made
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
LARGEST_COPY = 5_000_000_000  # bytes
LATEST_IN_SECONDS = 10**11  # a greater number is a moment in milliseconds

# The same job on the same video fails again: no video track, audio that is missing or cannot be
# decoded, an unknown codec, no index. Not among them are 1040, which blames the job's settings, and
# 1010, which may be a missing permission as well, unless its message blames the file.
# https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html
INPUT_ERRORS = frozenset((1020, 1021, 1030, 1075, 1092))
CANNOT_OPEN, BLAMES_THE_FILE = 1010, ("no parser found", "not formed correctly")


def bitrate_ceiling(size: int, duration_seconds: float | None) -> int:
    """Bits per second that a rendition's picture may use at most, its sound having its own.

    Together they spend no more than the source does, and the picture never over 5 Mbit/s.
    size: bytes of the source. A source whose duration is unknown gets the highest bitrate.
    """
    if not duration_seconds or duration_seconds <= 0:
        return HIGHEST_BITRATE
    spent = size * 8 / duration_seconds
    return int(min(HIGHEST_BITRATE, max(LOWEST_BITRATE, spent - AUDIO_BITRATE)))


def even_size(width: int, height: int) -> dict[str, int | bool]:
    """`odd`: whether a side is odd; `width`, `height`: the even size below. 0 is unknown, not odd."""
    return {
        "odd": bool(width % 2 or height % 2),
        "width": width - width % 2,
        "height": height - height % 2,
    }


def is_ready(video: Mapping[str, Any], profile: str) -> bool:
    """Whether a video is already what `profile` would make of it, so that a copy will do.

    video: as the ledger keeps it; `plays_as` says that its form is right. What it does not say is
    taken for wrong.
    """
    width, height = int(video.get("width", 0)), int(video.get("height", 0))
    milliseconds, size = int(video.get("duration_milliseconds", 0)), int(video["bytes"])
    is_even = bool(width and height) and not (width % 2 or height % 2)
    is_form = "plays_as" in video and video.get("content_type") == "video/mp4" and is_even
    if not is_form or not milliseconds or size > LARGEST_COPY:
        return False
    least, most = KEPT_BITRATES[profile]
    return least <= size * 8_000 / milliseconds <= most


def blames_the_video(code: int | None, message: str) -> bool:
    """Whether a job failed for its video, so that another one would fail as well."""
    if code == CANNOT_OPEN:
        return any(words in message.lower() for words in BLAMES_THE_FILE)
    return code in INPUT_ERRORS


def job_error(cause: str) -> tuple[int | None, str]:
    """The MediaConvert error code and message in a failed task's cause, as far as it holds them."""
    try:
        found = json.loads(cause)
    except ValueError:
        return None, cause
    return _find(found) or (None, "")


def job_facts(result: Any) -> dict[str, str]:
    """`job`: its id; `asked_at`, `finished_at`: ISO 8601; as far as a task's result has them.

    result: what Step Functions gives for a job that completed, or the cause of one that failed,
    which is JSON: https://docs.aws.amazon.com/step-functions/latest/dg/connect-mediaconvert.html
    """
    if isinstance(result, str):
        try:
            result = json.loads(result)
        except ValueError:
            return {}
    job = result.get("Job", result) if isinstance(result, dict) else {}
    if not isinstance(job, dict) or not isinstance(job.get("Id"), str):
        return {}
    timing = job.get("Timing") if isinstance(job.get("Timing"), dict) else {}
    asked = _moment(timing.get("SubmitTime", job.get("CreatedAt")))
    finished = _moment(timing.get("FinishTime"))
    facts = {"job": job["Id"], "asked_at": asked, "finished_at": finished}
    return {name: value for name, value in facts.items() if value is not None}


def _moment(value: Any) -> str | None:
    """A moment of a job, in seconds or milliseconds, or as text; None when it is neither."""
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value).astimezone(UTC).isoformat(timespec="microseconds")
        seconds = value / 1000 if value > LATEST_IN_SECONDS else value
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
    except (OSError, OverflowError, TypeError, ValueError):
        return None


def _find(value: Any) -> tuple[int, str] | None:
    if isinstance(value, dict):
        code = value.get("ErrorCode", value.get("errorCode"))
        if isinstance(code, int):
            return code, str(value.get("ErrorMessage", value.get("errorMessage", "")))
        return next((hit for inner in value.values() if (hit := _find(inner))), None)
    return None
