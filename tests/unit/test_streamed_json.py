import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.season import streamed_json
from gameday.season.streamed_json import NotReadable, members

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


class Trickling(io.StringIO):
    """Gives a few characters at a time, however many are asked for."""

    def read(self, size: int | None = -1) -> str:
        return super().read(min(3, size if size and size > 0 else 3))


def expected(content: dict) -> list:
    pairs = []
    for name, value in content.items():
        pairs += [(name, one) for one in value] if isinstance(value, list) else [(name, value)]
    return pairs


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.sampled_from([None, 1]))
def test_what_is_read_is_what_was_written(content: dict, indent: int | None):
    text = json.dumps(content, indent=indent)
    assert list(members(io.StringIO(text))) == expected(content)
    assert list(members(Trickling(text))) == expected(content)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.data())
def test_no_cut_text_is_taken_for_a_whole_one(content: dict, data: st.DataObject):
    text = json.dumps(content)
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(NotReadable):
        list(members(Trickling(text[:cut])))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "1", "{", '{"a" 1}', '{"a": 1,}', '{"a": [1 2]}', '{"a": [1,]}', '{"a": NaN}',
     '{"a": {"b": 1, "b": 2}}', '{"a": 1} x', '{1: 2}', '{"a": ' + "[" * 100_000,
     '{"a": {"b": ' + "[" * 100_000, '{"a": ' + "9" * 5_000 + "}"],
)  # fmt: skip
def test_what_is_no_object_is_refused(text: str):
    with pytest.raises(NotReadable, match="at character"):
        list(members(io.StringIO(text)))


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(NotReadable):
        list(members(io.TextIOWrapper(io.BytesIO(b'{"a": "\xff"}'), "utf-8")))


def test_an_entry_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streamed_json, "LARGEST", 200_000)
    endless = io.StringIO('{"a": "' + "x" * 10_000_000)
    with pytest.raises(NotReadable, match="200,000"):
        list(members(endless))
    assert endless.tell() < 1_000_000


def test_fractions_are_exact():
    assert list(members(io.StringIO('{"a": 1.10}'))) == [("a", Decimal("1.10"))]
