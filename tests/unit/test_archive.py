"""Objects are written once, with their checksum; looking and aborting tell absent from denied."""

import base64
import zlib

import pytest

from lambdas.highlights.archive import Archive
from tests.unit.fakes.s3 import ClientError, FakeS3, OpenUpload

KEY = "runs/1.json"


def test_an_object_is_put_once():
    archive = Archive(FakeS3(), "bucket")

    assert archive.put_once(KEY, b"{}", "application/json") is True
    assert archive.put_once(KEY, b"[]", "application/json") is False
    assert archive.has(KEY)
    assert not archive.has("runs/2.json")
    assert archive.read(KEY).read() == b"{}"


def test_s3_is_told_the_checksum_and_the_type_of_what_it_gets():
    s3 = FakeS3()
    Archive(s3, "bucket").put_once(KEY, b"{}", "application/json")

    [asked] = s3.asked("put_object")
    assert base64.b64decode(asked["ChecksumCRC32"]) == zlib.crc32(b"{}").to_bytes(4, "big")
    assert s3.objects[KEY].content_type == "application/json"


def test_a_damaged_object_gives_way_to_another():
    s3 = FakeS3()
    archive = Archive(s3, "bucket")
    archive.put_once(KEY, b"damaged", "video/mp4")

    assert archive.put_once(KEY, b"good", "video/mp4", replaces=s3.objects[KEY].etag)
    assert archive.read(KEY).read() == b"good"


def test_an_object_that_was_exchanged_meanwhile_stays():
    s3 = FakeS3()
    archive = Archive(s3, "bucket")
    archive.put_once(KEY, b"another one", "video/mp4")

    assert archive.put_once(KEY, b"good", "video/mp4", replaces='"of the damaged one"') is False
    assert archive.read(KEY).read() == b"another one"


def test_a_refused_write_is_told():
    with pytest.raises(ClientError):
        Archive(FakeS3({"put_object": ["AccessDenied"]}), "bucket").put_once(KEY, b"", "a/b")


def test_a_denied_look_is_no_absence():
    with pytest.raises(ClientError):
        Archive(FakeS3({"head_object": ["403"]}), "bucket").has(KEY)


def test_an_upload_is_aborted_and_may_be_gone_already():
    s3 = FakeS3(uploads={"upload-1": OpenUpload(KEY, "video/mp4")})
    archive = Archive(s3, "bucket")

    archive.abort_upload(KEY, "upload-1")
    archive.abort_upload(KEY, "upload-1")

    assert s3.uploads == {}


def test_a_denied_abort_is_told():
    with pytest.raises(ClientError):
        Archive(FakeS3({"abort_multipart_upload": ["AccessDenied"]}), "bucket").abort_upload(
            KEY, "upload-1"
        )
