from operator import sub
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import imageio_ffmpeg
import pytest
import requests

from gameday.embedded.clips import Clip, ClipError
from gameday.embedded.sample import CLIPS, SAMPLE_KEY, SampleDay, sample_day, serve_sample

MATCH_FIELDS = {"id", "round", "date", "country", "league", "season", "homeTeam", "awayTeam"}


@pytest.fixture(scope="module")
def folder(sample_folder: Path) -> Path:
    return sample_folder


@pytest.fixture(scope="module")
def day(folder: Path) -> SampleDay:
    return sample_day(folder)


def ask(url: str, **query: Any) -> list[dict[str, Any]]:
    answer = requests.get(url, params=query, headers={"x-rapidapi-key": SAMPLE_KEY}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_a_clip_is_the_video_it_says_it_is(day: SampleDay, clip: Clip):
    path = day.media[clip.name].path
    meta = next(imageio_ffmpeg.read_frames(path))
    web = clip.name.endswith(".webm")
    assert meta["codec"] == ("vp9" if web else "h264")
    sound = meta.get("audio_codec", "").rstrip(",")
    assert sound == (("opus" if web else "aac") if clip.audio else "")
    assert meta["source_size"] == (clip.width, clip.height)
    assert meta["duration"] == pytest.approx(clip.seconds, abs=0.1)
    assert path.stat().st_size < 1_500_000


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_the_first_frame_shows_both_teams_and_the_next_ones_move(day: SampleDay, clip: Clip):
    frames = imageio_ffmpeg.read_frames(day.media[clip.name].path)
    next(frames)
    first, *_, second = [next(frames) for _ in range(5)]
    pixels = [first[at : at + 3] for at in range(0, len(first), 30)]
    for team in (clip.teams.home, clip.teams.away):
        differences = (map(abs, map(sub, pixel, team)) for pixel in pixels)
        assert sum(max(difference) < 24 for difference in differences) > len(pixels) / 200
    assert first != second


def test_the_clips_differ_in_length_size_and_sound():
    assert len({clip.seconds for clip in CLIPS}) == len(CLIPS)
    assert any(clip.upright for clip in CLIPS)
    assert {clip.audio for clip in CLIPS} == {True, False}


def test_a_second_run_makes_nothing_again(day: SampleDay, folder: Path):
    made = {path: path.stat().st_mtime_ns for path in folder.glob("[a-z]*")}
    again = sample_day(folder, ffmpeg="/nowhere/ffmpeg")
    assert again == day
    assert {path: path.stat().st_mtime_ns for path in made} == made


def test_rows_have_the_documented_shape(day: SampleDay):
    for row in day.highlights("http://127.0.0.1:1"):
        assert type(row["id"]) is int
        assert row["type"] in ("VERIFIED", "UNVERIFIED")
        assert all(type(row[name]) is str for name in ("title", "url", "source"))
        for name in ("imgUrl", "description", "embedUrl", "channel"):
            assert row[name] is None or type(row[name]) is str
        assert row["match"].keys() == MATCH_FIELDS
        assert row["match"]["date"].endswith(".000Z")


def test_the_provider_serves_the_game_day_with_its_oddities(folder: Path, day: SampleDay):
    with serve_sample(folder) as provider:
        query = {"date": day.game_date.isoformat(), "leagueName": day.league, "limit": 10}
        rows = ask(provider.url, timezone=day.time_zone, **query)
        in_utc = ask(provider.url, **query)
        answers = {}
        for row in rows:
            if urlsplit(row["url"]).hostname == "127.0.0.1":
                answers[row["id"]] = requests.get(row["url"], timeout=60)

    assert len(rows) == 9
    assert len({row["id"] for row in rows}) == 8
    assert [row["match"]["league"]["name"] for row in rows].count("NBA") == 1
    assert {row["match"]["date"][:10] for row in rows} == {"2026-01-10", "2026-01-11"}
    assert len(in_utc) == 6

    good = [answer for answer in answers.values() if answer.status_code == 200]
    assert sorted(answer.content for answer in good) == sorted(
        media.path.read_bytes() for media in day.media.values()
    )
    assert {answer.headers["Content-Type"] for answer in good} == {"video/mp4", "video/webm"}
    assert sum(answer.status_code == 404 for answer in answers.values()) == 2
    [page] = [row for row in rows if row["source"] == "youtube"]
    assert page["url"].startswith("https://www.youtube.com/watch?v=")


@pytest.fixture
def ffmpeg(tmp_path: Path) -> Path:
    """A stand-in for ffmpeg that writes half a clip; it succeeds once `works` exists."""
    program = tmp_path / "ffmpeg"
    program.write_text(
        "#!/bin/sh\n"
        'for name; do :; done\nprintf half > "$name"\n'
        f'[ -e "{tmp_path}/works" ] || {{ echo "no space left" >&2; exit 7; }}\n'
    )
    program.chmod(0o755)
    return program


def test_a_clip_that_cannot_be_made_is_named_and_half_of_it_never_stays(
    tmp_path: Path, ffmpeg: Path
):
    with pytest.raises(ClipError, match=r"sample clip .*(mp4|webm) in .* with 7 .* no space left"):
        sample_day(tmp_path / "clips", ffmpeg=str(ffmpeg))
    assert [path.name for path in (tmp_path / "clips").iterdir()] == [".lock"]


def test_a_missing_ffmpeg_is_named(tmp_path: Path):
    with pytest.raises(ClipError, match="/nowhere/ffmpeg"):
        sample_day(tmp_path / "clips", ffmpeg="/nowhere/ffmpeg")


def test_a_run_completes_what_an_interrupted_one_left(tmp_path: Path, ffmpeg: Path):
    left_over = tmp_path / "clips" / ".making-abc" / CLIPS[0].name
    left_over.parent.mkdir(parents=True)
    left_over.write_bytes(b"half")
    (tmp_path / "works").touch()
    steps: list[tuple[int, int]] = []
    day = sample_day(tmp_path / "clips", lambda *step: steps.append(step), ffmpeg=str(ffmpeg))
    assert steps == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert all(media.path.exists() for media in day.media.values())
    assert not left_over.exists()
