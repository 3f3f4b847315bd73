"""A bucket in memory with those methods of boto3's S3 client that downloads use.

Its signed URLs lead to a server on loopback, which takes small objects and the parts of uploads.
"""

import base64
import hashlib
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.unit.fakes.loopback import Answer, LoopbackServer, Request, serving

LEAST_PART = 5 * 1024 * 1024

# S3 refuses a request whose headers are not those that were signed.
SIGNED_HEADERS = {
    "ChecksumCRC32": "x-amz-checksum-crc32",
    "ContentType": "content-type",
    "IfMatch": "if-match",
    "IfNoneMatch": "if-none-match",
}


class ClientError(Exception):
    """botocore's, with a code."""

    def __init__(self, code: str):
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


@dataclass(frozen=True)
class StoredObject:
    body: bytes
    content_type: str
    etag: str


@dataclass
class OpenUpload:
    key: str
    content_type: str
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass
class FakeS3:
    """objects: by key. uploads: open ones by id. refuse: codes of calls' next failures.

    faults: answers to the next PUTs of a part, by its number, or by 0 of an object; None takes
    the part, after which an answer's headers replace those of the real one when its status is
    200. damaged: parts, or by 0 objects, of
    which a bit is turned over before they are kept. least_part: bytes of all parts but the last.
    miscopied: keys at which copies arrive damaged. unchecked: parts whose checksum is not listed.
    sent: numbers of the parts that were kept. signed: what the last URL for each key stands for.
    """

    refuse: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[int, list[Answer | None]] = field(default_factory=dict)
    damaged: set[int] = field(default_factory=set)
    miscopied: set[str] = field(default_factory=set)
    unchecked: set[int] = field(default_factory=set)
    least_part: int = LEAST_PART
    objects: dict[str, StoredObject] = field(default_factory=dict)
    uploads: dict[str, OpenUpload] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    signed: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""

    class exceptions:
        ClientError = ClientError

    def put_object(self, **asked: Any) -> None:
        self._begin("put_object", asked)
        self._check_condition(asked)
        body = asked["Body"]
        if _crc_header(zlib.crc32(body)) != asked["ChecksumCRC32"]:
            raise ClientError("BadDigest")
        self._keep(asked["Key"], body, asked["ContentType"])

    def create_multipart_upload(self, **asked: Any) -> dict[str, Any]:
        self._begin("create_multipart_upload", asked)
        assert (asked["ChecksumAlgorithm"], asked["ChecksumType"]) == ("CRC32", "FULL_OBJECT")
        upload_id = f"upload-{len(self.calls)}"
        self.uploads[upload_id] = OpenUpload(asked["Key"], asked["ContentType"])
        return {"UploadId": upload_id}

    def generate_presigned_url(self, call: str, *, Params: dict[str, Any]) -> str:
        target = f"{self.url}/{Params['Key']}"
        if call == "put_object":
            self._begin(call, Params)
            self.signed[Params["Key"]] = Params
            return f"{target}?X-Amz-Signature=s"
        assert call == "upload_part"
        upload, number = Params["UploadId"], Params["PartNumber"]
        return f"{target}?uploadId={upload}&partNumber={number}&X-Amz-Signature=s"

    def get_paginator(self, call: str) -> "_OnePage":
        assert call == "list_parts"
        return _OnePage(self)

    def list_parts(self, **asked: Any) -> dict[str, Any]:
        self._begin("list_parts", asked)
        parts = self._upload(asked).parts
        listed = [_listed(number, parts[number]) for number in sorted(parts)]
        for part in listed:
            if part["PartNumber"] in self.unchecked:
                del part["ChecksumCRC32"]
        return {"Parts": listed} if listed else {}

    def complete_multipart_upload(self, **asked: Any) -> None:
        self._begin("complete_multipart_upload", asked)
        upload = self._upload(asked)
        self._check_condition(asked)
        named = [(part["PartNumber"], part["ETag"]) for part in asked["MultipartUpload"]["Parts"]]
        bodies = [upload.parts[number] for number, etag in named]
        if named != [(number, _etag(upload.parts[number])) for number, _ in sorted(named)]:
            raise ClientError("InvalidPart")
        if any(len(body) < self.least_part for body in bodies[:-1]):
            raise ClientError("EntityTooSmall")
        whole = b"".join(bodies)
        if asked["ChecksumCRC32"] != _crc_header(zlib.crc32(whole)):
            raise ClientError("BadDigest")
        assert (asked["ChecksumType"], asked["MpuObjectSize"]) == ("FULL_OBJECT", len(whole))
        self._keep(asked["Key"], whole, upload.content_type)
        del self.uploads[asked["UploadId"]]

    def abort_multipart_upload(self, **asked: Any) -> None:
        self._begin("abort_multipart_upload", asked)
        self._upload(asked)
        del self.uploads[asked["UploadId"]]

    def copy_object(self, **asked: Any) -> dict[str, Any]:
        self._begin("copy_object", asked)
        body = self.objects[asked["CopySource"]["Key"]].body
        if asked["Key"] in self.miscopied:
            body = body[:-1] + bytes([body[-1] ^ 1])
        self._keep(asked["Key"], body, asked["ContentType"])
        return {"CopyObjectResult": {"ChecksumCRC32": _crc_header(zlib.crc32(body))}}

    def head_object(self, **asked: Any) -> dict[str, Any]:
        self._begin("head_object", asked)
        if asked["Key"] not in self.objects:
            raise ClientError("404")
        return {"ETag": self.objects[asked["Key"]].etag}

    def get_object(self, **asked: Any) -> dict[str, Any]:
        return {"Body": BytesIO(self.objects[asked["Key"]].body)}

    def asked(self, call: str) -> list[dict[str, Any]]:
        """With what `call` was called, each time."""
        return [asked for name, asked in self.calls if name == call]

    def take(self, request: Request) -> Answer:
        """The answer to the PUT of an object, or of a part."""
        query = parse_qs(urlsplit(request.target).query)
        number = int(query.get("partNumber", ["0"])[0])
        if len(request.body) < int(request.headers["content-length"]):
            return Answer(400, body=b"<Code>IncompleteBody</Code>", cut=True)
        waiting = self.faults.get(number, [])
        fault = waiting.pop(0) if waiting else None
        if fault is not None and fault.status != 200:
            return fault
        body = request.body
        if number in self.damaged:
            self.damaged.discard(number)
            body = body[:-1] + bytes([body[-1] ^ 1])
        try:
            if number:
                self._take_part(number, query["uploadId"][0], body)
            else:
                self._take_object(request, body)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            status = {"PreconditionFailed": 412, "BadDigest": 400}.get(code, 404)
            return Answer(status, body=f"<Error><Code>{code}</Code></Error>".encode())
        headers = {"ETag": _etag(body), "x-amz-checksum-crc32": _crc_header(zlib.crc32(body))}
        if fault is not None:
            headers |= fault.headers
        return Answer(200, {name: value for name, value in headers.items() if value})

    def _take_part(self, number: int, upload_id: str, body: bytes) -> None:
        if upload_id not in self.uploads:
            raise ClientError("NoSuchUpload")
        self.uploads[upload_id].parts[number] = body
        self.sent.append(number)

    def _take_object(self, request: Request, body: bytes) -> None:
        key = request.path.split("/", 2)[2]
        asked = self.signed[key]
        for name, header in SIGNED_HEADERS.items():
            assert request.headers.get(header) == asked.get(name), header
        self._check_condition(asked)
        if _crc_header(zlib.crc32(body)) != asked["ChecksumCRC32"]:
            raise ClientError("BadDigest")
        self._keep(key, body, asked["ContentType"])

    def _begin(self, call: str, asked: dict[str, Any]) -> None:
        assert asked["Bucket"] == "bucket"
        self.calls.append((call, asked))
        if waiting := self.refuse.get(call):
            raise ClientError(waiting.pop(0))

    def _upload(self, asked: dict[str, Any]) -> OpenUpload:
        upload = self.uploads.get(asked["UploadId"])
        if upload is None or upload.key != asked["Key"]:
            raise ClientError("NoSuchUpload")
        return upload

    def _check_condition(self, asked: dict[str, Any]) -> None:
        there = self.objects.get(asked["Key"])
        if "IfMatch" in asked:
            if there is None:
                raise ClientError("NoSuchKey")
            if there.etag != asked["IfMatch"]:
                raise ClientError("PreconditionFailed")
        else:
            assert asked["IfNoneMatch"] == "*"
            if there is not None:
                raise ClientError("PreconditionFailed")

    def _keep(self, key: str, body: bytes, content_type: str) -> None:
        self.objects[key] = StoredObject(body, content_type, _etag(body))


