"""The table of highlights in memory, as far as the ledger uses it."""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.unit.fakes.expressions import holds, updated

Item = dict[str, Any]


class Conflict(Exception):
    """A condition did not hold."""


class HighlightsTable:
    """Speaks as `lambdas.table.Table` does; the index of game days is up to date at once."""

    conflict = Conflict
    name = "highlights"

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}

    def batch_get(self, keys: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        wanted = [key["id"] for key in keys]
        return [dict(self.items[one]) for one in wanted if one in self.items], []

    def query(self, *, ExpressionAttributeValues: Item, **_: Any) -> Iterator[Item]:
        league, date = (ExpressionAttributeValues[name] for name in (":league", ":date"))
        found = self.items.values()
        return iter(
            [{"id": i["id"]} for i in found if (i["league"], i["game_date"]) == (league, date)]
        )

    def put_item(self, *, Item: Item, ConditionExpression: str | None = None) -> None:
        if not holds(self.items.get(Item["id"], {}), ConditionExpression, {}, {}):
            raise Conflict
        self.items[Item["id"]] = dict(Item)

    def update_item(
        self,
        *,
        Key: Item,
        UpdateExpression: str,
        ExpressionAttributeValues: Item,
        ExpressionAttributeNames: Item,
        ConditionExpression: str,
    ) -> None:
        before, names = self.items.get(Key["id"], {}), ExpressionAttributeNames
        if not holds(before, ConditionExpression, names, ExpressionAttributeValues):
            raise Conflict
        self.items[Key["id"]] = updated(before, UpdateExpression, names, ExpressionAttributeValues)
