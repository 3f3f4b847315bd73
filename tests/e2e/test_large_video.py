"""A video larger than a part: stored in parts, whole or not at all."""

import base64
import zlib
from pathlib import Path

import pytest

from gameday.embedded.provider import Fault, Media
from tests.e2e.conftest import Pipeline, Run

CLIP, NAME = 412380371, "pine-hollow_480p30.mp4"
PADDING = 18_000_000  # bytes: three parts


@pytest.fixture
def large(pipeline: Pipeline, tmp_path: Path) -> Path:
    """A playable clip that the provider serves, made large by an empty box at its end."""
    path = tmp_path / "large.mp4"
    clip = pipeline.provider.media[NAME].path.read_bytes()
    path.write_bytes(clip + PADDING.to_bytes(4, "big") + b"free" + bytes(PADDING - 8))
    pipeline.provider.media[NAME] = Media(path)
    pipeline.list_only(CLIP)
    return path


def assert_stored(run: Run, pipeline: Pipeline, source: bytes) -> None:
    """The bucket and the record hold `source`, and nothing is left open."""
    (highlight,) = run.record["highlights"]
    video = highlight["video"]
    assert highlight["status"] == "playable"
    assert video["bytes"] == len(source)
    assert video["checksum"] == f"crc32:{zlib.crc32(source):08x}"
    assert pipeline.vault.read_object(video["key"]).read() == source
    assert list(pipeline.vault.open_uploads()) == []


def test_it_is_stored_byte_for_byte_and_s3_vouches_for_the_whole(pipeline: Pipeline, large: Path):
    run = pipeline.run()

    assert_stored(run, pipeline, large.read_bytes())
    head = pipeline.aws.client("s3").head_object(
        Bucket=pipeline.vault.bucket,
        Key=run.record["highlights"][0]["video"]["key"],
        ChecksumMode="ENABLED",
    )
    assert head["ChecksumType"] == "FULL_OBJECT"
    crc = int.from_bytes(base64.b64decode(head["ChecksumCRC32"]))
    assert crc == zlib.crc32(large.read_bytes())


def test_broken_off_again_and_again_it_is_continued(pipeline: Pipeline, large: Path):
    pipeline.provider.fail_next(Fault.TRUNCATED, times=3, path=f"/media/{NAME}")

    run = pipeline.run()

    assert_stored(run, pipeline, large.read_bytes())
    asked = [one for one in pipeline.provider.requests if one.path == f"/media/{NAME}"]
    assert len({one.headers["range"] for one in asked}) == len(asked) == 6
