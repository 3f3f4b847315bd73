"""A large download that does not come to its end at once: the next attempt goes on with it."""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gameday.embedded.sample import HIGHLIGHTS, SampleDay
from lambdas.highlights.opening import LEAST_PART as PART
from tests.e2e.conftest import Pipeline
from tests.e2e.functions import configured, log_lines
from tests.hostile.clips import LARGER, padded
from tests.hostile.scripts import File, answer
from tests.hostile.server import Exchange, HostileServer, Script

CLIP = HIGHLIGHTS[0].id
FILE = File("larger.mp4", etag='"1"')
LEFT_ALONE = answer("503 Service Unavailable", b"", "Retry-After: 86400")
SECONDS_TO_STOP, SECONDS_TO_WORK = 20, 4


class Faltering:
    """Serves a video of four parts, and does `fault` for the last two once it has the second.

    From the attempt `mended_at` on, all of it is served. asked: the parts, in the order in which
    they were asked for; in_vain: how often it was the second one when that was stored already;
    attempts: downloads that were begun.
    """

    def __init__(self, fault: Script, mended_at: int, mended: Script = FILE):
        self.asked: list[int] = []
        self.in_vain = 0
        self.attempts = 0
        self.mended_at = mended_at
        self.has_second_part: Callable[[], bool] = lambda: False
        self._fault = fault
        self._faltered = False
        self._mended = mended

    def __call__(self, exchange: Exchange) -> None:
        first, _ = exchange.request.asked(1 << 40)
        number = first // PART + 1
        self.asked.append(number)
        self.attempts += number == 1
        self.in_vain += number == 2 and self.has_second_part()
        if self._faltered and self.attempts >= self.mended_at:
            self._mended(exchange)
        elif number <= 2:
            FILE(exchange)
        else:
            self._falter(exchange)

    def _falter(self, exchange: Exchange) -> None:
        while not self.has_second_part() and exchange.pause(0.02):
            pass
        self._faltered = True
        self._fault(exchange)


def stall(exchange: Exchange) -> None:
    """Begin as if all were well, and say nothing more."""
    FILE.until(100_000)(exchange)
    while exchange.pause(0.1):
        pass


@pytest.fixture(scope="module")
def video(small_sample: SampleDay) -> bytes:
    clips = {media.path.suffix: media.path for media in small_sample.media.values()}
    return padded(clips[".mp4"].read_bytes(), LARGER, seed=1)


@contextmanager
def listed(pipeline: Pipeline, source: Faltering, video: bytes, folder: Path) -> Iterator[None]:
    """The provider lists nothing but the video that `source` serves."""

    def has_second_part() -> bool:
        s3 = pipeline.aws.client("s3")
        return any(
            part["PartNumber"] == 2
            for one in pipeline.vault.open_uploads()
            for part in s3.list_parts(
                Bucket=pipeline.vault.bucket, Key=one.key, UploadId=one.upload_id
            ).get("Parts", [])
        )

    source.has_second_part = has_second_part
    files = {"larger.mp4": video, "another.mp4": another_version(video)}
    with HostileServer({"video": source}, files, folder) as server:
        row = HIGHLIGHTS[0].row(server.base_url) | {"url": f"{server.base_url}/video/a.mp4"}
        pipeline.provider.highlights = [row]
        yield


def assert_kept(item: dict[str, Any], pipeline: Pipeline, video: bytes) -> None:
    assert item["status"] == "playable"
    assert item["video"]["checksum"] == f"crc32:{zlib.crc32(video):08x}"
    assert pipeline.vault.read_object(item["video"]["key"]).read() == video
    assert "upload" not in item
    assert list(pipeline.vault.open_uploads()) == []


def test_parts_that_are_stored_are_not_asked_for_again(
    pipeline: Pipeline, video: bytes, tmp_path: Path
):
    source = Faltering(LEFT_ALONE, mended_at=2)
    with listed(pipeline, source, video, tmp_path):
        run = pipeline.run()

    assert run.execution.status == "SUCCEEDED"
    assert source.attempts == 2
    assert source.asked.count(2) == 1
    assert source.in_vain == 0
    assert_kept(pipeline.items()[str(CLIP)], pipeline, video)


def test_a_function_that_runs_out_of_time_stops_and_its_next_attempt_goes_on(
    pipeline: Pipeline, video: bytes, tmp_path: Path
):
    source = Faltering(stall, mended_at=2)
    seconds = SECONDS_TO_STOP + SECONDS_TO_WORK
    with (
        listed(pipeline, source, video, tmp_path),
        configured(pipeline, "DownloadVideo", Timeout=seconds),
    ):
        run = pipeline.run()

    assert run.execution.status == "SUCCEEDED"
    lines = [line for line in log_lines(pipeline, "DownloadVideo") if "step failed" in line]
    errors = [json.loads(line) for line in lines]
    # A slow machine may need an attempt more to store the second part.
    assert {one["error"] for one in errors if one["execution"] == run.name} == {"OutOfTime"}
    assert source.in_vain == 0
    assert_kept(pipeline.items()[str(CLIP)], pipeline, video)


def test_what_fails_for_good_leaves_nothing_and_a_later_run_keeps_it(
    pipeline: Pipeline, video: bytes, tmp_path: Path
):
    source = Faltering(LEFT_ALONE, mended_at=99)
    with listed(pipeline, source, video, tmp_path):
        first = pipeline.run()

        assert first.statuses() == {str(CLIP): "failed"}
        item = pipeline.items()[str(CLIP)]
        assert "left alone" in item["reason"]
        assert not {"video", "upload"} & item.keys()
        assert pipeline.videos() == {}
        assert list(pipeline.vault.open_uploads()) == []

        pipeline.run()
        assert "upload" not in pipeline.items()[str(CLIP)]

        source.mended_at = 0
        last = pipeline.run()

    assert last.statuses() == {str(CLIP): "playable"}
    assert_kept(pipeline.items()[str(CLIP)], pipeline, video)


@pytest.mark.parametrize(
    ("then", "status"),
    [(File("another.mp4", etag='"2"'), "playable"), (answer("404 Not Found"), "unavailable")],
    ids=["another file", "nothing"],
)
def test_what_an_attempt_left_is_given_up_when_its_source_has_changed(
    pipeline: Pipeline, video: bytes, tmp_path: Path, then: Script, status: str
):
    source = Faltering(LEFT_ALONE, mended_at=2, mended=then)
    with listed(pipeline, source, video, tmp_path):
        run = pipeline.run()

    assert run.statuses() == {str(CLIP): status}
    item = pipeline.items()[str(CLIP)]
    if status == "playable":
        assert_kept(item, pipeline, another_version(video))
    assert "upload" not in item
    assert list(pipeline.vault.open_uploads()) == []


def another_version(video: bytes) -> bytes:
    """As long, and another byte in its second part."""
    at = PART + PART // 2
    return video[:at] + bytes([video[at] ^ 1]) + video[at + 1 :]
