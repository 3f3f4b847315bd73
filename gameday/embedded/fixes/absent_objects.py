"""Whether an object exists is told only to who may list its bucket; others are denied.

The emulator answers 404 to everyone.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
"""

from collections.abc import Callable
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "absent_objects"


def apply() -> None:
    from ministack.services import s3

    patch = Patch(FIX)
    patch.wrap(s3, "_head_object", "369c3a8482ea", _denied_unless_listing)
    patch.wrap(s3, "_get_object", "64ad7071ef0e", _denied_unless_listing)


def _denied_unless_listing(original: Callable) -> Callable:
    def read(
        bucket: str, key: str, headers: dict | None = None, query: dict | None = None
    ) -> tuple[int, dict[str, str], Any]:
        from ministack import app

        answer = original(bucket, key, headers or {}, query or {})
        if answer[0] != 404:
            return answer
        denied = app._enforce_data_plane(
            "s3", "s3:ListBucket", headers or {}, query or {}, "", f"arn:aws:s3:::{bucket}"
        )
        return denied or answer

    return read
