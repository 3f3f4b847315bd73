"""Multipart uploads: the type of their checksum, and the least size of a part.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
"""

from collections.abc import Mapping
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "objects"

LEAST_PART_BYTES = 5 * 1024 * 1024

FULL_OBJECT, COMPOSITE = "FULL_OBJECT", "COMPOSITE"

# The only algorithm whose uploads S3 takes as a whole unless told otherwise.
WHOLE_BY_DEFAULT = "CRC64NVME"


def apply() -> None:
    from ministack.services import s3

    patch = Patch(FIX)
    patch.edit(
        s3,
        "_create_multipart_upload",
        (
            '        "checksum_algorithm": checksum_algorithm,\n',
            """\
        "checksum_algorithm": checksum_algorithm,
        "checksum_type": gameday_type_asked_for(checksum_algorithm, headers),
""",
        ),
        (
            'csum_headers["x-amz-checksum-type"] = "COMPOSITE"',
            'csum_headers["x-amz-checksum-type"] = _multipart_uploads[upload_id]["checksum_type"]',
        ),
        gameday_type_asked_for=type_asked_for,
    )
    patch.edit(
        s3,
        "_complete_multipart_upload",
        (
            '        md5_digests += hashlib.md5(stored["body"]).digest()\n',
            """\
        if pn != ordered_parts[-1][0] and len(stored["body"]) < gameday_least_part:
            return _error(
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
                400,
                f"/{bucket_name}/{key}",
            )
        md5_digests += hashlib.md5(stored["body"]).digest()
""",
        ),
        (
            "composite = _composite_checksum(checksum_algorithm, part_digests)",
            "composite = gameday_checksum(upload, part_digests, combined_parts)",
        ),
        (
            '"checksum_type": "COMPOSITE" if composite else None',
            '"checksum_type": upload["checksum_type"] if composite else None',
        ),
        (
            'SubElement(root, "ChecksumType").text = "COMPOSITE"',
            'SubElement(root, "ChecksumType").text = upload["checksum_type"]',
        ),
        gameday_least_part=LEAST_PART_BYTES,
        gameday_checksum=checksum,
    )
    patch.edit(
        s3,
        "_object_response_headers",
        (
            'obj.get("checksum_type") or "FULL_OBJECT"',
            "gameday_type_of(stored)",
        ),
        gameday_type_of=type_of,
    )
    patch.edit(
        s3,
        "_get_object_attributes",
        (
            '"COMPOSITE" if record.get("parts") else "FULL_OBJECT"',
            "gameday_type_of(checksums)",
        ),
    )


def type_asked_for(algorithm: str | None, headers: Mapping[str, str]) -> str:
    """The checksum type of a new upload."""
    default = FULL_OBJECT if algorithm == WHOLE_BY_DEFAULT else COMPOSITE
    return headers.get("x-amz-checksum-type", default)


def checksum(upload: Mapping[str, Any], digests: list[str], parts: list[bytes]) -> str | None:
    """The checksum of a completed upload: of the object, or of its parts' checksums."""
    from ministack.services import s3

    algorithm = upload.get("checksum_algorithm")
    if algorithm and upload["checksum_type"] == FULL_OBJECT:
        return s3._compute_s3_checksum(algorithm, b"".join(parts))
    return s3._composite_checksum(algorithm, digests)


def type_of(checksums: Mapping[str, str]) -> str:
    """The type of an object's checksums; a composite one ends with the number of parts."""
    return COMPOSITE if any("-" in value for value in checksums.values()) else FULL_OBJECT
