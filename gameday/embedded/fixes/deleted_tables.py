"""A table that is deleted while it can be restored to a moment leaves a system backup.

DynamoDB keeps it for 35 days, and nobody can delete it before.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html#howitworks_deleting
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gameday.embedded.fixes import table_history
from gameday.embedded.fixes.patching import Patch

FIX = "deleted_tables"

KEPT_SECONDS = 35 * 86_400


def apply() -> None:
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    patch = Patch(FIX)
    patch.edit(
        dynamodb,
        "_delete_table",
        (
            "    deleted = _tables.pop(name)\n",
            "    gameday_keep_deleted(name)\n    deleted = _tables.pop(name)\n",
        ),
        gameday_keep_deleted=keep_deleted,
    )
    patch.edit(
        provisioners,
        "_ddb_delete",
        (
            "    _dynamodb.drop_stream_records(",
            "    gameday_forget_settings(physical_id)\n    _dynamodb.drop_stream_records(",
        ),
        gameday_forget_settings=forget_settings,
    )
    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["delete"] = provisioners._ddb_delete
    patch.edit(
        dynamodb,
        "_list_backups",
        ("    summaries = []\n", "    gameday_expire_backups()\n    summaries = []\n"),
        (
            '            "BackupSizeBytes": details["BackupSizeBytes"],\n',
            (
                '            "BackupSizeBytes": details["BackupSizeBytes"],\n'
                "            **gameday_expiry(details),\n"
            ),
        ),
        gameday_expire_backups=expire_backups,
        gameday_expiry=expiry,
    )
    patch.edit(
        dynamodb,
        "_delete_backup",
        (
            "    desc = _backups.pop(arn, None)\n",
            (
                "    if refused := gameday_undeletable(_backups.get(arn)):\n"
                "        return refused\n"
                "    desc = _backups.pop(arn, None)\n"
            ),
        ),
        gameday_undeletable=undeletable,
    )
    for name in ("_describe_backup", "_restore_table_from_backup"):
        patch.edit(
            dynamodb,
            name,
            (
                "    desc = _backups.get(arn)\n",
                "    gameday_expire_backups()\n    desc = _backups.get(arn)\n",
            ),
        )


def keep_deleted(name: str) -> None:
    """Make the system backup of a table that is about to be deleted, if it is due one."""
    from ministack.services import dynamodb

    table = dynamodb._tables[name]
    if table_history.recovery_of(table) is not None:
        created = json.loads(
            dynamodb._create_backup({"TableName": name, "BackupName": "system"})[2]
        )
        arn = created["BackupDetails"]["BackupArn"]
        details = dynamodb._backups[arn]["BackupDetails"]
        details.update(
            BackupName=f"{name}$DeletedTableBackup",
            BackupType="SYSTEM",
            BackupExpiryDateTime=details["BackupCreationDateTime"] + KEPT_SECONDS,
        )
    table_history.forget(table)


def forget_settings(name: str) -> None:
    """Keep a table that goes with its stack, and leave no setting to the next one of its name."""
    from ministack.services import dynamodb

    if name in dynamodb._tables:
        keep_deleted(name)
        dynamodb._tags.pop(dynamodb._tables[name]["TableArn"], None)
    dynamodb._pitr_settings.pop(name, None)
    dynamodb._ttl_settings.pop(name, None)


def expire_backups() -> None:
    """Drop the system backups whose time is over."""
    from ministack.services import dynamodb

    now = table_history.now()
    for arn, backup in list(dynamodb._backups.items()):
        if backup["BackupDetails"].get("BackupExpiryDateTime", now) < now:
            del dynamodb._backups[arn]


def expiry(backup: Mapping[str, Any]) -> dict[str, Any]:
    """Until when a backup is kept, where that is limited."""
    return {key: backup[key] for key in ("BackupExpiryDateTime",) if key in backup}


def undeletable(backup: Mapping[str, Any] | None) -> tuple | None:
    """The answer to the deletion of a backup that DynamoDB made itself."""
    from ministack.core.responses import error_response_json

    if backup is None or backup["BackupDetails"]["BackupType"] != "SYSTEM":
        return None
    details = backup["BackupDetails"]
    until = datetime.fromtimestamp(details["BackupExpiryDateTime"], UTC)
    return error_response_json(
        "ValidationException",
        f"User is not allowed to delete the system backup with arn {details['BackupArn']}. "
        f"It will automatically expire on {until:%Y-%m-%dT%H:%M:%SZ}",
        400,
    )
