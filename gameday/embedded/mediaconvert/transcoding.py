"""What a job does: read its input, transcode it, write its outputs."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gameday.embedded.mediaconvert import events, ffmpeg
from gameday.embedded.mediaconvert.encoding import READ_ONLY, file_name, transcode_arguments
from gameday.embedded.mediaconvert.errors import JobFailed
from gameday.embedded.mediaconvert.jobs import Job
from gameday.embedded.mediaconvert.media import Media
from gameday.embedded.mediaconvert.outputs import NamedOutput, named_outputs
from gameday.embedded.mediaconvert.storage import Storage

SUPPORTED_INPUTS = (
    "https://docs.aws.amazon.com/mediaconvert/latest/ug/reference-codecs-containers-input.html"
    "#reference-codecs-containers-input-video"
)

_SOURCE = "source"


@dataclass(frozen=True)
class OutputResult:
    """An output: its files and the keys they get, size in pixels, length in seconds, bits/s."""

    output: NamedOutput
    files: list[Path]
    keys: list[str]
    width: int
    height: int
    duration: float
    bitrate: int | None

    def detail(self) -> dict[str, Any]:
        """As the job's record has it."""
        return {
            "DurationInMs": round(self.duration * 1000),
            "VideoDetails": {"WidthInPx": self.width, "HeightInPx": self.height},
        }

    def event_detail(self) -> dict[str, Any]:
        """As events have it; of a frame capture they name the last frame."""
        video: dict[str, Any] = {"widthInPx": self.width, "heightInPx": self.height}
        if self.bitrate is not None:
            video["averageBitrate"] = self.bitrate
        return {
            "outputFilePaths": [f"s3://{self.output.bucket}/{self.keys[-1]}"],
            "durationInMs": round(self.duration * 1000),
            "videoDetails": video,
        }


def transcode(job: Job, storage: Storage, folder: Path, threads: int) -> list[OutputResult]:
    """Do the job's work in `folder`; every output is written, or none stays.

    Raises:
        JobFailed: the job is to end in ERROR.
        JobCanceled: the job was cancelled meanwhile.
    """
    settings = job.settled("Settings")
    outputs = named_outputs(settings)
    location = input_location(job)
    for output in outputs:
        if f"s3://{output.bucket}/{output.key()}" == location:
            raise JobFailed(1040, f"Duplicate input and output path [{location}] found in job.")
    media = _read(storage, location, folder)
    events.emit(job, "INPUT_INFORMATION", **events.input_information(location, media))
    job.enter_phase("TRANSCODING")
    arguments = transcode_arguments(settings, outputs, media, _SOURCE, threads)
    _run(job, arguments, folder, media.duration)
    results = [
        _result(output, _files(folder, index, output), media)
        for index, output in enumerate(outputs)
    ]
    try:
        for result in results:
            for file, key in zip(result.files, result.keys, strict=True):
                job.enter_phase("UPLOADING")
                storage.write(file, result.output.bucket, key, result.output.content_type)
    except BaseException:
        storage.undo()
        raise
    return results


def input_location(job: Job) -> str:
    return job.settled("Settings")["Inputs"][0]["FileInput"]


def grouped(results: list[OutputResult], detail: str) -> list[list[dict[str, Any]]]:
    """The `detail` of each output, in a list for each output group."""
    groups = itertools.groupby(results, key=lambda result: result.output.group)
    return [[getattr(result, detail)() for result in items] for _, items in groups]


def _read(storage: Storage, location: str, folder: Path) -> Media:
    storage.read(location, folder / _SOURCE)
    media, report = ffmpeg.probe(folder / _SOURCE, READ_ONLY)
    if media is None:
        # Any file without a known signature is taken for an MP4 with a low score.
        if "moov atom not found" in report and "with low score" not in report:
            code, reason = 1075, "no moov box found in file"
        else:
            code, reason = 1010, "No parser found for container"
        raise JobFailed(
            code, f"Unable to open input file [{location}]: [Failed probe/open: [{reason}]]"
        )
    if not media.videos:
        raise JobFailed(
            1020,
            f"Your input file [{location}] doesn't have video that the transcoder can consume. "
            "Check your input video codec against this list of supported input video codec and "
            f"container combinations: {SUPPORTED_INPUTS}.",
        )
    video = media.videos[0]
    if video.codec == "none":
        raise JobFailed(1030, "Video codec [unknown] is not a supported input video codec")
    if video.profile == "High 4:4:4 Predictive":
        raise JobFailed(
            1030, "Unsupported video input: [High 4:4:4 Predictive profile is unsupported]"
        )
    return media


def _run(job: Job, arguments: list[str], folder: Path, duration: float | None) -> None:
    run = ffmpeg.transcode(arguments, folder)
    try:
        job.stop_by(run.stop)
    except BaseException:
        run.stop()
        run.wait()
        raise
    code = run.wait(Progress(job, duration))
    job.stop_by(None)
    report = run.report
    if "> level limit" in report:
        raise JobFailed(
            1040,
            "Error initializing encoder for video target [1] [initialization failed: Invalid level "
            "specified for the selected framerate or resolution.]",
        )
    if "partial file" in report:
        length = (folder / _SOURCE).stat().st_size
        raise JobFailed(
            1076,
            f"Demuxer: [ReadPacketData File read failed - end of file hit at length [{length}]. "
            "Is file truncated?]",
        )
    if "Could not open encoder before EOF" in report:
        raise JobFailed(1020, "Video sync did not read enough good frames to process successfully")
    if code:
        raise JobFailed(1999, f"Unknown error: {_last_line(report)}")


class Progress:
    """Turns the seconds done into a percentage, and into STATUS_UPDATE events."""

    def __init__(
        self, job: Job, duration: float | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._job = job
        self._duration = duration
        self._clock = clock
        self._interval = int(job.settled("StatusUpdateInterval").removeprefix("SECONDS_"))
        self._last_update = clock()

    def __call__(self, seconds: float) -> None:
        if not self._duration:
            return
        percent = min(99, int(100 * seconds / self._duration))
        self._job.report_progress(percent)
        if self._clock() - self._last_update >= self._interval:
            self._last_update = self._clock()
            progress = {"jobPercentComplete": percent, "currentPhase": "TRANSCODING"}
            events.emit(self._job, "STATUS_UPDATE", jobProgress=progress)


def _result(output: NamedOutput, files: list[Path], source: Media) -> OutputResult:
    media, report = ffmpeg.probe(files[-1]) if files else (None, "no frame was encoded")
    if media is None or not media.videos:
        raise JobFailed(1999, f"Unknown error: {_last_line(report)}")
    video = media.videos[0]
    return OutputResult(
        output=output,
        files=files,
        keys=[output.key(number) for number in range(len(files))],
        width=video.width,
        height=video.height,
        duration=(source if output.captures_frames else media).duration or 0.0,
        bitrate=video.bitrate,
    )


def _last_line(report: str) -> str:
    return report.strip().rpartition("\n")[2]


def _files(folder: Path, index: int, output: NamedOutput) -> list[Path]:
    name = file_name(index, output)
    if not output.captures_frames:
        return [folder / name]
    numbered = (folder / (name % number) for number in itertools.count())
    return list(itertools.takewhile(Path.exists, numbered))
