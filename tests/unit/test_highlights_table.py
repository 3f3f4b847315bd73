"""Items are written to the last one, however many DynamoDB takes at a time."""

from typing import Any

import pytest

from gameday import highlights_table
from gameday.highlights_table import overwriting
from lambdas.highlights.errors import StoreUnavailable

ITEMS = [{"id": str(number), "updated_at": "2026-01-11"} for number in range(25)]


class DynamoDB:
    """Takes `takes` items of each batch and leaves the others unprocessed."""

    def __init__(self, takes: int):
        self.takes = takes
        self.written: list[str] = []

    def batch_write_item(self, *, RequestItems: dict[str, list]) -> dict[str, Any]:
        ((table, asked),) = RequestItems.items()
        taken, left = asked[: self.takes], asked[self.takes :]
        self.written += [one["PutRequest"]["Item"]["id"]["S"] for one in taken]
        return {"UnprocessedItems": {table: left} if left else {}}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highlights_table.time, "sleep", lambda _: None)


@pytest.mark.parametrize("takes", [25, 10, 3])
def test_what_dynamodb_leaves_unprocessed_is_asked_for_again(takes: int):
    dynamodb = DynamoDB(takes)

    overwriting(dynamodb, "table")(ITEMS)

    assert dynamodb.written == [item["id"] for item in ITEMS]


def test_a_table_that_takes_nothing_is_a_named_failure():
    with pytest.raises(StoreUnavailable, match="25 items of table"):
        overwriting(DynamoDB(0), "table")(ITEMS)
