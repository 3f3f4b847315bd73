"""A table of partitions with sorted items, in memory, as far as the season's table is used."""

import re
from collections.abc import Iterator
from decimal import Decimal
from threading import Lock
from typing import Any

from tests.unit.fakes.expressions import holds, updated

Item = dict[str, Any]


class Conflict(Exception):
    """A condition did not hold."""


class SortedTable:
    """Speaks as `lambdas.table.Table` does; items have `pk` and `sk`. writes: how many there were."""

    conflict = Conflict
    name = "season"

    def __init__(self, *items: Item) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.writes = 0
        self._writing = Lock()
        for item in items:
            self.put_item(Item=item)

    def put_item(self, *, Item: Item) -> None:
        self.writes += 1
        self.items[Item["pk"], Item["sk"]] = _kept(Item)

    def get_item(self, key: Item) -> Item | None:
        return self.items.get((key["pk"], key["sk"]))

    def update_item(
        self,
        *,
        Key: Item,
        UpdateExpression: str,
        ExpressionAttributeValues: Item,
        ExpressionAttributeNames: Item | None = None,
        ConditionExpression: str | None = None,
    ) -> None:
        names, values = ExpressionAttributeNames or {}, _kept(ExpressionAttributeValues)
        before = self.items.get((Key["pk"], Key["sk"]), {})
        if not holds(before, ConditionExpression, names, values):
            raise Conflict
        self.writes += 1
        self.items[Key["pk"], Key["sk"]] = Key | updated(before, UpdateExpression, names, values)

    def transact(self, writes: list[Item]) -> list[bool]:
        """All of them or none; each `{"Put": …}` or `{"Update": …}`."""
        with self._writing:
            refused = [not self._may(write) for write in writes]
            if any(refused):
                return refused
            for write in writes:
                ((verb, asked),) = write.items()
                asked = {n: value for n, value in asked.items() if n != "ConditionExpression"}
                self.put_item(**asked) if verb == "Put" else self.update_item(**asked)
            return []

    def _may(self, write: Item) -> bool:
        ((_, asked),) = write.items()
        key = asked.get("Key", asked.get("Item"))
        before = self.items.get((key["pk"], key["sk"]), {})
        values = _kept(asked.get("ExpressionAttributeValues", {}))
        return holds(before, asked.get("ConditionExpression"), {}, values)

    def query(
        self,
        *,
        KeyConditionExpression: str,
        ExpressionAttributeValues: Item,
        ScanIndexForward: bool = True,
        FilterExpression: str | None = None,
        **_: Any,
    ) -> Iterator[Item]:
        """The items of a partition in order; conditions are `pk = :a` and `sk BETWEEN :b AND :c`."""
        values = ExpressionAttributeValues
        wanted = values[re.search(r"pk = (:\w+)", KeyConditionExpression)[1]]
        between = re.search(r"sk BETWEEN (:\w+) AND (:\w+)", KeyConditionExpression)
        first, last = (values[name] for name in between.groups()) if between else ("", "\U0010ffff")
        found = [
            item
            for (pk, sk), item in sorted(self.items.items(), reverse=not ScanIndexForward)
            if pk == wanted
            and first <= sk <= last
            and holds(item, FilterExpression, {}, ExpressionAttributeValues)
        ]
        return iter(found)


def _kept(value: Any) -> Any:
    """As DynamoDB gives it back: numbers are Decimal."""
    if isinstance(value, dict):
        return {name: _kept(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_kept(one) for one in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