@dataclass
class _OnePage:
    s3: FakeS3

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        yield self.s3.list_parts(**asked)


class _Parts:
    """Leads a PUT to the bucket that signed its URL: one server does for many buckets."""

    def __init__(self) -> None:
        self.buckets: dict[str, FakeS3] = {}
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        name = request.path.split("/")[1]
        with self._lock:
            return self.buckets[name].take(request)


class S3Server:
    """Makes buckets, of which each takes its parts through this one server."""

    def __init__(self, server: LoopbackServer, parts: _Parts):
        self._server = server
        self._parts = parts
        self.requests = server.requests

    def bucket(self, kind: type[FakeS3] = FakeS3, **settings: Any) -> FakeS3:
        name = f"bucket-{len(self._parts.buckets)}"
        s3 = kind(url=f"{self._server.url}/{name}", **settings)
        self._parts.buckets[name] = s3
        return s3


@contextmanager
def serving_s3() -> Iterator[S3Server]:
    """Buckets that take parts meanwhile."""
    parts = _Parts()
    with serving(parts) as server:
        yield S3Server(server, parts)


def _listed(number: int, body: bytes) -> dict[str, Any]:
    crc = _crc_header(zlib.crc32(body))
    return {"PartNumber": number, "Size": len(body), "ETag": _etag(body), "ChecksumCRC32": crc}


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body).hexdigest()}"'


def _crc_header(crc: int) -> str:
    return base64.b64encode(crc.to_bytes(4, "big")).decode()
