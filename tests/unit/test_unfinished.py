"""What one attempt leaves open is the same when the next one reads it."""

from decimal import Decimal

import pytest

from lambdas.highlights.unfinished import Unfinished

LEFT = Unfinished("upload-1", "videos/1.mp4", '"one"', 20_000_000)


@pytest.mark.parametrize("left", [LEFT, Unfinished("upload-1", "videos/1.ts", None, None)])
def test_what_was_noted_is_read_back(left):
    assert Unfinished.from_item(left.as_item()) == left


def test_a_number_that_the_table_gives_back_is_a_length_again():
    found = Unfinished.from_item(LEFT.as_item() | {"length": Decimal(20_000_000)})

    assert found == LEFT
    assert type(found.length) is int


def test_nothing_noted_is_nothing_left():
    assert Unfinished.from_item(None) is None
