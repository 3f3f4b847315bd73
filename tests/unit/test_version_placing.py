"""A version that stands in its place already is not copied over itself."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from gameday.restore.object_plan import Case
from gameday.restore.placing import Outcome, Placing
from gameday.restore.versions import History, Version

KEY = "videos/NCAA/2026-01-10/1.mp4"
NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)
FILM, DAMAGED = b"a film", b"a fil-"


class FakeS3:
    """Versions of one object, by their ids; a copy comes last. copies: how many were made."""

    def __init__(self, **bodies: bytes):
        self.bodies, self.copies = dict(bodies), 0

    def get_object(self, *, Bucket: str, Key: str, VersionId: str) -> dict[str, Any]:
        return {"Body": BytesIO(self.bodies[VersionId])}

    def copy_object(self, *, Bucket: str, Key: str, CopySource: dict[str, str]) -> dict[str, Any]:
        self.copies += 1
        self.bodies["copy"] = self.bodies[CopySource["VersionId"]]
        return {"VersionId": "copy", "CopyObjectResult": {"ETag": '"whole"'}}


def settled(s3: FakeS3) -> Outcome:
    """Of the object as of a moment: what came in parts then, and another ETag stands there now."""
    then = Version(KEY, "then", NOW, len(FILM), '"in-parts-2"')
    now = Version(KEY, "now", NOW, len(FILM), '"whole"', is_latest=True)
    history = History(KEY, (now, then))
    case = Case(KEY, None, history, history, (then,))
    return Placing(s3, "bucket", "bucket", None, lambda _: None, lambda: None).settle(case).outcome


def test_what_was_copied_before_is_not_copied_again():
    s3 = FakeS3(then=FILM, now=FILM)

    assert (settled(s3), s3.copies) == (Outcome.WHOLE, 0)


def test_what_is_otherwise_comes_back():
    s3 = FakeS3(then=FILM, now=DAMAGED)

    assert (settled(s3), s3.copies, s3.bodies["copy"]) == (Outcome.RESTORED, 1, FILM)
