"""Runs ffmpeg: probes files, and transcodes with progress, never outliving this process."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import imageio_ffmpeg

from gameday.embedded.mediaconvert import leash
from gameday.embedded.mediaconvert.media import Media, parse_report

PROGRESS_SECONDS = 0.25


class FfmpegRun:
    """One run of ffmpeg in `folder`; `stop` ends it at once, from any thread."""

    def __init__(self, arguments: Sequence[str], folder: Path) -> None:
        self._log = folder / "ffmpeg.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", leash.__file__),
                    *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y"),
                    *arguments,
                ],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # A terminal's interrupt is for the owner, who then releases the leash.
                start_new_session=True,
            )
        self._stopping = threading.Lock()

    def stop(self) -> None:
        with self._stopping:
            self._process.stdin.close()

    def wait(self, progress: Callable[[float], None] = lambda seconds: None) -> int:
        """Ffmpeg's exit code; `progress` is called with the seconds of the clip that are done."""
        for line in self._process.stdout:
            name, _, value = line.strip().partition("=")
            if name == "out_time_us" and value.isdecimal():
                progress(int(value) / 1_000_000)
        code = self._process.wait()
        self.stop()
        self._process.stdout.close()
        return code

    @property
    def report(self) -> str:
        """What ffmpeg wrote to its standard error."""
        return self._log.read_text(errors="replace")


def probe(path: Path, restrictions: Sequence[str] = ()) -> tuple[Media | None, str]:
    """What a file contains, and ffmpeg's report; None if ffmpeg cannot open it.

    `restrictions` are ffmpeg's options of what it may read.
    """
    run = FfmpegRun([*restrictions, "-i", path.name], path.parent)
    run.wait()
    return parse_report(run.report), run.report


def transcode(arguments: Sequence[str], folder: Path) -> FfmpegRun:
    """Start a run that reports its progress and warnings."""
    observed = ("-loglevel", "warning", "-progress", "pipe:1")
    return FfmpegRun(
        [*observed, "-stats_period", str(PROGRESS_SECONDS), "-filter_threads", "1", *arguments],
        folder,
    )
