"""Permissions on backups, restores and exports are checked against what the request names.

The emulator knows tables by name only, and checks `*` for the rest. A restore needs its own
permission on the backup, or on the table from whose past it comes, and the right to read and
write the table it makes.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
"""

import json
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "backup_access"

FROM_BACKUP = "dynamodb:RestoreTableFromBackup"
TO_MOMENT = "dynamodb:RestoreTableToPointInTime"

ON_RESTORED_TABLE = (
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "UpdateItem",
)


def apply() -> None:
    from ministack.core import iam_actions

    patch = Patch(FIX)
    patch.edit(
        iam_actions,
        "dynamodb_resource_arns",
        (
            '    table = data.get("TableName") if isinstance(data, dict) else None\n',
            """\
    if named := gameday_named_arn(data):
        return [named]
    table = data.get("TableName") if isinstance(data, dict) else None
""",
        ),
        gameday_named_arn=named_arn,
    )
    patch.edit(
        iam_actions,
        "dynamodb_transaction_checks",
        (
            '    if iam_action not in ("dynamodb:TransactWriteItems", "dynamodb:TransactGetItems"):\n',
            """\
    if iam_action in gameday_restores:
        return gameday_restore_checks(iam_action, body, region, account_id)
    if iam_action not in ("dynamodb:TransactWriteItems", "dynamodb:TransactGetItems"):
""",
        ),
        gameday_restores=(FROM_BACKUP, TO_MOMENT),
        gameday_restore_checks=restore_checks,
    )


def named_arn(request: Any) -> str | None:
    """The ARN of the backup, export or table that a request names by it.

    ListExports has a table's ARN too, and no resource.
    """
    if not isinstance(request, dict):
        return None
    keys = ["BackupArn", "ExportArn", "ResourceArn"]
    if "S3Bucket" in request:
        keys.append("TableArn")
    for key in keys:
        arn = request.get(key)
        if isinstance(arn, str) and ":table/" in arn:
            return arn
    return None


def restore_checks(action: str, body: bytes, region: str, account: str) -> list[tuple[str, str]]:
    """What a caller must be allowed to do to restore a table: actions and resources."""
    from ministack.core.iam_actions import _dynamodb_table_arn

    request = json.loads(body or b"{}")
    if action == FROM_BACKUP:
        source = request.get("BackupArn", "*")
    else:
        named = request.get("SourceTableArn") or request.get("SourceTableName", "*")
        source = _dynamodb_table_arn(named, region, account)
    target = _dynamodb_table_arn(request.get("TargetTableName", "*"), region, account)
    return [(action, source), *((f"dynamodb:{on}", target) for on in ON_RESTORED_TABLE)]
