"""Makes a table of highlights as `stacks/storage.py` does, and fills it.

For when CloudFormation cannot: it would not make a table again that somebody deleted.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from gameday.parallel import in_parallel
from gameday.protection import Tell, describe_table, pauses, wait_until_active
from lambdas.highlights.errors import StoreUnavailable
from lambdas.highlights.ledger import GAME_DAY_INDEX, Item

BATCH = 25  # items of one BatchWriteItem
ATTEMPTS = 12  # at items that DynamoDB leaves unprocessed, with longer and longer pauses
KEYS = [{"AttributeName": "id", "KeyType": "HASH"}]
INDEX_KEYS = [
    {"AttributeName": "league", "KeyType": "HASH"},
    {"AttributeName": "game_date", "KeyType": "RANGE"},
]
SCHEMA = {
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("id", "league", "game_date")
    ],
    "KeySchema": KEYS,
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": GAME_DAY_INDEX,
            "KeySchema": INDEX_KEYS,
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}

Write = Callable[[Sequence[Mapping[str, Any]]], object]


def create(dynamodb: Any, table: str, tags: Mapping[str, str], tell: Tell) -> None:
    """Make an empty table, and return when it is ACTIVE. It must not be there."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    dynamodb.create_table(TableName=table, Tags=listed, **SCHEMA)
    wait_until_active(dynamodb, table, tell)


def has_schema(description: Mapping[str, Any]) -> bool:
    """Whether a table, as DynamoDB describes it, has the keys that the functions count on."""
    indexes = {
        one["IndexName"]: one["KeySchema"] for one in description.get("GlobalSecondaryIndexes", [])
    }
    return description["KeySchema"] == KEYS and indexes.get(GAME_DAY_INDEX) == INDEX_KEYS


def is_empty(dynamodb: Any, table: str) -> bool:
    """Whether there is no item in the table now; DynamoDB's own count may be six hours old."""
    return not dynamodb.scan(TableName=table, Limit=1, ConsistentRead=True)["Items"]


def found_or_gone(dynamodb: Any, table: str, tell: Tell = lambda _: None) -> dict[str, Any] | None:
    """DynamoDB's description of the table, or None once one that is being deleted is gone."""
    for pause in pauses():
        found = describe_table(dynamodb, table)
        if found is None or found["TableStatus"] != "DELETING":
            return found
        tell(f"{table} is being deleted")
        time.sleep(pause)
    raise AssertionError("pauses never end")


def overwriting(dynamodb: Any, table: str) -> Write:
    """Writes items, at most BATCH, whatever stands in the table; for one that nobody else uses.

    Raises StoreUnavailable when DynamoDB goes on leaving some of them unprocessed.
    """

    def write(items: Sequence[Mapping[str, Any]]) -> None:
        left = [{"PutRequest": {"Item": _typed(item)}} for item in items]
        for _, pause in zip(range(ATTEMPTS), pauses(), strict=False):
            answer = dynamodb.batch_write_item(RequestItems={table: left})
            left = answer.get("UnprocessedItems", {}).get(table, [])
            if not left:
                return
            time.sleep(pause)
        raise StoreUnavailable(f"DynamoDB left {len(left)} items of {table} unwritten")

    return write


def unless_newer(dynamodb: Any, table: str) -> Write:
    """Writes items but over none that changed later, or is there; for a table in use."""

    def put(item: Mapping[str, Any]) -> None:
        try:
            dynamodb.put_item(
                TableName=table,
                Item=_typed(item),
                ConditionExpression="attribute_not_exists(id) OR updated_at < :updated_at",
                ExpressionAttributeValues={":updated_at": {"S": item["updated_at"]}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def write(items: Sequence[Mapping[str, Any]]) -> None:
        for _ in in_parallel(put, items):
            pass

    return write


def _typed(item: Mapping[str, Any]) -> Item:
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in item.items()}
