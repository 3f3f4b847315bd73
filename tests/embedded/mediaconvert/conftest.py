"""An embedded AWS, tiny clips, and jobs that are waited for."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from mediaconvert_jobs import Account, files_in, settings_for

from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.mediaconvert import Limits, MediaConvert, register
from gameday.embedded.mediaconvert.ffmpeg import probe
from gameday.embedded.mediaconvert.media import Media


@pytest.fixture(scope="session")
def ffmpeg() -> Callable[..., None]:
    def run(*arguments: str | Path) -> None:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    return run


@pytest.fixture(scope="session")
def clip(ffmpeg: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of 320x240 at 30 frames a second, with a tone."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    pattern = ("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30:duration=2")
    tone = ("-f", "lavfi", "-i", "sine=duration=2")
    x264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    ffmpeg(*pattern, *tone, *x264, "-c:a", "aac", "-movflags", "+faststart", path)
    return path


@pytest.fixture(scope="session")
def endless_clip(ffmpeg: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of darkness, which no test waits for."""
    folder = tmp_path_factory.mktemp("endless")
    black = ("-f", "lavfi", "-i", "color=size=160x120:rate=30:duration=10")
    ffmpeg(*black, "-c:v", "libx264", "-preset", "ultrafast", folder / "ten-seconds.mp4")
    loop = ("-stream_loop", "359", "-i", folder / "ten-seconds.mp4")
    ffmpeg(*loop, "-c", "copy", folder / "hour.mp4")
    return folder / "hour.mp4"


@pytest.fixture(scope="module")
def aws(running_aws: EmbeddedAws) -> EmbeddedAws:
    return running_aws


@pytest.fixture(scope="module")
def service(aws: EmbeddedAws) -> Iterator[MediaConvert]:
    service = register(aws, Limits(jobs=2, threads=2))
    yield service
    service.stop()


@pytest.fixture(scope="module")
def account(aws: EmbeddedAws, service: MediaConvert) -> Account:
    return Account(aws, service)


@pytest.fixture
def bucket(account: Account) -> str:
    return account.bucket()


@pytest.fixture
def role(account: Account, bucket: str) -> str:
    return account.role(files_in(bucket))


@pytest.fixture
def transcode(
    account: Account, bucket: str, role: str, clip: Path, tmp_path: Path
) -> Callable[..., Media]:
    """Run a job with one output; what ffmpeg says of the object it wrote."""

    def run(output: dict[str, Any], source: Path = clip, **video_selector: str) -> Media:
        settings = settings_for(account.upload(source, bucket), f"s3://{bucket}/out/o", output)
        settings["Inputs"][0]["VideoSelector"] |= video_selector
        job = account.run(settings, role)
        assert job["Status"] == "COMPLETE", job["ErrorMessage"]
        (key,) = account.keys(bucket, "out/")
        account.s3.download_file(bucket, key, str(tmp_path / "output"))
        media, report = probe(tmp_path / "output")
        assert media is not None, report
        return media

    return run
