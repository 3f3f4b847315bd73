"""One video's multipart upload: parts that stream past, in any order, and are verified twice.

S3 tells the CRC-32 of each part that came, and verifies that of the whole object when the upload
is completed. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lambdas.highlights import checksum
from lambdas.highlights.archive import GONE, REFUSED, Archive, only_over
from lambdas.highlights.deadline import Deadline
from lambdas.highlights.errors import StoreUnavailable, UploadDamaged
from lambdas.highlights.signed_put import SignedPut, patiently
from lambdas.highlights.source import Chunk

# An upload that S3 does not complete for these reasons never will be; another one may. The
# conflict: what stood under the key was written or deleted since the upload began.
SPOILT = ("BadDigest", "ConditionalRequestConflict", "InvalidPart", *GONE)


@dataclass(frozen=True)
class Part:
    """A part that S3 has. number: from 1. size: bytes. crc: of them."""

    number: int
    size: int
    crc: int
    etag: str


class Upload:
    """An open multipart upload; nothing stands under `key` before `complete`.

    is_damaged: S3 lists a part that did not arrive as it was sent, and a later attempt would take
    it for a good one.
    """

    def __init__(self, archive: Archive, key: str, upload_id: str, deadline: Deadline):
        self.upload_id = upload_id
        self.is_damaged = False
        self._archive = archive
        self._s3 = archive.s3
        self._target = {"Bucket": archive.bucket, "Key": key, "UploadId": upload_id}
        self._deadline = deadline

    @classmethod
    def begin(cls, archive: Archive, key: str, content_type: str, deadline: Deadline) -> "Upload":
        """A new upload of the object `key`."""
        created = archive.s3.create_multipart_upload(
            Bucket=archive.bucket,
            Key=key,
            ContentType=content_type,
            ChecksumAlgorithm=checksum.ALGORITHM,
            ChecksumType="FULL_OBJECT",
        )
        return cls(archive, key, created["UploadId"], deadline)

    def parts(self) -> dict[int, Part]:
        """The parts that S3 has by number; none when the upload is gone."""
        found: dict[int, Part] = {}
        try:
            for page in self._s3.get_paginator("list_parts").paginate(**self._target):
                for part in page.get("Parts", []):
                    if crc := part.get("ChecksumCRC32"):
                        found[part["PartNumber"]] = Part(
                            part["PartNumber"],
                            part["Size"],
                            checksum.from_header(crc),
                            part["ETag"],
                        )
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
        return found

    def send(self, number: int, size: int, chunks: Callable[[], Iterable[Chunk]]) -> Part:
        """Send part `number` of `size` bytes; `chunks` gives them, anew for each try.

        A chunk is done with when the next is asked for.

        Raises StoreUnavailable, StoreRefused, UploadDamaged, and what `chunks` raises.
        """
        return patiently(lambda: self._send(number, size, chunks()), self._deadline)

    def complete(self, parts: Sequence[Part], replaces: str | None) -> bool:
        """Make the object appear, whole; False when one stands there already, which stays.

        parts: all of them, in order. replaces: see `Archive.put_once`.
        """
        crc = whole_crc(parts)
        try:
            self._s3.complete_multipart_upload(
                **self._target,
                MultipartUpload={
                    "Parts": [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
                },
                ChecksumCRC32=checksum.as_header(crc),
                ChecksumType="FULL_OBJECT",
                MpuObjectSize=sum(part.size for part in parts),
                **only_over(replaces),
            )
        except self._s3.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in (*REFUSED, *SPOILT):
                raise
            self.abort()
            if code in SPOILT:
                raise StoreUnavailable(f"S3 could not complete the upload ({code})") from error
            return False
        return True

    def abort(self) -> None:
        """Leave neither an object nor an open upload."""
        self._archive.abort_upload(self._target["Key"], self.upload_id)

    def _send(self, number: int, size: int, chunks: Iterable[Chunk]) -> Part:
        asked = {**self._target, "PartNumber": number}
        put, sent = SignedPut(self._s3, "upload_part", asked, f"part {number}"), _Sent(chunks)
        try:
            answer = put.send(size, iter(sent))
        finally:
            sent.close()
        shown = answer.headers.get("x-amz-checksum-crc32")
        if sent.size != size or shown not in (None, checksum.as_header(sent.crc)):
            self.is_damaged = True
            raise UploadDamaged(f"part {number} did not arrive as it was sent")
        return Part(number, size, sent.crc, answer.headers["ETag"])


class _Sent:
    """Passes chunks on and knows what went past."""

    def __init__(self, chunks: Iterable[Chunk]):
        self.size = self.crc = 0
        self._chunks = iter(chunks)

    def __iter__(self) -> Iterator[Chunk]:
        for chunk in self._chunks:
            self.size += len(chunk)
            self.crc = zlib.crc32(chunk, self.crc)
            yield chunk

    def close(self) -> None:
        """End the source of the chunks, which may hold a connection."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


def whole_crc(parts: Sequence[Part]) -> int:
    """The CRC-32 of all parts together, given in order."""
    crc = 0
    for part in parts:
        crc = checksum.combine(crc, part.crc, part.size)
    return crc
