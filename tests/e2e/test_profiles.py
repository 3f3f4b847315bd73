"""What each transcode profile makes of a clip, by ffmpeg's own account of the rendition.

And what `when_needed` copies instead.
"""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from gameday.embedded.assembly import deploy_assembly
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import Media, Provider
from gameday.embedded.sample import SampleDay
from gameday.synthesis import assembly_for, project_context
from gameday.vault import Vault
from tests.e2e.conftest import KEY, Pipeline

CLIP = 412380217  # eight seconds of 720p
READY = 412380195  # as source-matched would make it
PICTURE = "blue-ridge.jpg"


@pytest.mark.parametrize(
    ("profile", "least", "most", "copied"),
    [("cbr-5mbps", 4_700_000, 5_400_000, False), ("source-matched", 100_000, 700_000, True)],
)
def test_a_profile_gives_main_h264_and_stereo_aac_at_its_bitrate(
    running_aws: EmbeddedAws,
    provider: Provider,
    sample: SampleDay,
    tmp_path: Path,
    profile: str,
    least: int,
    most: int,
    copied: bool,
):
    context = project_context() | {
        "provider_url": provider.url,
        "provider_host": "",
        "allowed_private_hosts": ["127.0.0.1"],
        "transcode": "when_needed",
        "transcode_profile": profile,
        # No other deployment of these tests asks for exports in a run.
        "table_exports": "after_backup",
    }
    running_aws.reset()
    outputs = deploy_assembly(assembly_for(context, tmp_path / "assemblies"), running_aws)
    values = {name: one for stack in outputs.values() for name, one in stack.items()}
    pipeline = Pipeline(running_aws, Vault(running_aws, values), provider)
    pipeline.vault.set_provider_key(KEY)
    poster = picture(sample.media["blue-ridge_360p30.mp4"].path, tmp_path / PICTURE)
    provider.media = dict(sample.media) | {PICTURE: Media(poster, "image/jpeg")}
    pipeline.list_only(CLIP, READY)
    for row in provider.highlights:
        # Without a picture, the larger one is transcoded though it is ready.
        row["imgUrl"] = f"{provider.base_url}/media/{PICTURE}" if row["id"] == READY else None

    record = pipeline.run().record
    ready, highlight = record["highlights"]

    assert highlight["status"] == "playable", highlight["reason"]
    assert len(record["export"]["asked"]) == 1
    rendition = highlight["rendition"]
    assert rendition["profile"] == profile
    assert (rendition["width"], rendition["height"]) == (1280, 720)
    bitrate = rendition["bytes"] * 8 / rendition["duration_seconds"]
    assert least <= bitrate <= most
    said = streams(pipeline.vault.read_object(rendition["key"]).read(), tmp_path / "clip.mp4")
    assert re.search(r"Video: h264 \(Main\)", said), said
    assert re.search(r"Audio: aac \(LC\).*48000 Hz, stereo", said), said
    assert rendition["made_by"] == "job"
    assert ready["status"] == "playable", ready["reason"]
    assert ready["rendition"]["made_by"] == ("copy" if copied else "job")
    assert len(pipeline.jobs()) == (1 if copied else 2)
    if copied:
        parts = ("video", "rendition", "thumbnail")
        bodies = {part: pipeline.vault.read_object(ready[part]["key"]).read() for part in parts}
        assert bodies["rendition"] == bodies["video"]
        assert bodies["thumbnail"] == poster.read_bytes()


def picture(clip: Path, path: Path) -> Path:
    """The first frame of a clip as a JPEG."""
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip)]
    subprocess.run([*ffmpeg, "-frames:v", "1", "-update", "1", str(path)], check=True)
    return path


def streams(body: bytes, path: Path) -> str:
    """What ffmpeg says of the file's streams."""
    path.write_bytes(body)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr
