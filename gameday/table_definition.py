"""How the table of highlights is made: its key and its index, as the live or deployed one has them."""

from collections.abc import Mapping
from typing import Any

from gameday.protection import Tell, deployed_properties, describe_table, wait_until_active
from gameday.vault import Vault
from lambdas.highlights.ledger import GAME_DAY_INDEX

NAMED = ("AttributeDefinitions", "KeySchema")
OF_INDEX = ("IndexName", "KeySchema", "Projection")

# What stacks/storage.py asks for; for when neither the table nor its stack can be asked.
PRODUCT = {
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("id", "league", "game_date")
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": GAME_DAY_INDEX,
            "KeySchema": [
                {"AttributeName": "league", "KeyType": "HASH"},
                {"AttributeName": "game_date", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}


def table_definition(vault: Vault) -> dict[str, Any]:
    """What CreateTable needs beside a name, billed by request."""
    found: Mapping[str, Any] | None = describe_table(vault.aws.client("dynamodb"), vault.table)
    if found is None:
        deployed = deployed_properties(vault)
        found = PRODUCT if deployed is None else deployed[0]
    definition = {name: found[name] for name in NAMED}
    indexes = [
        {name: index[name] for name in OF_INDEX}
        for index in found.get("GlobalSecondaryIndexes", [])
    ]
    if indexes:
        definition["GlobalSecondaryIndexes"] = indexes
    return definition | {"BillingMode": "PAY_PER_REQUEST"}


def create_table(
    dynamodb: Any,
    name: str,
    definition: Mapping[str, Any],
    tags: Mapping[str, str],
    tell: Tell = lambda _: None,
) -> None:
    """Make the table `name`, empty, and wait until it is ACTIVE; one that is there stays as it is."""
    if describe_table(dynamodb, name) is None:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        dynamodb.create_table(TableName=name, **definition, **({"Tags": listed} if listed else {}))
    wait_until_active(dynamodb, name, tell)
