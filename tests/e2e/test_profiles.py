"""What a transcode profile makes of a clip, by ffmpeg's own account of the rendition."""

import re
import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from gameday.embedded.assembly import deploy_assembly
from gameday.embedded.sample import SampleDay
from tests.e2e.conftest import Pipeline, context_for
from tests.synthesis import synthesise

CLIP = 412380217  # eight seconds of 720p


def test_each_profile_gives_main_h264_and_stereo_aac_at_its_bitrate(
    pipeline: Pipeline, sample: SampleDay, tmp_path: Path
):
    pipeline.provider.media = dict(sample.media)
    pipeline.list_only(CLIP)
    assert_rendition(pipeline, "source-matched", range(100_000, 700_000), tmp_path)

    # No other deployment of these tests asks for exports in a run.
    settings = {"transcode_profile": "cbr-5mbps", "table_exports": "after_backup"}
    context = context_for(pipeline.provider, **settings)
    deploy_assembly(synthesise(tmp_path / "cdk.out", context), pipeline.aws)
    pipeline.empty()
    record = assert_rendition(pipeline, "cbr-5mbps", range(4_700_000, 5_400_000), tmp_path)
    assert len(record["export"]["asked"]) == 1


def assert_rendition(
    pipeline: Pipeline, profile: str, bitrates: range, folder: Path
) -> dict[str, Any]:
    """The record of a run that made a rendition of `profile`."""
    record = pipeline.run().record
    (highlight,) = record["highlights"]
    assert highlight["status"] == "playable", highlight["reason"]
    rendition = highlight["rendition"]
    assert rendition["profile"] == profile
    assert (rendition["width"], rendition["height"]) == (1280, 720)
    assert int(rendition["bytes"] * 8 / rendition["duration_seconds"]) in bitrates
    said = streams(pipeline.vault.read_object(rendition["key"]).read(), folder / "clip.mp4")
    assert re.search(r"Video: h264 \(Main\)", said), said
    assert re.search(r"Audio: aac \(LC\).*48000 Hz, stereo", said), said
    return record


def streams(body: bytes, path: Path) -> str:
    """What ffmpeg says of the file's streams."""
    path.write_bytes(body)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr
