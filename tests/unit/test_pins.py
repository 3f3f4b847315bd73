"""Pins of backups, as objects in the bucket."""

import json
from datetime import UTC, datetime

import pytest

from lambdas.highlights.archive import Archive
from lambdas.highlights.keys import PIN, pin_key
from lambdas.highlights.pins import Pin, Pins
from tests.unit.fakes.backups import FakePinsS3, S3Error

NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)
NAME = "GameDayStorage-Highlights-1X-20260111T144000Z"
PIN_OF_ANNA = Pin(NAME, "anna", NOW, "before the move")


def pins_of(s3):
    return Pins(Archive(s3, "bucket"))


def test_a_pin_comes_back_as_it_was_made():
    pins = pins_of(FakePinsS3())

    assert pins.pin(PIN_OF_ANNA)

    assert pins.read(NAME) == PIN_OF_ANNA
    assert (pins.names(), pins.holds(NAME)) == ({NAME}, True)
    assert PIN.fullmatch(pin_key(NAME))


def test_pinning_again_changes_nothing_but_the_note():
    pins = pins_of(FakePinsS3())
    pins.pin(PIN_OF_ANNA)

    later = datetime(2026, 2, 1, tzinfo=UTC)
    assert not pins.pin(Pin(NAME, "ben", later))
    assert pins.read(NAME) == PIN_OF_ANNA
    assert not pins.pin(Pin(NAME, "ben", later, "for the archive"))
    assert pins.read(NAME) == Pin(NAME, "anna", NOW, "for the archive")


def test_two_who_pin_at_once_both_have_it_pinned():
    s3 = FakePinsS3()
    pins, put = pins_of(s3), s3.put_object

    def unpinned_meanwhile(**asked):
        s3.put_object = put
        raise S3Error("PreconditionFailed")

    s3.put_object = unpinned_meanwhile

    assert pins.pin(PIN_OF_ANNA)
    assert pins.holds(NAME)


def test_unpinning_says_whether_there_was_a_pin():
    pins = pins_of(FakePinsS3())
    pins.pin(PIN_OF_ANNA)

    assert (pins.unpin(NAME), pins.unpin(NAME)) == (True, False)
    assert (pins.read(NAME), pins.names()) == (None, frozenset())


def test_all_pages_of_pins_are_read_and_no_other_prefix():
    names = {f"backup-{number}" for number in range(7)}
    s3 = FakePinsS3(*map(pin_key, names), "pins", "pinsetc/other.json", "videos/NCAA/a.json")

    assert pins_of(s3).names() == names


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"x"', b"\xff", b"{}", b'{"at": 5}', b'{"at": "soon"}']
)
def test_a_pin_that_says_nothing_still_pins(body):
    s3 = FakePinsS3()
    s3.objects[pin_key(NAME)] = (body, "etag")

    assert pins_of(s3).read(NAME) == Pin(NAME)
    assert pins_of(s3).names() == {NAME}


def test_a_pin_is_readable_by_a_person():
    s3 = FakePinsS3()
    pins_of(s3).pin(PIN_OF_ANNA)

    ((body, _),) = s3.objects.values()
    assert json.loads(body) == {
        "backup": NAME,
        "by": "anna",
        "at": "2026-01-11T14:40:00+00:00",
        "note": "before the move",
    }
