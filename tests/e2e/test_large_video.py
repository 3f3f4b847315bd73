"""A video larger than a part: stored in parts, whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from gameday.embedded.provider import Fault, Media
from tests.e2e.conftest import Pipeline

CLIP, NAME = 412380371, "pine-hollow_480p30.mp4"
PADDING = 12_000_000  # bytes: more than one part, less than two


@pytest.fixture
def large(pipeline: Pipeline, tmp_path: Path) -> Path:
    """A playable clip that the provider serves, made large by an empty box at its end."""
    path = tmp_path / "large.mp4"
    clip = pipeline.provider.media[NAME].path.read_bytes()
    path.write_bytes(clip + PADDING.to_bytes(4, "big") + b"free" + bytes(PADDING - 8))
    pipeline.provider.media[NAME] = Media(path)
    pipeline.list_only(CLIP)
    return path


def open_uploads(pipeline: Pipeline) -> list:
    s3 = pipeline.aws.client("s3")
    return s3.list_multipart_uploads(Bucket=pipeline.vault.bucket).get("Uploads", [])


def test_it_is_stored_byte_for_byte(pipeline: Pipeline, large: Path):
    run = pipeline.run()

    (highlight,) = run.record["highlights"]
    video = highlight["video"]
    digest = hashlib.sha256(large.read_bytes()).hexdigest()
    assert highlight["status"] == "playable"
    assert video["bytes"] == large.stat().st_size
    assert video["checksum"] == f"sha256:{digest}"
    stored = pipeline.vault.read_object(video["key"]).read()
    assert hashlib.sha256(stored).hexdigest() == digest
    assert open_uploads(pipeline) == []


def test_broken_off_after_the_first_part_it_leaves_nothing(pipeline: Pipeline, large: Path):
    large.write_bytes(large.read_bytes() * 2)  # half of it is more than a part
    pipeline.provider.fail_next(Fault.TRUNCATED, times=5, path=f"/media/{NAME}")

    run = pipeline.run()

    assert run.statuses() == {str(CLIP): "failed"}
    assert pipeline.objects("videos/") == {}
    assert open_uploads(pipeline) == []
