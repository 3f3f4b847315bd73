"""Checksums of objects: which type a multipart upload has, and what S3 verifies and answers.

The emulator knows checksums of parts only, takes a part under any algorithm or none, and
completes an upload whatever type of checksum is named.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from gameday.embedded.fixes.patching import Patch

FIX = "checksums"

FULL_OBJECT, COMPOSITE = "FULL_OBJECT", "COMPOSITE"

ALGORITHMS = {
    FULL_OBJECT: ("CRC32", "CRC32C", "CRC64NVME"),
    COMPOSITE: ("CRC32", "CRC32C", "SHA1", "SHA256"),
}

# The only algorithm whose uploads S3 takes as a whole unless told otherwise.
WHOLE_BY_DEFAULT = "CRC64NVME"

TYPE_HEADER = "x-amz-checksum-type"


def apply() -> None:
    from ministack.services import s3

    patch = Patch(FIX)
    patch.edit(
        s3,
        "_create_multipart_upload",
        (
            "    upload_id = new_uuid()\n",
            """\
    checksum_type, csum_err = gameday_type_asked_for(checksum_algorithm, headers)
    if csum_err:
        return csum_err
    upload_id = new_uuid()
""",
        ),
        (
            '        "checksum_algorithm": checksum_algorithm,\n',
            """\
        "checksum_algorithm": checksum_algorithm,
        "checksum_type": checksum_type,
""",
        ),
        (
            'csum_headers["x-amz-checksum-type"] = "COMPOSITE"',
            'csum_headers["x-amz-checksum-type"] = checksum_type',
        ),
        gameday_type_asked_for=type_asked_for,
    )
    patch.edit(
        s3,
        "_upload_part",
        (
            "    part_checksums, csum_err = _resolve_part_checksums(body, headers, upload)\n",
            """\
    csum_err = gameday_other_algorithm(upload, headers)
    if csum_err:
        return csum_err
    part_checksums, csum_err = _resolve_part_checksums(body, headers, upload)
""",
        ),
        gameday_other_algorithm=other_algorithm,
    )
    patch.edit(
        s3,
        "_complete_multipart_upload",
        (
            '    md5_digests = b""\n',
            """\
    csum_err = gameday_other_type(upload, headers or {}, ordered_parts)
    if csum_err:
        return csum_err
    md5_digests = b""
""",
        ),
        (
            "composite = _composite_checksum(checksum_algorithm, part_digests)",
            "composite = gameday_checksum(upload, part_digests, combined_parts)",
        ),
        (
            """\
        requested = (headers or {}).get(f"x-amz-checksum-{checksum_algorithm.lower()}")
        if requested and requested != composite:
""",
            "        if gameday_contradicted(upload, headers or {}, composite):\n",
        ),
        (
            'f"The {checksum_algorithm} you specified did not match the "',
            'f"The {checksum_algorithm.lower()} you specified did not match the "',
        ),
        (
            '"checksum_type": "COMPOSITE" if composite else None',
            '"checksum_type": upload["checksum_type"] if composite else None',
        ),
        (
            'SubElement(root, "ChecksumType").text = "COMPOSITE"',
            'SubElement(root, "ChecksumType").text = upload["checksum_type"]',
        ),
        gameday_other_type=other_type,
        gameday_checksum=checksum,
        gameday_contradicted=contradicted,
    )
    patch.edit(
        s3,
        "_list_parts",
        (
            '    SubElement(root, "StorageClass")',
            '    gameday_describe(root, upload)\n    SubElement(root, "StorageClass")',
        ),
        gameday_describe=describe,
    )
    patch.edit(
        s3,
        "_list_multipart_uploads",
        (
            '        SubElement(u, "StorageClass")',
            '        gameday_describe(u, upload)\n        SubElement(u, "StorageClass")',
        ),
    )
    patch.edit(
        s3,
        "_put_object",
        (
            '    resp_headers = {"ETag": obj["etag"], "Content-Length": "0"}\n',
            """\
    resp_headers = {"ETag": obj["etag"], "Content-Length": "0"}
    resp_headers.update(gameday_checksum_headers(checksums))
