"""Whatever the provider answers, it is a named error or sound highlights, nothing between."""

import copy
import json
import re
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
import urllib3
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from lambdas.highlights.errors import UnexpectedAnswer, VaultError
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.intake import Intake, take_in
from lambdas.highlights.keys import rendition_key, thumbnail_key, video_key
from lambdas.highlights.provider import Provider
from lambdas.highlights.provider_api import LARGEST_ANSWER

DAY = GameDay("NCAA", date(2026, 1, 10))
NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
KEY = "b7f3-the-key"
LIMIT = 10
LARGEST_ITEM = 400 * 1024  # bytes of a DynamoDB item, its names included
LONGEST_KEY = 1024  # bytes of an S3 key

ROW = {
    "id": 412380195,
    "type": "VERIFIED",
    "title": "Blue Ridge vs. Bellmont: Highlights",
    "url": "https://clips.example/412380195.mp4",
    "imgUrl": None,
    "embedUrl": None,
    "channel": "ESPN",
    "source": "espn",
    "match": {
        "id": 9,
        "date": "2026-01-11T01:00:00.000Z",
        "league": {"id": 11, "name": "NCAA"},
        "homeTeam": {"id": 1, "name": "Blue Ridge"},
        "awayTeam": {"id": 2, "name": "Bellmont"},
    },
}
ANSWER = {
    "data": [ROW, ROW | {"id": 2}, ROW | {"id": None, "url": "https://clips.example/3.mp4"}],
    "pagination": {"totalCount": 3, "offset": 0, "limit": 40},
    "plan": {"tier": "BASIC", "message": "Some results might be hidden"},
}
NASTY_TEXTS = [
    *("", " ", "0", "-1", "../../x", "a/b", "..", "%2e%2e%2f", "a b", "id-0", "url-0"),
    *("\0", "a\r\nb: c", "\x1b[31mred", "\u2028", "\u202egpj.exe", "\ud800", "\udfff\ud800", "é"),
    *("x" * 100_000, "\U0001f3c0" * 9_000, "\0" * 9_000, "https://a.example/" + "x" * 9_000),
    *("javascript:alert(1)", "https://a.example/a\nb.mp4", "<script>alert(1)</script>", KEY),
]
NASTY_NUMBERS = [0, -1, -0.0, 1.5, 10**400, -(10**4000), 1e300, float("nan"), float("inf")]

texts = st.sampled_from(NASTY_TEXTS) | st.text(st.characters(), max_size=20)
numbers = st.sampled_from(NASTY_NUMBERS) | st.integers() | st.floats()
names = st.sampled_from(sorted({*ANSWER, *ROW, *ROW["match"], "name", "totalCount"})) | texts
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


class Http:
    """Answers every request alike."""

    def __init__(self, status: int, body: bytes):
        self._status, self._body = status, body

    def request(self, *_: object, **__: object) -> urllib3.HTTPResponse:
        headers = {"x-ratelimit-requests-remaining": "inf"}
        return urllib3.HTTPResponse(
            BytesIO(self._body), headers=headers, status=self._status, preload_content=False
        )


class Archive:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_once(self, key: str, body: bytes, content_type: str) -> None:
        assert content_type == "application/json"
        self.objects[key] = body


