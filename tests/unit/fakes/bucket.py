"""A bucket in memory with those methods of boto3's S3 client that exports use."""

import hashlib
import itertools
import zlib
from io import BytesIO
from typing import Any

from lambdas.highlights.checksum import as_header
from tests.unit.fakes.s3 import ClientError


class FakeBucket:
    """objects: bodies by key. written: keys in the order of their writes. page_size: of listings."""

    class exceptions:
        ClientError = ClientError

    def __init__(self, page_size: int = 2) -> None:
        self.objects: dict[str, bytes] = {}
        self.written: list[str] = []
        self.page_size = page_size

    def put_object(
        self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, ChecksumCRC32: str
    ) -> dict[str, str]:
        if as_header(zlib.crc32(Body)) != ChecksumCRC32:
            raise ClientError("BadDigest")
        self.objects[Key] = Body
        self.written.append(Key)
        return {"ETag": f'"{hashlib.md5(Body).hexdigest()}"'}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        if Key not in self.objects:
            raise ClientError("NoSuchKey")
        return {"Body": BytesIO(self.objects[Key])}

    def list_objects_v2(
        self, *, Bucket: str, Prefix: str, Delimiter: str, ContinuationToken: str = ""
    ) -> dict[str, Any]:
        below = sorted(key for key in self.objects if key.startswith(Prefix))
        groups = [
            group
            for group, _ in itertools.groupby(
                below, lambda key: Prefix + key.removeprefix(Prefix).partition(Delimiter)[0]
            )
        ]
        start = int(ContinuationToken or 0)
        end = start + self.page_size
        page: dict[str, Any] = {
            "CommonPrefixes": [{"Prefix": f"{group}{Delimiter}"} for group in groups[start:end]],
            "IsTruncated": end < len(groups),
        }
        return page | ({"NextContinuationToken": str(end)} if page["IsTruncated"] else {})
