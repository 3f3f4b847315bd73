"""Objects that a drill reads again: what is wrong is named, what was just replaced is not."""

import zlib
from collections.abc import Iterator

import pytest

from lambdas.highlights.checksum import as_text
from lambdas.highlights.drill.objects import MOST_NAMED, Checked, ObjectCheck
from lambdas.highlights.findings import Part
from lambdas.highlights.ledger import Item
from lambdas.highlights.verification import StoredObject, UnreadableObject
from tests.unit.test_as_of import item

KEY = "videos/NCAA/2026-01-10/1.mp4"
BODY = b"a whole video"


def of(body: bytes, **changes: object) -> Item:
    """A highlight whose video is `body`."""
    facts = {"key": KEY, "bytes": len(body), "checksum": as_text(zlib.crc32(body))}
    return item(**({"video": facts, "rendition": None, "thumbnail": None} | changes))


class Bucket:
    """One object, or none; truncated: how many of its bytes come, each time it is read."""

    def __init__(self, body: bytes | None, *truncated: int):
        self.body = body
        self.truncated = list(truncated)

    def stat(self, key: str) -> StoredObject | None:
        return None if self.body is None else StoredObject(key, len(self.body), '"etag"')

    def read(self, key: str) -> Iterator[bytes]:
        if self.truncated:
            yield self.body[: self.truncated.pop(0)]
            raise UnreadableObject("end early")
        yield self.body


def check(bucket: Bucket, before: Item, then: Item | None) -> Checked:
    checked = Checked()
    ObjectCheck(bucket.stat, bucket.read, lambda id_: then).check(before, [Part.VIDEO], checked)
    return checked


def test_an_object_as_it_was_stored_is_right():
    found = check(Bucket(BODY), of(BODY), None)

    assert (found.objects, found.bytes, found.wrong) == (1, len(BODY), 0)


@pytest.mark.parametrize("body", [None, b"", BODY[:-1], BODY[:-1] + b"0", BODY + b"."])
def test_an_object_that_is_gone_truncated_or_altered_is_named(body: bytes | None):
    found = check(Bucket(body), of(BODY), of(BODY))

    assert (found.objects, found.wrong) == (1, 1)
    (named,) = found.named
    assert named["key"] == KEY
    assert "13 bytes" in named["expected"]


def test_an_object_that_was_replaced_meanwhile_is_held_against_its_new_facts():
    assert check(Bucket(b"another"), of(BODY), of(b"another")).wrong == 0
    assert check(Bucket(b"another"), of(BODY), of(b"a third")).wrong == 1


def test_a_reading_that_broke_off_once_is_repeated():
    assert check(Bucket(BODY, 3), of(BODY), of(BODY)).wrong == 0
    assert check(Bucket(BODY, 3, 3), of(BODY), of(BODY)).wrong == 1


def test_an_object_that_the_ledger_gave_up_is_not_counted():
    assert check(Bucket(None), of(BODY, video_refused={}), None).objects == 0
    assert check(Bucket(None), of(BODY), of(BODY, video_refused={})).objects == 0


def test_a_state_names_few_however_many_are_wrong():
    checked = Checked()
    checking = ObjectCheck(Bucket(None).stat, Bucket(None).read, lambda id_: of(BODY))
    for _ in range(3 * MOST_NAMED):
        checking.check(of(BODY), [Part.VIDEO], checked)

    assert (checked.wrong, len(checked.named)) == (3 * MOST_NAMED, MOST_NAMED)
