"""Writes an export of all items from the table's own pages, where DynamoDB writes none.

ExportTableToPointInTime needs point-in-time recovery. Without it the table is scanned: what was
written before the scan began is in the export, what is written meanwhile may be.
"""

import base64
import gzip
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from lambdas.highlights import checksum
from lambdas.highlights import export_layout as layout
from lambdas.highlights.archive import Archive
from lambdas.highlights.export_layout import DataFile, Export, Typed

LARGEST_FILE = 8 * 1024 * 1024  # compressed bytes, all that is held of the table at a time
JSON, GZIP, TEXT = "application/json", "application/gzip", "text/plain"


def write_export(
    archive: Archive,
    pages: Iterable[Sequence[Typed]],
    *,
    arn: str,
    table_arn: str,
    table_id: str,
    now: Callable[[], datetime],
    largest_file: int = LARGEST_FILE,
) -> Export:
    """Write the items of `pages` as the export `arn`, and return it.

    pages: of typed items, as a scan gives them; read once. Another attempt writes the same keys
    again, and only the summary, which is last, makes the export complete.
    """
    started = now()
    id_ = layout.export_id(arn)
    _put(archive, layout.started_key(id_), b"", TEXT)
    files: list[DataFile] = []
    part = _Part()
    for page in pages:
        for item in page:
            part.add(item)
            if part.size >= largest_file:
                files.append(part.store(archive, id_, len(files)))
                part = _Part()
    if part.items or not files:
        files.append(part.store(archive, id_, len(files)))
    export = Export(
        arn=arn,
        table_arn=table_arn,
        table_id=table_id,
        since=None,
        until=started,
        items=sum(file.items for file in files),
        files_key=layout.files_key(id_),
    )
    _put_manifest(archive, export.files_key, layout.files_body(files))
    summary = layout.summary_body(export, bucket=archive.bucket, started=started, ended=now())
    _put_manifest(archive, layout.summary_key(id_), summary)
    return export


class _Part:
    """A data file in the making."""

    def __init__(self) -> None:
        self.items = 0
        self._body = BytesIO()
        self._lines = gzip.GzipFile(fileobj=self._body, mode="wb", mtime=0)

    @property
    def size(self) -> int:
        """Compressed bytes so far, without what the compressor still holds."""
        return self._body.tell()

    def add(self, item: Typed) -> None:
        self._lines.write(layout.item_line(item))
        self.items += 1

    def store(self, archive: Archive, id_: str, number: int) -> DataFile:
        self._lines.close()
        body = self._body.getvalue()
        key = layout.data_key(id_, number)
        etag = _put(archive, key, body, GZIP)
        return DataFile(key, self.items, layout.md5(body), etag)


def _put_manifest(archive: Archive, key: str, body: bytes) -> None:
    """Store a manifest, its checksum first: what has a manifest is whole."""
    _put(archive, layout.checksum_key(key), layout.md5(body).encode(), TEXT)
    _put(archive, key, body, JSON)


def _put(archive: Archive, key: str, body: bytes, content_type: str) -> str:
    """Store an object, whose bytes S3 verifies; its ETag, the MD5 in hexadecimal digits."""
    archive.s3.put_object(
        Bucket=archive.bucket,
        Key=key,
        Body=body,
        ContentType=content_type,
        ChecksumCRC32=checksum.as_header(zlib.crc32(body)),
    )
    return base64.b64decode(layout.md5(body)).hex()


def own_arn(table_arn: str, at: datetime, digits: str) -> str:
    """The ARN of an export that is no work of DynamoDB's, in DynamoDB's form.

    at, digits: 8 hexadecimal ones; both the same of every attempt.
    """
    return f"{table_arn}/export/{int(at.timestamp() * 1000):014d}-{digits}"


def pages_of(dynamodb: Any, table: str) -> Iterable[Sequence[Typed]]:
    """All pages of the table, each item as it was written last."""
    scan = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return (page["Items"] for page in scan)
