"""Copies objects inside S3: nothing of them passes through this machine.

CopyObject takes at most 5 GB; what is larger is copied in parts.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/copy-object.html
"""

from dataclasses import dataclass
from typing import Any

from gameday.restore.versions import Version

LARGEST_AT_ONCE = 5 * 1024**3
PART = 1024**3


@dataclass(frozen=True)
class Copied:
    """What now stands under a key. version: its id, None in a bucket without versions."""

    version: str | None
    etag: str


def copy_version(
    s3: Any,
    source_bucket: str,
    version: Version,
    bucket: str,
    key: str,
    *,
    at_once: int = LARGEST_AT_ONCE,
    part: int = PART,
) -> Copied:
    """Make the version the current object `key` of `bucket`, with its kind and facts."""
    source = {"Bucket": source_bucket, "Key": version.key, "VersionId": version.id}
    target = {"Bucket": bucket, "Key": key}
    if version.bytes <= at_once:
        answer = s3.copy_object(CopySource=source, **target)
        return Copied(answer.get("VersionId"), answer["CopyObjectResult"]["ETag"])
    return _in_parts(s3, source, version.bytes, target, part)


def _in_parts(
    s3: Any, source: dict[str, str], size: int, target: dict[str, str], part: int
) -> Copied:
    head = s3.head_object(**source)
    facts = {name: head[name] for name in ("ContentType", "Metadata") if head.get(name)}
    upload = {"UploadId": s3.create_multipart_upload(**target, **facts)["UploadId"]}
    try:
        parts = []
        for number, start in enumerate(range(0, size, part), 1):
            answer = s3.upload_part_copy(
                **target,
                **upload,
                PartNumber=number,
                CopySource=source,
                CopySourceRange=f"bytes={start}-{min(start + part, size) - 1}",
            )
            parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
        done = s3.complete_multipart_upload(**target, **upload, MultipartUpload={"Parts": parts})
    except BaseException:
        s3.abort_multipart_upload(**target, **upload)
        raise
    return Copied(done.get("VersionId"), done["ETag"])
