"""A sidecar gives back what it was made of, and is refused when anything of it is not so."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.errors import SidecarDamaged
from lambdas.highlights.highlight import Status
from lambdas.highlights.keys import OF_HIGHLIGHT, SIDECAR
from lambdas.highlights.lasting import canonical, digest
from lambdas.highlights.sidecar import LARGEST, key_of, parse, render

ITEM = {
    "id": "412380195",
    "league": "NCAA",
    "game_date": "2026-01-10",
    "title": "Blue Ridge vs. Lakeshore State: Highlights 🏀",
    "status": "playable",
    "updated_at": "2026-01-11T14:30:01.000000+00:00",
    "video": {
        "key": "videos/NCAA/2026-01-10/412380195.mp4",
        "bytes": Decimal(190_000),
        "checksum": "crc32:9c4466cf",
        "frames_per_second": Decimal("29.97"),
    },
}
KEY = "videos/NCAA/2026-01-10/412380195.json"

# DynamoDB's numbers: up to 38 digits.
NUMBERS = st.integers(-(10**38) + 1, 10**38 - 1).map(Decimal) | st.decimals(
    allow_nan=False, allow_infinity=False, places=9, min_value=-(10**20), max_value=10**20
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.text(min_size=1).filter(
    lambda name: name not in ("backed_up", "upload", "video", "rendition", "thumbnail")
)


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """Anything that an item of the ledger could be."""
    facts = st.fixed_dictionaries(
        {"key": st.text(), "bytes": st.integers(0, 10**12).map(Decimal), "checksum": st.text()}
    )
    known = {
        "id": draw(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)),
        "league": draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_ .&'()-]{0,63}", fullmatch=True)),
        "game_date": draw(st.dates().map(lambda day: day.isoformat())),
        "status": draw(st.sampled_from(Status)).value,
        "updated_at": draw(st.datetimes().map(lambda time: f"{time.isoformat()}+00:00")),
    }
    parts = draw(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("video", "rendition", "thumbnail"), facts)
        )
    )
    return draw(st.dictionaries(NAMES, VALUES, max_size=5)) | known | parts


@given(items())
def test_what_is_rendered_is_parsed_again(item: dict[str, Any]):
    body = render(item)
    parsed = parse(body, key_of(item))

    assert parsed == item
    assert render(parsed) == body
    assert b"\n" not in body[:-1]


@given(items())
def test_its_key_says_whose_it_is(item: dict[str, Any]):
    for pattern in (SIDECAR, OF_HIGHLIGHT):
        match = pattern.fullmatch(key_of(item))
        assert match is not None and match[1] == item["id"]


def test_what_passes_is_left_out():
    passing = {"backed_up": {"name": "a backup"}, "upload": {"upload_id": "1"}}

    assert render(ITEM | passing) == render(ITEM)


def test_it_reads_as_the_documented_json():
    content = json.loads(render(ITEM))

    assert content.keys() == {"digest", "format", "highlight"}
    assert content["format"] == 1
    assert content["digest"] == digest(ITEM)
    assert content["highlight"]["video"]["bytes"] == 190_000


def test_one_that_somebody_indented_is_still_one():
    assert parse(json.dumps(json.loads(render(ITEM)), indent=2).encode(), KEY) == ITEM


@given(st.data())
def test_no_byte_of_it_may_change(data: st.DataObject):
    body = bytearray(render(ITEM))
    at = data.draw(st.integers(0, len(body) - 2))
    body[at] ^= data.draw(st.integers(1, 255))

    try:
        parsed = parse(bytes(body), KEY)
    except SidecarDamaged:
        return
    assert parsed == ITEM  # white space, or another way to write the same


@given(st.binary())
def test_any_bytes_are_refused_by_name(body: bytes):
    with pytest.raises(SidecarDamaged, match=KEY):
        parse(body, KEY)


@pytest.mark.parametrize("length", [0, 1, 100, len(render(ITEM)) - 3])
def test_half_of_one_is_refused(length: int):
    with pytest.raises(SidecarDamaged):
        parse(render(ITEM)[:length], KEY)


@pytest.mark.parametrize(
    "key",
    [
        "videos/NCAA/2026-01-10/412380196.json",
        "videos/NCAA/2026-01-11/412380195.json",
        "videos/NBA/2026-01-10/412380195.json",
    ],
)
def test_one_under_another_key_is_refused(key: str):
    with pytest.raises(SidecarDamaged, match="it is that of videos/NCAA/2026-01-10/412380195"):
        parse(render(ITEM), key)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": 412380195}, "its id is 412380195"),
        ({"league": None}, "its league is None"),
        ({"game_date": "20260110"}, "its game_date"),
        ({"game_date": "2026-02-30"}, "is no sidecar"),
        ({"status": "lost"}, "lost"),
        ({"updated_at": "yesterday"}, "yesterday"),
        ({"updated_at": "2026-01-11T14:30:01"}, "no time zone"),
        ({"video": "videos/1.mp4"}, "its video is no JSON object"),
        ({"video": {"key": "a", "bytes": -1, "checksum": "c"}}, "-1 bytes"),
        ({"video": {"key": "a", "bytes": True, "checksum": "c"}}, "True bytes"),
        ({"thumbnail": {"key": 1, "bytes": 1, "checksum": "c"}}, "the key of its thumbnail"),
        ({"rendition": {"key": "a", "bytes": 1, "checksum": 5}}, "the checksum of its rendition"),
    ],
)
def test_an_item_of_another_shape_is_refused(change: dict[str, Any], said: str):
    with pytest.raises(SidecarDamaged, match=said):
        parse(render(ITEM | change), KEY)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "its format is 2, and this version of the vault reads format 1"),
        ({"format": True}, "its format is True"),
        ({"digest": digest(ITEM | {"title": "another"})}, "not that of its digest"),
        ({"more": 1}, "it has digest, format, highlight, more"),
        ({"highlight": []}, "its highlight is no JSON object"),
    ],
)
def test_a_frame_of_another_shape_is_refused(change: dict[str, Any], said: str):
    content = json.loads(render(ITEM)) | change

    with pytest.raises(SidecarDamaged, match=said):
        parse(json.dumps(content).encode(), KEY)


def test_what_does_not_last_is_refused():
    item = ITEM | {"upload": {}}
    frame = json.loads(render(ITEM)) | {"highlight": json.loads(canonical(ITEM)) | {"upload": {}}}

    assert digest(item) == frame["digest"]
    with pytest.raises(SidecarDamaged, match="holds upload"):
        parse(json.dumps(frame).encode(), KEY)


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[" * 100_000,
        b'{"format": NaN}',
        b'{"format": 1' + b"0" * 5_000 + b"}",
        b" " * (LARGEST + 1),
        render(ITEM)[1:],
    ],
    ids=["null", "deep", "NaN", "digits", "large", "cut"],
)
def test_json_that_is_none_is_refused(body: bytes):
    with pytest.raises(SidecarDamaged):
        parse(body, KEY)
