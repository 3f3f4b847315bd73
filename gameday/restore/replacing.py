"""Writes what a scratch table has into the live one, item by item, over nothing but what was read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from gameday.parallel import batches, in_parallel
from gameday.protection import Tell
from gameday.restore.making import items_of, plain, typed_items_of
from lambdas.highlights.comparison import Digests, digests
from lambdas.highlights.drill.as_of import AsOf
from lambdas.highlights.export_layout import Typed
from lambdas.highlights.lasting import PASSING, digest

BATCH = 100  # keys of one BatchGetItem
CONFLICT = "ConditionalCheckFailedException"


@dataclass
class Replaced:
    """What was done to the live table. expected: digests of all items that were restored.

    added, changed, equal: items by what had to be done. newer: ids of items that are not in what
    was restored, and were added after it; they stay. meanwhile: ids of items that something else
    wrote at the same moment, which stay as that left them.
    """

    expected: Digests
    added: int = 0
    changed: int = 0
    equal: int = 0
    newer: list[str] = field(default_factory=list)
    meanwhile: list[str] = field(default_factory=list)

    def in_words(self) -> str:
        words = f"{self.changed:,} changed, {self.added:,} added, {self.equal:,} were right"
        if self.newer:
            words += f", {len(self.newer):,} newer ones left as they are"
        if self.meanwhile:
            words += f", {len(self.meanwhile):,} written by something else meanwhile"
        return words


def replace_items(dynamodb: Any, scratch: str, live: str, as_of: AsOf, tell: Tell) -> Replaced:
    """Make the items of `live` those of `scratch`; may be called again at any point.

    Of items only digests are held.
    """
    done = Replaced(digests(items_of(dynamodb, scratch)))
    left = set(done.expected)

    def differing() -> Iterator[tuple[str, Typed | None]]:
        for item in typed_items_of(dynamodb, live):
            known = plain(item)
            id_ = known["id"]
            if id_ not in left:
                if is_newer(known, as_of):
                    done.newer.append(id_)
                continue
            left.discard(id_)
            if digest(known) == done.expected[id_]:
                done.equal += 1
            else:
                yield id_, item
        for id_ in sorted(left):
            yield id_, None

    def write(batch: list[tuple[str, Typed | None]]) -> list[tuple[str, bool, bool]]:
        restored = _get(dynamodb, scratch, [id_ for id_, _ in batch])
        return [
            (id_, there is not None, _put(dynamodb, live, restored[id_], there))
            for id_, there in batch
        ]

    for _, results in in_parallel(write, batches(differing(), BATCH)):
        for id_, was_there, is_written in results:
            if not is_written:
                done.meanwhile.append(id_)
            elif was_there:
                done.changed += 1
            else:
                done.added += 1
        tell(done.in_words())
    return done


def is_newer(item: Mapping[str, Any], as_of: AsOf) -> bool:
    """Whether the item may have been added after what is restored."""
    return str(item.get("updated_at", "")) > as_of.surely.isoformat(timespec="microseconds")


def condition(read: Typed | None) -> dict[str, Any]:
    """That an item is still as it was read, attribute by attribute; or still absent."""
    if read is None:
        return {"ConditionExpression": "attribute_not_exists(id)"}
    names = {f"#{number}": name for number, name in enumerate(read)}
    return {
        "ConditionExpression": " AND ".join(f"{name} = :{name[1:]}" for name in names),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {f":{i}": value for i, value in enumerate(read.values())},
    }


def _put(dynamodb: Any, live: str, item: Typed, read: Typed | None) -> bool:
    """Write the item over what was read; False when that changed meanwhile.

    Which backup holds it, and an upload that was under way, are no more true.
    """
    lasting = {name: value for name, value in item.items() if name not in PASSING}
    try:
        dynamodb.put_item(TableName=live, Item=lasting, **condition(read))
    except ClientError as error:
        if error.response["Error"]["Code"] != CONFLICT:
            raise
        return False
    return True


def _get(dynamodb: Any, table: str, ids: Iterable[str]) -> dict[str, Typed]:
    found: dict[str, Typed] = {}
    keys = [{"id": {"S": one}} for one in ids]
    while keys:
        answer = dynamodb.batch_get_item(
            RequestItems={table: {"Keys": keys, "ConsistentRead": True}}
        )
        found |= {item["id"]["S"]: item for item in answer["Responses"].get(table, [])}
        keys = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
    return found
