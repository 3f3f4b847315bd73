"""A DynamoDB table that takes and gives Python values, on boto3's plain client.

boto3's own Table resource does the same. It reads a second model of DynamoDB to be made, which a
cold start pays for: docs/decisions/0005-cold-start-and-function-sizes.md.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from lambdas.highlights.errors import StoreUnavailable, TableGone

Item = dict[str, Any]

# Items of a scan's page: what is read of one takes many times its megabyte at most.
PAGES = {"PageSize": 250}

# A transaction that meets another one on the same item is refused, and boto3 does not try again.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
TRANSACTION_ATTEMPTS = 10
LONGEST_PAUSE = 1.0  # seconds between two attempts


class Table:
    """The table `name` through `client`, a boto3 DynamoDB client.

    Numbers are read as Decimal; a float is refused with TypeError, for it may not be kept exactly.
    The methods are DynamoDB's of the same name, with its parameters, and raise TableGone where
    there is no such table:
    https://docs.aws.amazon.com/boto3/latest/reference/services/dynamodb.html
    """

    def __init__(self, client: Any, name: str):
        self._client = client
        self.name = name
        self.conflict = client.exceptions.ConditionalCheckFailedException

    def batch_get(self, keys: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        """The items of `keys`, at most 100, read consistently; and the keys left unread."""
        wanted = {"Keys": [_typed(key) for key in keys], "ConsistentRead": True}
        with self._which_exists():
            answer = self._client.batch_get_item(RequestItems={self.name: wanted})
        found = answer["Responses"].get(self.name, [])
        unread = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        return [_plain(item) for item in found], [_plain(key) for key in unread]

    def query(self, *, ExpressionAttributeValues: Item, **parameters: Any) -> Iterator[Item]:
        """The items that match, all pages read."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self.name,
            ExpressionAttributeValues=_typed(ExpressionAttributeValues),
            **parameters,
        )
        return self._items(pages)

    def scan(self, after: Item | None = None, **parameters: Any) -> Iterator[Item]:
        """Every item, read consistently, in pages; `after` the one with that key."""
        start = {} if after is None else {"ExclusiveStartKey": _typed(after)}
        pages = self._client.get_paginator("scan").paginate(
            TableName=self.name, ConsistentRead=True, PaginationConfig=PAGES, **start, **parameters
        )
        return self._items(pages)

    def get_item(self, key: Item) -> Item | None:
        """The item of `key`, read consistently; None when there is none."""
        with self._which_exists():
            answer = self._client.get_item(
                TableName=self.name, Key=_typed(key), ConsistentRead=True
            )
        return _plain(answer["Item"]) if "Item" in answer else None

    def delete_item(self, *, Key: Item, **parameters: Any) -> None:
        """Delete the item of `Key`; raises `conflict` when a condition does not hold."""
        if "ExpressionAttributeValues" in parameters:
            values = _typed(parameters.pop("ExpressionAttributeValues"))
            parameters["ExpressionAttributeValues"] = values
        with self._which_exists():
            self._client.delete_item(TableName=self.name, Key=_typed(Key), **parameters)

    def put_item(self, *, Item: Item, **parameters: Any) -> None:
        """Write `Item` whole; raises `conflict` when a condition does not hold."""
        typed = _typed(Item)
        with self._which_exists():
            self._client.put_item(TableName=self.name, Item=typed, **parameters)

    def update_item(
        self,
        *,
        Key: Item,
        ExpressionAttributeValues: Item,
        **parameters: Any,
    ) -> None:
        """Change the item of `Key`; raises `conflict` when a condition does not hold."""
        with self._which_exists():
            self._client.update_item(
                TableName=self.name,
                Key=_typed(Key),
                ExpressionAttributeValues=_typed(ExpressionAttributeValues),
                **parameters,
            )

    def transact(self, writes: Sequence[Item]) -> list[bool]:
        """Make all of `writes`, or none of them; each is `{"Put": …}`, `{"Update": …}` and so on.

        Their parameters are those of DynamoDB's TransactWriteItems. Returns [] when they are made,
        else for each whether its condition refused it. boto3's own retries make nothing twice.
        Raises StoreUnavailable when others keep writing the same items.
        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
        """
        items = [self._of_transaction(write) for write in writes]
        for attempt in range(TRANSACTION_ATTEMPTS):
            time.sleep(random.random() * min(LONGEST_PAUSE, 0.02 * 2**attempt) if attempt else 0)
            reasons = self._transact_once(items)
            if not reasons:
                return []
            if set(reasons) <= {"None", "ConditionalCheckFailed"}:
                return [reason == "ConditionalCheckFailed" for reason in reasons]
        raise StoreUnavailable(f"DynamoDB refused a transaction on {self.name}: {reasons}")

    def _transact_once(self, items: list[Item]) -> list[str]:
        """Why each of the writes was refused, by DynamoDB's names; [] when none was."""
        with self._which_exists():
            try:
                self._client.transact_write_items(TransactItems=items)
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
                return [one.get("Code", "None") for one in error.response["CancellationReasons"]]
        return []

    def _of_transaction(self, write: Item) -> Item:
        ((verb, parameters),) = write.items()
        typed = {
            name: _typed(value) if name in ("Item", "Key", "ExpressionAttributeValues") else value
            for name, value in parameters.items()
        }
        return {verb: {"TableName": self.name, **typed}}

    def _items(self, pages: Iterator[Mapping[str, Any]]) -> Iterator[Item]:
        with self._which_exists():
            for page in pages:
                yield from map(_plain, page["Items"])

    @contextmanager
    def _which_exists(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            raise TableGone(
                f"there is no table {self.name}; if it was deleted, bring it back, then start "
                "again: gameday restore --in-place"
            ) from error


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in values.items()}


def _plain(attributes: Mapping[str, Any]) -> Item:
    deserializer = TypeDeserializer()
    return {name: deserializer.deserialize(value) for name, value in attributes.items()}
