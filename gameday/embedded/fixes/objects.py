"""Multipart uploads: the parts of which an object is made, and what stands in the way of one.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "objects"

LEAST_PART_BYTES = 5 * 1024 * 1024


def apply() -> None:
    from ministack.services import s3

    patch = Patch(FIX)
    patch.edit(
        s3,
        "_create_multipart_upload",
        (
            '        "created": now_iso(),\n',
            """\
        "created": now_iso(),
        "key_in_use": key in bucket["objects"],
""",
        ),
    )
    patch.edit(
        s3,
        "_complete_multipart_upload",
        (
            """\
    if precondition_err:
        return precondition_err
""",
            """\
    if precondition_err:
        return precondition_err
    if gameday_key_was_written(upload, headers or {}, bucket["objects"].get(key)):
        return _error(
            "ConditionalRequestConflict",
            "The conditional request cannot succeed due to a conflicting operation "
            "against this resource.",
            409,
            f"/{bucket_name}/{key}",
        )
""",
        ),
        (
            "    ordered_parts.sort(key=lambda x: x[0])\n",
            """\
    refused = gameday_refused_parts([pn for pn, _, _ in ordered_parts])
    if refused:
        return refused
""",
        ),
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
        gameday_key_was_written=key_was_written,
        gameday_refused_parts=refused_parts,
        gameday_least_part=LEAST_PART_BYTES,
    )


def key_was_written(
    upload: Mapping[str, Any], headers: Mapping[str, str], existing: Mapping[str, Any] | None
) -> bool:
    """Whether a conditional completion comes after a write to its key that the upload preceded.

    The condition itself holds: another object is there and was to be replaced, or none is.
    """
    if headers.get("if-none-match"):
        return upload["key_in_use"]
    if headers.get("if-match") and existing is not None:
        return existing["last_modified"] > upload["created"]
    return False


def refused_parts(numbers: Sequence[int]) -> tuple | None:
    """The answer to a completion whose list of parts is empty or out of order."""
    from ministack.services import s3

    if not numbers:
        return s3._error(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published "
            "schema",
            400,
        )
    if any(number >= following for number, following in itertools.pairwise(numbers)):
        return s3._error(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
            400,
        )
    return None
