"""Objects are written whole, once, with their checksums; nothing is left of a broken write."""

import base64
import hashlib
from io import BytesIO

import pytest

from lambdas.highlights.archive import PART, Archive


class ClientError(Exception):
    """botocore's, with a code."""

    def __init__(self, code):
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class FakeS3:
    """Objects by key, and open uploads by id; `refuse` names calls that fail, with their code."""

    class exceptions:
        ClientError = ClientError

    def __init__(self, **refuse):
        self.objects = {}
        self.uploads = {}
        self.refuse = refuse

    def _check(self, call, key, condition=None):
        if call in self.refuse:
            raise ClientError(self.refuse[call])
        if condition == "*" and key in self.objects:
            raise ClientError("PreconditionFailed")

    def put_object(self, *, Bucket, Key, Body, ContentType, ChecksumSHA256, IfNoneMatch):
        self._check("put_object", Key, IfNoneMatch)
        assert base64.b64encode(hashlib.sha256(Body).digest()).decode() == ChecksumSHA256
        self.objects[Key] = Body

    def create_multipart_upload(self, *, Bucket, Key, ContentType, ChecksumAlgorithm):
        upload = f"upload-{len(self.uploads)}"
        self.uploads[upload] = {}
        return {"UploadId": upload}

    def upload_part(self, *, Bucket, Key, UploadId, PartNumber, Body, ChecksumSHA256):
        self._check("upload_part", Key)
        assert base64.b64encode(hashlib.sha256(Body).digest()).decode() == ChecksumSHA256
        self.uploads[UploadId][PartNumber] = Body
        return {"ETag": f"etag-{PartNumber}"}

    def complete_multipart_upload(self, *, Bucket, Key, UploadId, MultipartUpload, IfNoneMatch):
        self._check("complete_multipart_upload", Key, IfNoneMatch)
        parts = self.uploads.pop(UploadId)
        numbers = [part["PartNumber"] for part in MultipartUpload["Parts"]]
        assert numbers == sorted(parts)
        self.objects[Key] = b"".join(parts[number] for number in numbers)

    def abort_multipart_upload(self, *, Bucket, Key, UploadId):
        del self.uploads[UploadId]

    def head_object(self, *, Bucket, Key):
        self._check("head_object", Key)
        if Key not in self.objects:
            raise ClientError("404")

    def get_object(self, *, Bucket, Key):
        return {"Body": BytesIO(self.objects[Key])}


def write(s3, *chunks):
    writer = Archive(s3, "bucket").writer("videos/1.mp4", "video/mp4")
    for chunk in chunks:
        writer.write(chunk)
    return writer


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 3 * PART, 3 * PART + 5])
def test_every_size_arrives_whole(size):
    s3, body = FakeS3(), bytes(range(256)) * (size // 256 + 1)
    chunks = [body[start : min(start + 700_000, size)] for start in range(0, size, 700_000)]

    write(s3, *chunks).complete()

    assert s3.objects == {"videos/1.mp4": body[:size]}
    assert s3.uploads == {}


def test_nothing_stands_there_before_it_is_complete():
    s3 = FakeS3()
    writer = write(s3, bytes(2 * PART + 1))
    assert s3.objects == {}

    writer.abort()

    assert s3.objects == {} and s3.uploads == {}


@pytest.mark.parametrize("size", [5, 2 * PART])
def test_what_another_execution_stored_stays(size):
    s3 = FakeS3()
    write(s3, b"a" * size).complete()

    write(s3, b"b" * size).complete()

    assert s3.objects == {"videos/1.mp4": b"a" * size}
    assert s3.uploads == {}


def test_a_refused_completion_is_told():
    with pytest.raises(ClientError):
        write(FakeS3(complete_multipart_upload="AccessDenied"), bytes(2 * PART)).complete()
    with pytest.raises(ClientError):
        write(FakeS3(put_object="AccessDenied"), b"small").complete()


def test_an_object_is_put_once():
    archive = Archive(FakeS3(), "bucket")

    assert archive.put_once("runs/1.json", b"{}", "application/json") is True
    assert archive.put_once("runs/1.json", b"{}", "application/json") is False
    assert archive.has("runs/1.json")
    assert not archive.has("runs/2.json")
    assert archive.read("runs/1.json").read() == b"{}"


def test_a_denied_look_is_no_absence():
    with pytest.raises(ClientError):
        Archive(FakeS3(head_object="403"), "bucket").has("runs/1.json")