class Ledger:
    """Knows nothing at first; keeps what it is given."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}

    def ids_of(self, game_day: GameDay) -> list[str]:
        assert game_day == DAY
        return []

    def read(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        return {one: self.items[one] for one in ids if one in self.items}

    def add(self, attributes: dict[str, str], fetch_date: str, now: datetime) -> bool:
        assert attributes["id"] not in self.items
        self.items[attributes["id"]] = {**attributes, "status": "pending"}
        return True


def list_games(provider: Provider, body: bytes) -> None:
    """Read `body` as a list of games; an error or what may stand in a table."""
    try:
        found = provider.list_games(DAY, "America/New_York").games
    except VaultError as error:
        check_sentence(str(error), body)
        return
    for game in found:
        assert all(value and value.isprintable() for value in game.facts().values())
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", game.id)


def fetch(body: bytes, status: int = 200) -> Ledger | None:
    """Take `body` in as FetchHighlights does and check what became of it; None: an error."""
    provider = Provider(Http(status, body), "https://provider.example/highlights", "", KEY)
    archive, ledger = Archive(), Ledger()
    if status == 200:
        list_games(provider, body)
    try:
        listing = provider.list_highlights(DAY, "America/New_York", LIMIT)
        intake = take_in(listing, DAY, archive=archive, ledger=ledger, now=NOW, limit=LIMIT)
    except VaultError as error:
        check_sentence(str(error), body if status == 200 else b"")
        return None
    assert status == 200
    assert set(archive.objects.values()) == {body}
    assert all(re.fullmatch(r"highlights/NCAA/2026-01-10/\w{32}\.json", k) for k in archive.objects)
    check_intake(intake, ledger)
    return ledger


def check_sentence(text: str, payload: bytes) -> None:
    assert text.isprintable() and 20 < len(text) < 400
    assert KEY not in text
    assert not payload or "Blue Ridge" not in text


def check_intake(intake: Intake, ledger: Ledger) -> None:
    assert intake.ids == intake.pending == list(ledger.items)
    assert len(set(intake.ids)) == len(intake.ids) == intake.found == intake.new <= LIMIT
    assert len(json.dumps(intake.counts())) < 200
    for row_id, item in ledger.items.items():
        check_keys(row_id)
        assert item["id"] == row_id and item["league"] == "NCAA"
        assert all(isinstance(value, str) and value.isprintable() for value in item.values())
        assert all(item.values())
        assert sum(len((name + item[name]).encode()) for name in item) < LARGEST_ITEM


def check_keys(row_id: str) -> None:
    for key, folder in (
        (video_key(DAY, row_id, "mp4"), "videos"),
        (rendition_key(DAY, row_id), "processed_videos"),
        (thumbnail_key(DAY, row_id), "thumbnails"),
    ):
        assert key.startswith(f"{folder}/NCAA/2026-01-10/{row_id}.")
        assert re.fullmatch(r"[\w-]{1,64}", row_id, re.ASCII)
        assert len(key.encode()) <= LONGEST_KEY


def as_json(value: Any) -> bytes:
    """`value` as JSON text; the text `1e400` becomes a number that no float holds."""
    return json.dumps(value).replace('"1e400"', "1e400").encode()


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in `value`, with every key or index in it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, inner in inside:
        found.append((value, key))
        if isinstance(inner, dict | list):
            found += places(inner)
    return found


@settings(max_examples=70, deadline=None)
@given(values)
@example({"data": [{"id": "1e400"}, {"id": True}, {"id": [1]}, {"id": 5}]})
@example({"data": [{"id": 1}], "pagination": {"totalCount": float("inf")}})
@example({"data": [ROW["match"] | {"state": {"score": [], "description": "x" * 9_000}}]})
@example({"data": [ROW["match"] | {"date": "9999-12-31T23:59:59-23:59", "league": 5}]})
@example({"data": [{"id": 1}], "pagination": {"totalCount": "1e400"}})
@example({"data": [{"id": 1}], "pagination": {"totalCount": 10**4000}})
@example({"data": [ROW | dict.fromkeys(ROW.keys() - {"match"}, "\U0001f3c0" * 15_000)]})
def test_any_json(value):
    fetch(as_json(value))


@settings(max_examples=70, deadline=None)
@given(st.lists(st.dictionaries(names, values, max_size=6), max_size=6), values)
def test_any_rows(rows, pagination):
    fetch(as_json({"data": rows, "pagination": pagination}))


changes = st.tuples(
    st.integers(0, 200), st.sampled_from(["drop", "retype", "insert", "repeat"]), names, values
)


@settings(max_examples=70, deadline=None)
@given(st.lists(changes, min_size=1, max_size=6))
def test_any_change_to_a_real_answer(chosen):
    answer = copy.deepcopy(ANSWER)
    for place, change, name, value in chosen:
        found = places(answer)
        if not found:
            break
        container, key = found[place % len(found)]
        if change == "drop":
            del container[key]
        elif change == "retype":
            container[key] = copy.deepcopy(value)
        elif isinstance(container, list):
            container.append(copy.deepcopy(container[key] if change == "repeat" else value))
        else:
            container[name] = copy.deepcopy(container[key] if change == "repeat" else value)
    fetch(as_json(answer))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2_000), st.integers(0, 40))
def test_any_bytes_in_a_real_answer(inserted, at, dropped):
    body = as_json(ANSWER)

    fetch(inserted)
    fetch(body[:at] + inserted + body[at + dropped :])
    fetch(body[:at])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp037"])
def test_any_encoding(encoding):
    text = json.dumps(ANSWER, ensure_ascii=False)
    fetch(text.encode(encoding))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"data":' * 50_000,
        b'{"data": [' + b"[" * 50_000 + b"]" * 50_000 + b"]}",
        b'{"data": ' + b"9" * 5_000 + b"}",
        b'{"data": [{"id": ' + b"9" * 4_300 + b"}]}",
        b'{"data": [{"title": "\xed\xa0\x80", "id": 1}]}',
        b'{"data": [{"id": 1}], "data": 5}',
        b" " * (LARGEST_ANSWER + 1),
        b"\xff\xfe",
        b"null",
    ],
)
def test_what_parsers_stumble_over(body):
    fetch(body)


@settings(max_examples=70, deadline=None)
@given(
    st.sampled_from([301, 400, 401, 403, 404, 408, 418, 429, 500, 503]),
    st.fixed_dictionaries({}, optional={"message": values, "error": values}) | values | texts,
)
@example(401, {"message": f"Invalid API key: {KEY}"})
@example(429, {"message": "daily \x1b[31mquota\r\nERROR forged line \u2028\ud800"})
@example(403, {"message": [{"row": "Blue Ridge"}, "x" * 1_000, 10**4000]})
def test_any_refusal(status, said):
    raw = said.encode("utf-8", "surrogatepass") if isinstance(said, str) else as_json(said)

    assert fetch(raw, status) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(names, values, max_size=6) | st.just({}), max_size=4))
def test_rows_that_are_none_cost_no_sound_one(others):
    body = as_json({"data": [ROW, ROW | {"id": 2}, *others]})
    assume(len(body) <= LARGEST_ANSWER)
    ledger = fetch(body)

    assert ledger.items["412380195"]["title"] == "Blue Ridge vs. Bellmont: Highlights"
    assert ledger.items["2"]["url"] == ROW["url"]


def test_rows_of_another_shape_are_no_empty_day():
    provider = Provider(
        Http(200, as_json({"data": [{"highlightId": 5}]})), "https://provider.example", "", KEY
    )
    with pytest.raises(UnexpectedAnswer, match="neither id nor url"):
        provider.list_highlights(DAY, "America/New_York", LIMIT)


@pytest.mark.parametrize("url", ["https://a.example/" + "x" * 9_000, "https://a.example/\x00.mp4"])
def test_a_url_that_cannot_be_kept_whole_is_not_kept_in_part(url):
    ledger = fetch(as_json({"data": [ROW | {"url": url}]}))

    assert "url" not in ledger.items["412380195"]