""",
        ),
        gameday_checksum_headers=checksum_headers,
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


def type_asked_for(
    algorithm: str | None, headers: Mapping[str, str]
) -> tuple[str | None, tuple | None]:
    """The checksum type of a new upload, or the answer that refuses it."""
    asked = headers.get(TYPE_HEADER)
    if algorithm is None:
        return None, asked and _invalid(
            f"The {TYPE_HEADER} header can only be used with the x-amz-checksum-algorithm header."
        )
    kind = asked or (FULL_OBJECT if algorithm == WHOLE_BY_DEFAULT else COMPOSITE)
    if algorithm not in ALGORITHMS.get(kind, ()):
        return None, _invalid(
            f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum "
            "algorithm."
        )
    return kind, None


def other_algorithm(upload: Mapping[str, Any], headers: Mapping[str, str]) -> tuple | None:
    """The answer to a part that is not sent under its upload's algorithm.

    A part of a whole object may come without a checksum; S3 computes it.
    """
    expected = upload["checksum_algorithm"]
    asked = headers.get("x-amz-sdk-checksum-algorithm")
    sent = [*_values(headers), *([asked.upper()] if asked else [])]
    if expected is None or (not sent and upload["checksum_type"] == FULL_OBJECT):
        return None
    if sent and set(sent) == {expected}:
        return None
    return _invalid(
        f"Checksum Type mismatch occurred, expected checksum Type: {expected.lower()}, "
        f"actual checksum Type: {sent[0].lower() if sent else 'null'}"
    )


def other_type(
    upload: Mapping[str, Any],
    headers: Mapping[str, str],
    parts: Sequence[tuple[int, str | None, Mapping[str, str]]],
) -> tuple | None:
    """The answer to a completion that is not of its upload's type.

    A checksum of parts needs that of each part, named again; `parts` are numbers, ETags and
    checksums.
    """
    kind, algorithm = upload["checksum_type"], upload["checksum_algorithm"]
    if headers.get(TYPE_HEADER, kind) != kind:
        return _invalid(
            f"The upload was created using the {kind or 'null'} checksum mode. The complete "
            "request must use the same checksum mode."
        )
    if kind == COMPOSITE:
        for number, _, checksums in parts:
            if algorithm not in checksums:
                return _invalid(
                    f"The upload was created using a {algorithm.lower()} checksum. The complete "
                    "request must include the checksum for each part. It was missing for part "
                    f"{number} in the request."
                )
    return None


def checksum(upload: Mapping[str, Any], digests: list[str], parts: list[bytes]) -> str | None:
    """The checksum of a completed upload: of the object, or of its parts' checksums."""
    from ministack.services import s3

    algorithm = upload["checksum_algorithm"]
    if upload["checksum_type"] != FULL_OBJECT:
        return s3._composite_checksum(algorithm, digests)
    if algorithm == "CRC32":
        # Without a second copy of the object in memory.
        value = 0
        for part in parts:
            value = zlib.crc32(part, value)
        return base64.b64encode(value.to_bytes(4)).decode()
    return s3._compute_s3_checksum(algorithm, b"".join(parts))


def contradicted(upload: Mapping[str, Any], headers: Mapping[str, str], value: str | None) -> bool:
    """Whether a completion names another checksum than that of the object.

    That of a whole object counts only where the completion says that it is one.
    """
    named = _values(headers)
    if not named:
        return False
    unsaid = upload["checksum_type"] == FULL_OBJECT and TYPE_HEADER not in headers
    return unsaid or named != {upload["checksum_algorithm"]: value}


def checksum_headers(checksums: Mapping[str, str]) -> dict[str, str]:
    """What the answer to a stored object says of its checksums."""
    values = {f"x-amz-checksum-{name.lower()}": value for name, value in checksums.items()}
    return {**values, TYPE_HEADER: type_of(checksums)} if values else {}


def describe(element: Element, upload: Mapping[str, Any]) -> None:
    """Tell, in a listing, under which checksum an upload is made."""
    if upload["checksum_algorithm"] is not None:
        SubElement(element, "ChecksumAlgorithm").text = upload["checksum_algorithm"]
        SubElement(element, "ChecksumType").text = upload["checksum_type"]


def type_of(checksums: Mapping[str, str]) -> str:
    """The type of an object's checksums; a composite one ends with the number of parts."""
    return COMPOSITE if any("-" in value for value in checksums.values()) else FULL_OBJECT


def _values(headers: Mapping[str, str]) -> dict[str, str]:
    from ministack.services import s3

    found = {
        name.upper(): headers.get(f"x-amz-checksum-{name}") for name in s3._S3_CHECKSUM_HEADERS
    }
    return {name: value for name, value in found.items() if value}


def _invalid(message: str) -> tuple:
    from ministack.services import s3

    return s3._error("InvalidRequest", message, 400)
