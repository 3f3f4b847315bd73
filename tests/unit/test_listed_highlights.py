"""A story begins with the answer that listed its highlight, and goes on with a new address."""

from datetime import UTC, date, datetime
from typing import Any

from lambdas.highlights.game_day import GameDay
from lambdas.highlights.intake import take_in
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.provider import Listing
from tests.unit.fakes.highlights_table import HighlightsTable

DAY = GameDay("NCAA", date(2026, 1, 10))
NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)


class Archive:
    def put_once(self, key: str, body: bytes, content_type: str) -> None:
        assert key.startswith("highlights/NCAA/2026-01-10/")


class Day:
    """A day whose provider lists highlight 1 under an address; told: what its story gets."""

    def __init__(self) -> None:
        self.ledger = Ledger(HighlightsTable())
        self.told: list[dict[str, Any]] = []

    def look(self, url: str) -> None:
        rows = [{"id": 1, "type": "VERIFIED", "url": url}]
        take_in(
            Listing(rows, [b"{}"], 1, None),
            DAY,
            archive=Archive(),
            ledger=self.ledger,
            now=NOW,
            limit=10,
            tell_listed=lambda id_, facts: self.told.append({"id": id_, **facts}),
        )


def test_a_highlight_is_told_with_the_answer_that_listed_it_and_not_again():
    day = Day()
    day.look("https://media.example/one.mp4?signed=1")
    day.look("https://media.example/one.mp4?signed=2")

    (told,) = day.told
    assert (told["id"], told["type"]) == ("1", "VERIFIED")
    assert told["answers"].startswith("highlights/NCAA/2026-01-10/")


def test_a_new_address_of_what_is_not_kept_is_told():
    day = Day()
    day.look("https://media.example/one.mp4")
    day.look("https://media.example/two.mp4")

    assert [told["url"] for told in day.told] == [
        *("https://media.example/one.mp4", "https://media.example/two.mp4")
    ]


def test_a_new_address_of_what_is_kept_is_not():
    day = Day()
    day.look("https://media.example/one.mp4")
    day.ledger.record_video("1", {"key": "videos/1.mp4", "bytes": 5}, NOW)
    day.look("https://media.example/two.mp4")

    assert len(day.told) == 1
