"""Where the files of a table's exports stand, and what their manifests say.

The layout is DynamoDB's own, whoever wrote the export:

    exports/AWSDynamoDB/<export id>/_started               empty: the export began
    exports/AWSDynamoDB/<export id>/manifest-summary.json  one JSON object; written last
    exports/AWSDynamoDB/<export id>/manifest-files.json    one JSON object a line: a data file
    exports/AWSDynamoDB/<export id>/manifest-*.md5         each manifest's MD5, in base64
    exports/AWSDynamoDB/<export id>/data/<name>.json.gz    {"Item": {…}} a line, typed values
    exports/AWSDynamoDB/data/<name>.json.gz                what changed, of incremental exports:
        {"Metadata": {"WriteTimestampMicros": {"N": "…"}}, "Keys": {…}, "OldImage": {…},
        "NewImage": {…}} a line; without NewImage the item was deleted

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PREFIX = "exports"  # the S3Prefix of each export
FOLDER = f"{PREFIX}/AWSDynamoDB/"

_ID = r"\d{14,}-[0-9a-f]{8}"
_OF_EXPORT = rf"{_ID}/(?:_started|manifest-(?:summary|files)\.(?:json|md5|checksum)|data/[^/]+)"
EXPORT_FILE = re.compile(rf"{FOLDER}(?:{_OF_EXPORT}|data/[^/]+|_started)")

GZIP_FORMAT = 31  # zlib's number for it
INFLATED_AT_ONCE = 1024 * 1024  # bytes

Typed = dict[str, dict[str, Any]]
"""An item as DynamoDB's API has it: `{"id": {"S": "1"}, …}`; binary values are bytes."""


@dataclass(frozen=True)
class Export:
    """A complete export, as its summary tells of it.

    since: from when on an incremental export holds what changed; None for one of all items.
    until: the moment of a full export, or until before when an incremental one holds changes.
    items: how many lines its data files have. prefix: the keys of its manifests begin with it.
    """

    arn: str
    table_arn: str
    table_id: str
    since: datetime | None
    until: datetime
    items: int
    files_key: str
    prefix: str = PREFIX

    @property
    def id(self) -> str:
        """The last part of the ARN: milliseconds since 1970, a hyphen and 8 digits."""
        return export_id(self.arn)

    @property
    def is_full(self) -> bool:
        return self.since is None


@dataclass(frozen=True)
class DataFile:
    """One file of an export. items: its lines. md5: of its bytes as they are stored, in base64."""

    key: str
    items: int
    md5: str
    etag: str


def export_id(arn: str) -> str:
    """What names the export in the bucket."""
    return arn.rsplit("/", 1)[-1]


def started_key(id_: str) -> str:
    return f"{FOLDER}{id_}/_started"


def summary_key(id_: str) -> str:
    return f"{FOLDER}{id_}/manifest-summary.json"


def files_key(id_: str) -> str:
    return f"{FOLDER}{id_}/manifest-files.json"


def data_key(id_: str, number: int) -> str:
    """The data file `number`; the same of every attempt to write the export."""
    return f"{FOLDER}{id_}/data/{number:06d}.json.gz"


def checksum_key(manifest_key: str) -> str:
    """Where the MD5 of a manifest stands."""
    return manifest_key.removesuffix(".json") + ".md5"


def md5(body: bytes) -> str:
    """The MD5 in base64, as manifests have it."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def read_summary(body: bytes) -> Export:
    """The export that a summary describes; raises ValueError, KeyError or TypeError."""
    facts = json.loads(body)
    since = facts.get("exportFromTime")
    until = facts["exportToTime"] if since else facts["exportTime"]
    prefix = (facts.get("s3Prefix") or "").strip("/")
    return Export(
        arn=facts["exportArn"],
        table_arn=facts["tableArn"],
        table_id=facts["tableId"],
        since=datetime.fromisoformat(since) if since else None,
        until=datetime.fromisoformat(until),
        items=int(facts["itemCount"]),
        files_key=_below(facts["manifestFilesS3Key"], prefix),
        prefix=prefix,
    )


def read_files(body: bytes, prefix: str) -> list[DataFile]:
    """The data files that a manifest lists; raises ValueError, KeyError or TypeError."""
    entries = [json.loads(line) for line in body.splitlines() if line]
    return [
        DataFile(
            key=_below(entry["dataFileS3Key"], prefix),
            items=int(entry["itemCount"]),
            md5=entry["md5Checksum"],
            etag=entry["etag"],
        )
        for entry in entries
    ]


def summary_body(export: Export, *, bucket: str, started: datetime, ended: datetime) -> bytes:
    """The summary of a full export that is no work of DynamoDB's."""
    facts = {
        "version": "2020-06-30",
        "exportArn": export.arn,
        "startTime": _text(started),
        "endTime": _text(ended),
        "tableArn": export.table_arn,
        "tableId": export.table_id,
        "exportTime": _text(export.until),
        "s3Bucket": bucket,
        "s3Prefix": export.prefix,
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": None,
        "manifestFilesS3Key": export.files_key,
        "billedSizeBytes": 0,
        "itemCount": export.items,
        "outputFormat": "DYNAMODB_JSON",
        "exportType": "FULL_EXPORT",
    }
    return json.dumps(facts).encode()


def files_body(files: Iterable[DataFile]) -> bytes:
    """The manifest of `files`."""
    entries = (
        {
            "itemCount": file.items,
            "md5Checksum": file.md5,
            "etag": file.etag,
            "dataFileS3Key": file.key,
        }
        for file in files
    )
    return "".join(f"{json.dumps(entry)}\n" for entry in entries).encode()


def item_line(item: Mapping[str, Any]) -> bytes:
    """A typed item as a line of a data file."""
    text = json.dumps({"Item": item}, separators=(",", ":"), default=_as_base64)
    return text.encode() + b"\n"


def image(value: Mapping[str, Any]) -> Typed:
    """A line's item or image, its binary values as bytes."""
    return {name: _with_bytes(typed) for name, typed in value.items()}


def is_whole_gzip(chunks: Iterable[bytes]) -> bool:
    """Whether the bytes of a data file, in pieces, are those of whole files in gzip's format.

    Each has a CRC-32 of what is in it. No bytes at all are whole, too: an empty partition's.
    """
    file, is_open = zlib.decompressobj(GZIP_FORMAT), False
    for chunk in chunks:
        rest = chunk
        while rest:
            is_open = True
            try:
                file.decompress(rest, INFLATED_AT_ONCE)
            except zlib.error:
                return False
            rest = file.unconsumed_tail
            if file.eof:
                rest, file, is_open = file.unused_data, zlib.decompressobj(GZIP_FORMAT), False
    return not is_open


def _with_bytes(typed: Mapping[str, Any]) -> dict[str, Any]:
    [(kind, value)] = typed.items()
    if kind == "B":
        value = base64.b64decode(value)
    elif kind == "BS":
        value = [base64.b64decode(one) for one in value]
    elif kind == "L":
        value = [_with_bytes(one) for one in value]
    elif kind == "M":
        value = image(value)
    return {kind: value}


def _as_base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"an item holds no {type(value).__name__}")


def _below(key: str, prefix: str) -> str:
    """The key of a file. The documentation shows keys with the prefix and keys without."""
    return key if not prefix or key.startswith(f"{prefix}/") else f"{prefix}/{key}"


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
