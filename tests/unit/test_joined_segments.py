"""What ffmpeg cuts into segments is, joined as their playlist says, a whole video again."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from lambdas.highlights.playlist import Renditions, Segments, is_playlist, read_playlist
from tests.unit.containers.videos import prove

CLIP = (
    "-f lavfi -i testsrc2=size=48x32:rate=10:duration=3 "
    "-f lavfi -i sine=duration=3:sample_rate=8000 "
    "-c:v libx264 -preset ultrafast -g 5 -qp 40 -pix_fmt yuv420p -c:a aac -b:a 8k"
)
HLS = "-f hls -hls_time 1 -hls_list_size 0 -hls_playlist_type vod"
FRAGMENTED = "-hls_segment_type fmp4"
RECIPES = {
    "transport stream": HLS,
    "one transport stream": f"{HLS} -hls_flags single_file",
    "fragments": f"{HLS} {FRAGMENTED}",
    "one file of fragments": f"{HLS} {FRAGMENTED} -hls_flags single_file",
}


def make_playlist(folder: Path, recipe: Sequence[str], name: str = "index.m3u8") -> None:
    command = [get_ffmpeg_exe(), "-v", "error", *CLIP.split(), *recipe, name]
    subprocess.run(command, cwd=folder, check=True)


def joined(folder: Path, found: Segments) -> bytes:
    """The pieces behind each other, read from `folder` as their URLs name them."""
    pieces = []
    for segment in found.files:
        content = (folder / Path(urlsplit(segment.url).path).name).read_bytes()
        pieces.append(content[slice(*segment.byte_range)] if segment.byte_range else content)
    return b"".join(pieces)


@pytest.mark.parametrize("recipe", RECIPES)
def test_joined_segments_are_the_whole_video(recipe, tmp_path):
    make_playlist(tmp_path, RECIPES[recipe].split())
    content = (tmp_path / "index.m3u8").read_bytes()
    assert is_playlist(content)

    found = read_playlist(content.decode(), "https://cdn.example/7/index.m3u8")
    info = prove(joined(tmp_path, found))

    assert info.container == ("mp4" if FRAGMENTED in RECIPES[recipe] else "mpegts")
    assert (info.width, info.height, info.has_audio) == (48, 32, True)
    assert info.duration_seconds == pytest.approx(3, abs=0.25)
    assert found.seconds == pytest.approx(3, abs=0.25)
    assert (len(found.files) == 1) == ("single_file" in RECIPES[recipe])


@pytest.mark.parametrize("recipe", ["transport stream", "fragments"])
def test_a_video_without_its_last_segment_is_shorter_than_its_playlist_says(recipe, tmp_path):
    make_playlist(tmp_path, RECIPES[recipe].split())
    found = read_playlist((tmp_path / "index.m3u8").read_text(), "https://cdn.example/index.m3u8")
    without_last = Segments(found.files[:-1], found.seconds)

    assert prove(joined(tmp_path, without_last)).duration_seconds < found.seconds - 0.5


def test_a_master_playlist_leads_to_its_larger_rendition(tmp_path):
    streams = "-map 0:v -map 1:a -map 0:v -map 1:a -s:v:0 32x32 -b:v:0 20k -s:v:1 96x64 -b:v:1 200k"
    recipe = [*streams.split(), *HLS.split(), "-master_pl_name", "master.m3u8"]
    make_playlist(tmp_path, [*recipe, "-var_stream_map", "v:0,a:0 v:1,a:1"], "index_%v.m3u8")

    found = read_playlist((tmp_path / "master.m3u8").read_text(), "https://cdn.example/m.m3u8")
    assert found == Renditions("https://cdn.example/index_1.m3u8")

    inner = read_playlist((tmp_path / "index_1.m3u8").read_text(), found.best)
    info = prove(joined(tmp_path, inner))
    assert (info.width, info.height) == (96, 64)
