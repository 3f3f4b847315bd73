"""Makes the season's table anew, empty, where somebody deleted it.

Games and days come back with the next looks and a backfill. Stories and counts of what was spent do
not; DynamoDB keeps the table as it was for 35 days, as a backup of its own.
"""

from typing import Any

from gameday.highlights_table import found_or_gone
from gameday.protection import PRODUCT, Protection, protect, wait_until_active
from gameday.steps import Steps
from gameday.vault import Vault

SCHEMA: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
PROTECTION = PRODUCT.and_also(Protection(expiry="expires_at"))


def make_season_table(vault: Vault, steps: Steps) -> None:
    """Make the table that no function works without; nothing where it is there, or never was."""
    dynamodb, name = vault.aws.client("dynamodb"), vault.season_table
    if not name or found_or_gone(dynamodb, name) is not None:
        return
    with steps.step("season", "season table") as step:
        dynamodb.create_table(TableName=name, **SCHEMA)
        wait_until_active(dynamodb, name, step.tell)
        protect(dynamodb, name, PROTECTION, step.tell)
        step.tell(f"{name} is made anew, empty; the next looks fill it")
