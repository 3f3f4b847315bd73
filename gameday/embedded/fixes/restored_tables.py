"""A table that is being restored is CREATING for a while, and says from what it comes.

The emulator's restores are ACTIVE at once and tell nothing. Here a restored table is CREATING for
the first two requests that name it, and until then answers them as DynamoDB does: DescribeTable
shows a RestoreSummary, and everything else is refused.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreSummary.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from gameday.embedded.fixes.patching import Patch
from gameday.embedded.fixes.point_in_time import moment_asked_for

FIX = "restored_tables"

REQUESTS_WHILE_CREATING = 2

# What a request is answered that names a table before it is ACTIVE; all others do not find it.
IN_USE = {
    "CreateTable": ("ResourceInUseException", "Table is being used: {}"),
    "DeleteTable": ("ResourceInUseException", "Table is being created: {}"),
    "RestoreTableFromBackup": ("TableInUseException", "Table: {} is already being restored"),
    "RestoreTableToPointInTime": ("TableInUseException", "Table: {} is already being restored"),
    **dict.fromkeys(
        (
            "CreateBackup",
            "DescribeContinuousBackups",
            "UpdateContinuousBackups",
            "ExportTableToPointInTime",
        ),
        ("TableNotFoundException", "Table not found: {}"),
    ),
}
NOT_FOUND = ("ResourceNotFoundException", "Requested resource not found: Table: {} not found")

# Backups and exports stay readable by the name of a table that is not there.
INDIFFERENT = ("ListBackups", "ListExports")


def apply() -> None:
    from ministack.services import dynamodb

    patch = Patch(FIX)
    patch.edit(
        dynamodb,
        "handle_request",
        (
            "    status, resp_headers, resp_body = handler(data)\n",
            (
                "    refused = gameday_refused_while_restoring(action, data)\n"
                "    status, resp_headers, resp_body = refused or handler(data)\n"
            ),
        ),
        gameday_refused_while_restoring=refused_while_restoring,
    )
    patch.edit(
        dynamodb,
        "_table_description",
        ("    return desc\n", "    desc.update(gameday_restore_of(t))\n    return desc\n"),
        gameday_restore_of=restore_of,
    )
    patch.edit(
        dynamodb,
        "_restore_table_from_backup",
        (
            """\
    _tables[target]["RestoreSummary"] = {
        "SourceBackupArn": arn,
        "SourceTableArn": _tables[target].get("TableArn", ""),
        "RestoreDateTime": int(time.time()),
        "RestoreInProgress": True,
    }
    td = _table_description(target)
    td["RestoreSummary"] = _tables[target]["RestoreSummary"]
""",
            """\
    gameday_restoring_backup(_tables[target], desc)
    td = _table_description(target)
""",
        ),
        gameday_restoring_backup=restoring_backup,
    )
    patch.edit(
        dynamodb,
        "_restore_table_to_point_in_time",
        (
            '    return json_response({"TableDescription": _table_description(target)})\n',
            (
                "    gameday_restoring_moment(_tables[target], src, data)\n"
                '    return json_response({"TableDescription": _table_description(target)})\n'
            ),
        ),
        gameday_restoring_moment=restoring_moment,
    )


def restoring_backup(table: dict[str, Any], backup: Mapping[str, Any]) -> None:
    """Begin the restore of a table from a backup."""
    _begin(
        table,
        backup["SourceTableFeatureDetails"].get("SSEDescription"),
        {
            "SourceBackupArn": backup["BackupDetails"]["BackupArn"],
            "SourceTableArn": backup["SourceTableDetails"]["TableArn"],
            "RestoreDateTime": backup["BackupDetails"]["BackupCreationDateTime"],
        },
    )


def restoring_moment(
    table: dict[str, Any], source: Mapping[str, Any], request: Mapping[str, Any]
) -> None:
    """Begin the restore of a table from another one's past."""
    _begin(
        table,
        source.get("SSEDescription"),
        {
            "SourceTableArn": source["TableArn"],
            "RestoreDateTime": moment_asked_for(source, request),
        },
    )


def restore_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """What a description says of a table that is being restored, or was."""
    restore = table.get("_restore")
    if restore is None:
        summary = table.get("_restored_from")
        return {"RestoreSummary": {**summary, "RestoreInProgress": False}} if summary else {}
    return {
        "TableStatus": "CREATING",
        "RestoreSummary": {**restore["summary"], "RestoreInProgress": True},
    }


def refused_while_restoring(action: str, request: Mapping[str, Any]) -> tuple | None:
    """The answer to a request that names a table that is not ACTIVE yet, if it is refused."""
    from ministack.core.responses import error_response_json
    from ministack.services import dynamodb

    if action in INDIFFERENT:
        return None
    for name in _tables_named(request):
        table = dynamodb._tables.get(name)
        if table is None or "_restore" not in table:
            continue
        if table["_restore"]["requests_left"] == 0:
            table["_restored_from"] = table.pop("_restore")["summary"]
            continue
        table["_restore"]["requests_left"] -= 1
        if action != "DescribeTable":
            code, message = IN_USE.get(action, NOT_FOUND)
            return error_response_json(code, message.format(name), 400)
    return None


def _begin(
    table: dict[str, Any], encryption: dict[str, Any] | None, summary: dict[str, Any]
) -> None:
    table["SSEDescription"] = copy.deepcopy(encryption)
    table["_restore"] = {"summary": summary, "requests_left": REQUESTS_WHILE_CREATING}


def _tables_named(request: Mapping[str, Any]) -> Iterator[str]:
    from ministack.services import dynamodb

    given = [request.get(key) for key in ("TableName", "TargetTableName", "SourceTableName")]
    given += [request.get(key) for key in ("ResourceArn", "TableArn", "SourceTableArn")]
    if isinstance(items := request.get("RequestItems"), dict):
        given += items
    for item in request.get("TransactItems") or []:
        given += [operation.get("TableName") for operation in item.values()]
    for name in given:
        if isinstance(name, str):
            yield dynamodb._normalize_table_name(name)
