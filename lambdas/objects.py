"""Objects as they stand in the bucket, read in pieces."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from botocore.exceptions import FlexibleChecksumError, ResponseStreamingError

from lambdas.highlights.archive import ABSENT
from lambdas.highlights.verification import StoredObject, UnreadableObject

CHUNK = 1024 * 1024  # bytes


def read_chunks(s3: Any, bucket: str, key: str, version: str | None = None) -> Iterator[bytes]:
    """The bytes of an object, or of a version of it, at most a mebibyte at a time.

    Raises UnreadableObject.
    """
    which = {"VersionId": version} if version else {}
    with closing(s3.get_object(Bucket=bucket, Key=key, **which)["Body"]) as body:
        try:
            yield from iter(lambda: body.read(CHUNK), b"")
        except ResponseStreamingError as error:
            raise UnreadableObject("end early") from error
        except FlexibleChecksumError as error:
            raise UnreadableObject("differ from S3's own checksum of them") from error


class Objects:
    """The objects of `bucket`, through `s3`, a boto3 client."""

    def __init__(self, s3: Any, bucket: str):
        self._s3 = s3
        self._bucket = bucket

    def stat(self, key: str) -> StoredObject | None:
        """The object without its bytes; None when there is none. Needs s3:ListBucket for that."""
        try:
            found = self._s3.head_object(Bucket=self._bucket, Key=key)
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return StoredObject(key, found["ContentLength"], found["ETag"])

    def chunks(self, key: str) -> Iterator[bytes]:
        """See `read_chunks`."""
        return read_chunks(self._s3, self._bucket, key)

    def read(self, key: str) -> bytes:
        """A small object whole."""
        with closing(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"]) as body:
            return body.read()

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin with `prefix`, in order."""
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
            yield from (entry["Key"] for entry in page.get("Contents", []))
