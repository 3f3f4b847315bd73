"""What lasts of an item has one form, exact to the last digit, wherever it was read."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.lasting import canonical, digest, lasting

# DynamoDB's numbers, and those that JSON was read as.
NUMBERS = st.one_of(
    st.builds("{}E{}".format, st.integers(-(10**38), 10**38), st.integers(-130, 88)).map(Decimal),
    st.integers(-(10**38), 10**38),
    st.floats(-1e15, 1e15),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ITEMS = st.dictionaries(st.text(min_size=1), VALUES, max_size=4)


@given(ITEMS)
def test_the_canonical_form_is_json_that_says_the_same(item: dict[str, Any]):
    read = json.loads(canonical(item), parse_float=Decimal)

    assert read == _exactly(lasting(item))
    assert canonical(read) == canonical(item)


@given(ITEMS)
def test_what_lasts_has_the_digest_of_the_item(item: dict[str, Any]):
    passing = {"backed_up": {"name": "a backup"}, "upload": {"upload_id": "1"}}

    assert digest(lasting(item | passing)) == digest(lasting(item)) == digest(item | passing)


@pytest.mark.parametrize(
    "same",
    [
        [3, Decimal("3.00"), 3.0, Decimal("0.3E1")],
        [0, Decimal("-0.0"), -0.0],
        [0.1, Decimal("0.10")],
        [{"b": 1, "a": 2}, {"a": 2, "b": 1}],
        [{"x", "y"}, ["x", "y"]],
        ["\ud83c\udfc0", "🏀"],
    ],
    ids=["numbers", "zeros", "fractions", "names in any order", "a set", "a split character"],
)
def test_equal_values_have_equal_bytes(same: list[Any]):
    assert len({canonical({"value": value}) for value in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("0.1234567890123456789012345678901234567"), 0.12345678901234568),
        (10**37, 10**37 + 1),
        (1, True),
        (1, "1"),
        (None, ""),
        ("\ud800", "?"),
        ({"a": None}, {}),
    ],
)
def test_what_differs_has_another_digest(one: Any, other: Any):
    assert digest({"value": one}) != digest({"value": other})


def test_it_is_read_as_what_it_was_even_with_half_a_surrogate_pair():
    assert json.loads(canonical({"title": "half \ud800 a pair"})) == {"title": "half \ud800 a pair"}


@pytest.mark.parametrize("value", [b"bytes", float("nan"), Decimal("Infinity")])
def test_what_no_table_holds_is_refused(value: Any):
    with pytest.raises((TypeError, ValueError), match="an item holds no"):
        canonical({"value": value})


def _exactly(value: Any) -> Any:
    """Fractions as Decimal, as JSON is read here."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: _exactly(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_exactly(one) for one in value]
    return value
