"""What is ready as it came is copied beside the provider's picture; else a job has to make it."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from lambdas.highlights.archive import Archive
from lambdas.highlights.checksum import as_text
from lambdas.highlights.copied_rendition import copy_rendition
from lambdas.highlights.errors import NotAPicture, StoreUnavailable
from lambdas.highlights.pictures import LARGEST, jpeg_size
from lambdas.highlights.transcoding import LARGEST_COPY, is_ready
from tests.unit.containers.videos import ONE_PICTURE, make_one
from tests.unit.fakes.internet import internet
from tests.unit.fakes.loopback import Answer, LoopbackServer, serving
from tests.unit.fakes.s3 import FakeS3, StoredObject

CLIP = b"the very bytes of a clip"
VIDEO = {
    "key": "videos/1.mp4",
    "bytes": len(CLIP),
    "checksum": as_text(zlib.crc32(CLIP)),
    "content_type": "video/mp4",
}
READY = {
    "content_type": "video/mp4",
    "plays_as": "avc1.64001e,mp4a.40.2",
    "bytes": 16_470_000,
    "width": 640,
    "height": 360,
    "duration_milliseconds": 90_000,
}
OUTPUTS = {"rendition": "processed_videos/1.mp4", "thumbnail": "thumbnails/1.0000000.jpg"}


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder: Path = tmp_path_factory.mktemp("pictures")
    return make_one(f"{ONE_PICTURE} -update 1", folder / "picture.jpg")


@pytest.fixture(scope="module")
def host() -> Iterator[LoopbackServer]:
    with serving(lambda _: Answer(404)) as running:
        yield running


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3(objects={VIDEO["key"]: StoredObject(CLIP, "video/mp4", '"one"')})


def copied(s3: FakeS3, host: LoopbackServer, answer: Answer, rules: str = "") -> str | None:
    host.respond = lambda _: answer
    with internet(rules=rules) as net:
        return copy_rendition(Archive(s3, "bucket"), net, VIDEO, f"{host.url}/1.jpg", **OUTPUTS)


def test_video_and_picture_stand_where_a_job_would_leave_its_outputs(s3, host, picture):
    assert copied(s3, host, Answer(body=picture)) is None

    assert s3.objects[OUTPUTS["rendition"]].body == CLIP
    assert s3.objects[OUTPUTS["rendition"]].content_type == "video/mp4"
    assert s3.objects[OUTPUTS["thumbnail"]].body == picture


def test_what_stands_there_damaged_gives_way(s3, host, picture):
    for key in OUTPUTS.values():
        s3.objects[key] = StoredObject(b"damaged", "image/jpeg", '"old"')

    assert copied(s3, host, Answer(body=picture)) is None
    assert s3.objects[OUTPUTS["rendition"]].body == CLIP
    assert s3.objects[OUTPUTS["thumbnail"]].body == picture


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(404), "404"),
        (Answer(body=b"<html>no picture</html>"), "no whole JPEG"),
        (Answer(body=b"\xff\xd8\xff" + bytes(LARGEST)), "picture of"),
        (Answer(503), "503"),
    ],
)
def test_without_a_picture_nothing_is_copied(s3, host, answer, reason):
    assert reason in copied(s3, host, answer)

    assert s3.objects.keys() == {VIDEO["key"]}


def test_the_rules_of_hosts_hold_for_pictures_too(s3, host, picture):
    assert "host_rules" in copied(s3, host, Answer(body=picture), rules="127.0.0.1=never")


def test_a_copy_that_differs_is_not_taken_for_one(s3, host, picture):
    s3.miscopied.add(OUTPUTS["rendition"])

    with pytest.raises(StoreUnavailable, match="videos/1.mp4"):
        copied(s3, host, Answer(body=picture))


def test_a_picture_is_a_whole_jpeg(picture: bytes):
    assert jpeg_size(picture) == (48, 32)
    for cut in (*range(0, len(picture), 97), len(picture) - 1):
        with pytest.raises(NotAPicture):
            jpeg_size(picture[:cut])


def test_an_ordinary_clip_of_the_provider_is_ready():
    assert is_ready(READY, "source-matched")


@pytest.mark.parametrize(
    "change",
    [
        {"content_type": "video/quicktime"},
        {"plays_as": None},
        {"width": 641},
        {"width": None},
        {"duration_milliseconds": None},
        {"bytes": 60_000_000},
        {"bytes": LARGEST_COPY + 1, "duration_milliseconds": 10**8},
    ],
)
def test_what_a_profile_would_change_or_nobody_knows_is_not_ready(change: dict):
    video = {name: one for name, one in (READY | change).items() if one is not None}

    assert not is_ready(video, "source-matched")


def test_a_constant_bitrate_is_kept_only_where_the_source_has_it():
    assert not is_ready(READY, "cbr-5mbps")
    assert is_ready(READY | {"bytes": 56_500_000}, "cbr-5mbps")
