"""Puts a file into the archive: proved against its checksum before, and by S3 as it arrives.

An object that stands there already stays, and is right only when its bytes are the file's.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from gameday.season.entries import File, Wrong
from gameday.season.folder import Folder, NotInFolder
from gameday.season.taking_in import Source
from lambdas.highlights import checksum
from lambdas.highlights.archive import ABSENT, REFUSED, Archive
from lambdas.highlights.measure import CHUNK

PART = 16 * 1024 * 1024  # bytes; of a larger file, one at a time is in memory
SMALL = 1024 * 1024  # bytes that are sent before it is asked whether they are there


class Sending:
    """Sends files of `folder` into `archive`. passed: told the size of each piece that is done."""

    def __init__(self, archive: Archive, folder: Folder, passed: Callable[[int], object]):
        self._archive, self._folder, self._passed = archive, folder, passed
        self._s3, self._bucket = archive.s3, archive.bucket

    def send(self, source: Source) -> bool:
        """Let the file stand under its key; False when it did already. Raises Wrong."""
        file = source.file
        crc = self._prove(file)
        if file.bytes > SMALL and self._is_there(source, crc):
            self._passed(file.bytes)
            return False
        written = self._put(source, crc) if file.bytes <= PART else self._put_in_parts(source, crc)
        if not written and not self._is_there(source, crc):
            raise Wrong(f"{source.key} stands in the archive, and is not {file.path}")
        self._passed(file.bytes if file.bytes <= PART or not written else 0)
        return written

    def send_bytes(self, key: str, body: bytes, content_type: str) -> bool:
        """Let `body` stand under `key`; False when it did already. Raises Wrong."""
        if self._archive.put_once(key, body, content_type):
            return True
        with closing(self._archive.read(key)) as there:
            if there.read(len(body) + 1) != body:
                raise Wrong(f"{key} stands in the archive with another content")
        return False

    def _prove(self, file: File) -> int:
        """The file's CRC-32, when its size and checksum are as they should be. Raises Wrong."""
        digest, crc, size = hashlib.sha256(), 0, 0
        try:
            for chunk in self._folder.chunks(file.path):
                size += len(chunk)
                crc = zlib.crc32(chunk, crc)
                digest.update(chunk)
        except NotInFolder as error:
            raise Wrong(f"{file.path!r} {error}") from None
        if size != file.bytes:
            raise Wrong(f"{file.path} has {size:,} bytes instead of {file.bytes:,}")
        if file.checksum not in (checksum.as_text(crc), f"sha256:{digest.hexdigest()}"):
            raise Wrong(f"{file.path} does not have the checksum of the file that was exported")
        return crc

    def _put(self, source: Source, crc: int) -> bool:
        body = self._folder.read(source.file.path, PART)
        if zlib.crc32(body) != crc:
            raise Wrong(f"{source.file.path} changed while it was read")
        return self._archive.put_once(source.key, body, source.content_type)

    def _put_in_parts(self, source: Source, crc: int) -> bool:
        target = {"Bucket": self._bucket, "Key": source.key}
        self._abort_others(source.key)
        upload = self._s3.create_multipart_upload(
            **target,
            ContentType=source.content_type,
            ChecksumAlgorithm=checksum.ALGORITHM,
            ChecksumType="FULL_OBJECT",
        )["UploadId"]
        try:
            parts = []
            with self._folder.open(source.file.path) as file:
                for number, body in enumerate(iter(lambda: file.read(PART), b""), 1):
                    parts.append(
                        {"PartNumber": number, **self._send_part(target, upload, number, body)}
                    )
                    self._passed(len(body))
            self._s3.complete_multipart_upload(
                **target,
                UploadId=upload,
                MultipartUpload={"Parts": parts},
                ChecksumCRC32=checksum.as_header(crc),
                ChecksumType="FULL_OBJECT",
                IfNoneMatch="*",
            )
        except BaseException as error:
            self._archive.abort_upload(source.key, upload)
            if _code(error) in REFUSED:
                return False
            raise
        return True

    def _send_part(
        self, target: dict[str, str], upload: str, number: int, body: bytes
    ) -> dict[str, str]:
        header = checksum.as_header(zlib.crc32(body))
        sent = self._s3.upload_part(
            **target, UploadId=upload, PartNumber=number, Body=body, ChecksumCRC32=header
        )
        return {"ETag": sent["ETag"], "ChecksumCRC32": header}

    def _abort_others(self, key: str) -> None:
        """End what a killed import left open: nothing else writes into an empty archive."""
        pages = self._s3.get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=self._bucket, Prefix=key):
            for one in page.get("Uploads", []):
                if one["Key"] == key:
                    self._archive.abort_upload(key, one["UploadId"])

    def _is_there(self, source: Source, crc: int) -> bool:
        """Whether the object stands there with the file's bytes."""
        try:
            found = self._s3.head_object(
                Bucket=self._bucket, Key=source.key, ChecksumMode="ENABLED"
            )
        except self._s3.exceptions.ClientError as error:
            if _code(error) in ABSENT:
                return False
            raise
        if found["ContentLength"] != source.file.bytes:
            return False
        if "ChecksumCRC32" in found and found.get("ChecksumType") != "COMPOSITE":
            return checksum.from_header(found["ChecksumCRC32"]) == crc
        with closing(self._archive.read(source.key)) as body:
            return _crc(iter(lambda: body.read(CHUNK), b"")) == crc


def _crc(chunks: Iterable[bytes]) -> int:
    crc = 0
    for chunk in chunks:
        crc = zlib.crc32(chunk, crc)
    return crc


def _code(error: BaseException) -> Any:
    return getattr(error, "response", {}).get("Error", {}).get("Code")
