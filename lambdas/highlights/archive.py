"""The bucket: raw answers, videos, renditions and run records, each verified as it is written."""

import base64
import hashlib
from typing import Any

PART = 8 * 1024 * 1024  # bytes; S3 takes parts of 5 MiB and more
REFUSED = ("412", "PreconditionFailed")


class Archive:
    """Reads and writes objects of `bucket` through `s3`, a boto3 S3 client."""

    def __init__(self, s3: Any, bucket: str):
        self._s3 = s3
        self._bucket = bucket

    def put_once(self, key: str, body: bytes, content_type: str) -> bool:
        """Write `body` unless an object stands under `key` already; True when it was written."""
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=content_type,
                ChecksumSHA256=_sha256(body),
                IfNoneMatch="*",
            )
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in REFUSED:
                return False
            raise
        return True

    def has(self, key: str) -> bool:
        """Whether an object stands under `key`; needs s3:ListBucket to tell absent from denied."""
        try:
            self._s3.head_object(Bucket=self._bucket, Key=key)
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                return False
            raise
        return True

    def read(self, key: str) -> Any:
        """The object's body as a stream of bytes."""
        return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"]

    def writer(self, key: str, content_type: str) -> "VideoWriter":
        """A writer that makes the object `key`, in parts when it is large."""
        return VideoWriter(self._s3, self._bucket, key, content_type)


class VideoWriter:
    """Writes one object from chunks, holding at most one part in memory.

    Each part's SHA-256 is checked by S3. `complete` never replaces an object: keys are
    deterministic, so one that stands there was stored by another execution.
    """

    def __init__(self, s3: Any, bucket: str, key: str, content_type: str):
        self._s3 = s3
        self._target = {"Bucket": bucket, "Key": key}
        self._content_type = content_type
        self._buffer = bytearray()
        self._upload: dict[str, str] = {}
        self._parts: list[dict[str, Any]] = []

    def write(self, chunk: bytes) -> None:
        """Take the next bytes of the object."""
        self._buffer += chunk
        while len(self._buffer) >= PART:
            self._send_part(bytes(self._buffer[:PART]))
            del self._buffer[:PART]

    def complete(self) -> bool:
        """Make the object appear, whole; False when one stands there already, which stays."""
        try:
            if not self._upload:
                self._put_whole(bytes(self._buffer))
                return True
            if self._buffer:
                self._send_part(bytes(self._buffer))
            self._s3.complete_multipart_upload(
                **self._target,
                **self._upload,
                MultipartUpload={"Parts": self._parts},
                IfNoneMatch="*",
            )
            self._upload = {}
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in REFUSED:
                raise
            self.abort()
            return False
        return True

    def abort(self) -> None:
        """Leave neither an object nor an open upload."""
        if self._upload:
            self._s3.abort_multipart_upload(**self._target, **self._upload)
            self._upload = {}

    def _put_whole(self, body: bytes) -> None:
        self._s3.put_object(
            **self._target,
            Body=body,
            ContentType=self._content_type,
            ChecksumSHA256=_sha256(body),
            IfNoneMatch="*",
        )

    def _send_part(self, body: bytes) -> None:
        if not self._upload:
            created = self._s3.create_multipart_upload(
                **self._target, ContentType=self._content_type, ChecksumAlgorithm="SHA256"
            )
            self._upload = {"UploadId": created["UploadId"]}
        number, checksum = len(self._parts) + 1, _sha256(body)
        sent = self._s3.upload_part(
            **self._target,
            **self._upload,
            PartNumber=number,
            Body=body,
            ChecksumSHA256=checksum,
        )
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": checksum})


def _sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
