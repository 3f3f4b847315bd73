"""Which files players play as they are: real clips, each with one thing that differs."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.containers.videos import AAC, BOTH, H264, PICTURES, SOUND, make_one, prove

BASE = f"{PICTURES} {SOUND}"
FRONT = "-movflags +faststart"


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("faststart.mp4", "avc1.42c00a,mp4a.40.2"),
        ("index_last.mp4", None),
        ("fragmented.mp4", None),
        ("first_fragment_in_index.mp4", None),
        ("turned.mp4", None),
        ("vp9.webm", None),
        ("matroska.mkv", None),
        ("stream.ts", None),
    ],
)
def test_a_player_needs_the_index_in_front_and_the_picture_upright(
    clips: Mapping[str, bytes], name: str, codecs: str | None
):
    assert prove(clips[name]).plays_as == codecs


@pytest.mark.parametrize(
    ("recipe", "codecs"),
    [
        (f"{PICTURES} {H264}", "avc1.42c00a"),
        (f"{BASE} -c:v libx264 -profile:v main -pix_fmt yuv420p {AAC}", "avc1.4d400a,mp4a.40.2"),
        (f"{BASE} -c:v libx264 -profile:v high -pix_fmt yuv420p {AAC}", "avc1.64000a,mp4a.40.2"),
        (f"{BASE} -c:v libx264 -pix_fmt yuv420p10le {AAC}", None),
        (f"{BASE} -c:v libx264 -pix_fmt yuv422p {AAC}", None),
        (f"{BASE} -c:v libx264 -pix_fmt gray {AAC}", None),
        (f"{BASE} -c:v libx264 -pix_fmt yuv420p -flags +ildct+ilme -x264opts tff {AAC}", None),
        (f"{BASE} -c:v mpeg4 {AAC}", None),
        (f"{BASE} {H264} -tag:v avc3 {AAC}", None),
        (f"{BASE} {H264} -c:a libmp3lame -ar 44100", None),
        (f"{BASE} {SOUND} -map 0 -map 1 -map 2 {H264} {AAC}", None),
        (f"{BASE} -map 0 -map 0 -map 1 {H264} {AAC}", None),
    ],
)
def test_only_plain_h264_and_aac_have_a_name(tmp_path: Path, recipe: str, codecs: str | None):
    clip = make_one(f"{recipe} {FRONT}", tmp_path / "clip.mp4")

    assert prove(clip).plays_as == codecs


def test_a_damaged_description_hides_the_codecs_and_not_the_video(tmp_path: Path):
    clip = make_one(f"{BOTH} {FRONT}", tmp_path / "clip.mp4")
    for kind, offset in ((b"avcC", 4), (b"esds", 8)):
        at = clip.index(kind) + offset
        for length in (1, 4, 9, 20):
            damaged = clip[:at] + b"\xff" * length + clip[at + length :]

            found = prove(damaged)

            assert (found.plays_as, found.width) == (None, 48), (kind, length)
