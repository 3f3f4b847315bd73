"""Tables and backups are saved while they are written, and without a copy of every item.

The emulator copies all of its state to save it, item by item. That takes longer the more there is,
and fails when a request adds an item meanwhile. Items are replaced when they change, never changed
themselves, and backups not at all, so here only what holds them is copied.
"""

import copy
from collections.abc import Mapping
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "saved_tables"


def apply() -> None:
    from ministack.services import dynamodb

    Patch(FIX).edit(
        dynamodb,
        "get_state",
        (
            """\
        tables.set_scoped(account_id, region, table_name, copy.deepcopy(
            {k: v for k, v in table.items() if k != _INDEX_MEMBERS}))
""",
            """\
        tables.set_scoped(account_id, region, table_name, gameday_held(
            {k: v for k, v in list(table.items()) if k != _INDEX_MEMBERS}))
""",
        ),
        ("copy.deepcopy(_backups)", "gameday_listed_backups()"),
        gameday_held=held,
        gameday_listed_backups=listed_backups,
    )


def held(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table as it is now, its items those of the table itself."""
    settings = copy.deepcopy({key: value for key, value in table.items() if key != "items"})
    # The copy of a dictionary is taken at once, whatever another thread adds. A partition is made
    # before its first item is put there: until then, nothing was written.
    partitions = {name: items.copy() for name, items in table["items"].copy().items()}
    return {**settings, "items": {name: items for name, items in partitions.items() if items}}


def listed_backups() -> Any:
    """The backups that there are now, in the emulator's own kind of dictionary."""
    from ministack.services import dynamodb

    backups = type(dynamodb._backups)()
    for (account, region, arn), backup in dynamodb._backups.all_items():
        details = dict(backup["BackupDetails"])
        backups.set_scoped(account, region, arn, {**backup, "BackupDetails": details})
    return backups
