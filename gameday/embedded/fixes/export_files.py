"""The files of a table's export, in DynamoDB's own layout.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gameday.embedded.fixes import table_history

# A table has as many files as partitions, and a small one has more partitions than items.
PARTITIONS = 4


class NotWritten(Exception):
    """S3 did not take a file; failure code and message of the export."""


@dataclass(frozen=True)
class Window:
    """What an export holds: changes from `since` until before `until`, or the items at `until`."""

    since: float | None
    until: float


def written(
    table: Mapping[str, Any], description: Mapping[str, Any], window: Window
) -> dict[str, Any]:
    """What the description of an export says from its end on, its files being written."""
    try:
        return _files(table, description, window)
    except NotWritten as error:
        code, message = error.args
        return {"ExportStatus": "FAILED", "FailureCode": code, "FailureMessage": message}


def _files(
    table: Mapping[str, Any], description: Mapping[str, Any], window: Window
) -> dict[str, Any]:
    prefix = description.get("S3Prefix", "").rstrip("/")
    base = f"{prefix}/AWSDynamoDB" if prefix else "AWSDynamoDB"
    export_id = description["ExportArn"].rsplit("/", 1)[-1]
    folder = f"{base}/{export_id}"
    # The files of incremental exports of one prefix lie together.
    data = f"{folder}/data" if window.since is None else f"{base}/data"
    bucket = description["S3Bucket"]
    _put(bucket, f"{folder}/_started", b"")
    entries = []
    size = 0
    for number, lines in enumerate(_partitions(table, window, description)):
        text = "".join(line + "\n" for line in lines).encode()
        body = gzip.compress(text, mtime=0)
        name = base64.b32encode(hashlib.sha256(f"{export_id}{number}".encode()).digest()[:16])
        key = f"{data}/{name.decode().rstrip('=').lower()}.json.gz"
        entries.append(
            {
                "itemCount": len(lines),
                "md5Checksum": _md5(body),
                "etag": _put(bucket, key, body),
                "dataFileS3Key": key,
            }
        )
        size += len(text)
    manifest = "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in entries)
    count = sum(entry["itemCount"] for entry in entries)
    ended = table_history.now()
    summary = {
        "version": "2020-06-30" if window.since is None else "2023-08-01",
        "exportArn": description["ExportArn"],
        "startTime": _text(description["StartTime"]),
        "endTime": _text(ended),
        "tableArn": description["TableArn"],
        "tableId": description["TableId"],
        **_times(description, window),
        "s3Bucket": bucket,
        "s3Prefix": description.get("S3Prefix"),
        "s3SseAlgorithm": description["S3SseAlgorithm"],
        "s3SseKmsKeyId": description.get("S3SseKmsKeyId"),
        "manifestFilesS3Key": f"{folder}/manifest-files.json",
        "billedSizeBytes": size,
        "itemCount": count,
        "outputFormat": "DYNAMODB_JSON",
    }
    for name, body in (("files", manifest), ("summary", json.dumps(summary))):
        _put(bucket, f"{folder}/manifest-{name}.json", body.encode())
        _put(bucket, f"{folder}/manifest-{name}.md5", _md5(body.encode()).encode())
    return {
        "ExportStatus": "COMPLETED",
        "EndTime": ended,
        "ExportManifest": f"{folder}/manifest-summary.json",
        "ItemCount": count,
        "BilledSizeBytes": size,
    }


def _times(description: Mapping[str, Any], window: Window) -> dict[str, Any]:
    if window.since is None:
        return {"exportTime": _text(window.until), "exportType": "FULL_EXPORT"}
    view = description["IncrementalExportSpecification"]["ExportViewType"]
    return {
        "exportFromTime": _text(window.since),
        "exportToTime": _text(window.until),
        "outputView": view,
        "exportType": "INCREMENTAL_EXPORT",
    }


def _partitions(
    table: Mapping[str, Any], window: Window, description: Mapping[str, Any]
) -> list[list[str]]:
    """The lines of each data file."""
    partitions: list[list[str]] = [[] for _ in range(PARTITIONS)]
    if window.since is None:
        items = table_history.items_as_of(table, window.until)
        lines: Iterable = (
            (partition, {"Item": item})
            for partition, of_partition in items.items()
            for item in of_partition.values()
        )
    else:
        view = description["IncrementalExportSpecification"]["ExportViewType"]
        lines = _changed(table, window, view)
    for partition, line in lines:
        number = zlib.crc32(partition.encode()) % PARTITIONS
        partitions[number].append(json.dumps(line, separators=(",", ":"), ensure_ascii=False))
    return partitions


def _changed(
    table: Mapping[str, Any], window: Window, view: str
) -> Iterable[tuple[str, dict[str, Any]]]:
    """One line for each item that a window changed: what it was before, and at its end."""
    first: dict[tuple[str, str], table_history.Change] = {}
    last: dict[tuple[str, str], table_history.Change] = {}
    # A window has its first moment and not its last; a change has fractions of a second.
    for change in table_history.changes(table, window.since - 1e-6):
        if change.at < window.until:
            key = (change.partition, change.sort)
            first.setdefault(key, change)
            last[key] = change
    for key, change in last.items():
        old, new = first[key].old, change.new
        if old is None and new is None:
            continue
        names = [name for name in (table["pk_name"], table["sk_name"]) if name]
        images = {"OldImage": old} if view == "NEW_AND_OLD_IMAGES" else {}
        images["NewImage"] = new
        yield (
            change.partition,
            {
                "Metadata": {"WriteTimestampMicros": {"N": str(int(change.at * 1_000_000))}},
                "Keys": {name: (new or old)[name] for name in names},
                **{name: image for name, image in images.items() if image is not None},
            },
        )


def _put(bucket: str, key: str, body: bytes) -> str:
    """Store a file of an export as its caller may, and return its ETag.

    Raises:
        NotWritten: S3 refuses it.
    """
    from ministack.core import iam_evaluator
    from ministack.core.responses import get_region
    from ministack.services import s3

    denied = iam_evaluator.enforce(
        iam_evaluator._verified_key.get(),
        "s3:PutObject",
        "dynamodb",
        get_region(),
        resource_arn=f"arn:aws:s3:::{bucket}/{key}",
    )
    if denied:
        raise NotWritten("S3AccessDenied", f"not authorized to perform: s3:PutObject on {key}")
    if s3._ensure_bucket(bucket) is None:
        raise NotWritten("S3NoSuchBucket", "The specified bucket does not exist")
    status, headers, answer = s3._put_object(bucket, key, body, {})
    if status != 200:
        raise NotWritten("S3ServerError", answer.decode(errors="replace"))
    return headers["ETag"].strip('"')


def _md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def _text(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
