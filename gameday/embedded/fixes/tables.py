"""Tables get the protection their template asks for, and backups obey DynamoDB's rules.

Point-in-time recovery, time to live and deletion protection are applied from templates; backup
names are checked; lists of backups are filtered by time and type.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html
"""

import re
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "tables"

BACKUP_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
BAD_BACKUP_NAME = (
    "1 validation error detected: Value '{}' at 'backupName' failed to satisfy constraint: Member "
    "must satisfy regular expression pattern: [a-zA-Z0-9_.-]+, and be of 3 to 255 characters"
)


def apply() -> None:
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    patch = Patch(FIX)
    patch.edit(
        provisioners,
        "_ddb_create",
        (
            '    attrs = {"Arn": arn}\n',
            '    gameday_protect(name, props)\n    attrs = {"Arn": arn}\n',
        ),
        gameday_protect=protect,
    )
    patch.edit(
        provisioners,
        "_ddb_update",
        (
            "    return name, _ddb_attrs(table)\n",
            "    gameday_protect(name, new_props)\n    return name, _ddb_attrs(table)\n",
        ),
    )
    patch.edit(
        provisioners,
        "_ddb_global_table_create",
        (
            "    translated = dict(props)\n",
            "    translated = gameday_single_region(props)\n",
        ),
        gameday_single_region=single_region,
    )
    patch.edit(
        provisioners,
        "_ddb_global_table_update",
        (
            "    translated = dict(new_props)\n",
            """\
    old_props = gameday_single_region(old_props)
    translated = gameday_single_region(new_props)
""",
        ),
    )
    patch.edit(
        provisioners,
        "_ddb_delete",
        (
            "    _dynamodb.drop_stream_records(",
            "    gameday_refuse_protected(physical_id)\n    _dynamodb.drop_stream_records(",
        ),
        gameday_refuse_protected=refuse_protected,
    )
    for kind, create, update in (
        ("Table", provisioners._ddb_create, provisioners._ddb_update),
        (
            "GlobalTable",
            provisioners._ddb_global_table_create,
            provisioners._ddb_global_table_update,
        ),
    ):
        provisioners._RESOURCE_HANDLERS[f"AWS::DynamoDB::{kind}"].update(
            create=create, update=update
        )
    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["delete"] = provisioners._ddb_delete
    patch.edit(
        dynamodb,
        "_create_backup",
        (
            "    table = _tables[name]\n",
            """\
    if not gameday_backup_name.fullmatch(backup_name):
        return error_response_json("ValidationException", gameday_bad_name.format(backup_name), 400)
    table = _tables[name]
""",
        ),
        gameday_backup_name=BACKUP_NAME,
        gameday_bad_name=BAD_BACKUP_NAME,
    )
    patch.edit(
        dynamodb,
        "_delete_backup",
        (
            '    public = {k: v for k, v in desc.items() if not k.startswith("_")}\n',
            """\
    public = {k: v for k, v in desc.items() if not k.startswith("_")}
    public["BackupDetails"] = {**desc["BackupDetails"], "BackupStatus": "DELETED"}
""",
        ),
    )
    patch.edit(
        dynamodb,
        "_list_backups",
        (
            '        details = desc["BackupDetails"]\n',
            """\
        details = desc["BackupDetails"]
        if not gameday_listed(details, data):
            continue
""",
        ),
        gameday_listed=listed,
    )


def protect(table: str, properties: dict[str, Any]) -> None:
    """Apply a template's point-in-time recovery and time to live, or their absence."""
    from ministack.services import dynamodb

    recovery = properties.get("PointInTimeRecoverySpecification") or {}
    dynamodb._update_continuous_backups(
        {"TableName": table, "PointInTimeRecoverySpecification": recovery}
    )
    expiry = properties.get("TimeToLiveSpecification")
    if expiry:
        dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": expiry})
    elif table in dynamodb._ttl_settings:
        del dynamodb._ttl_settings[table]


def single_region(properties: dict[str, Any]) -> dict[str, Any]:
    """A global table's properties with those of its only replica, where protection is set."""
    replicas = properties.get("Replicas", [])
    if len(replicas) > 1:
        raise ValueError("the embedded AWS has one region, and a global table's replicas have more")
    return {**properties, **replicas[0]} if replicas else properties


def listed(backup: dict[str, Any], request: dict[str, Any]) -> bool:
    """Whether ListBackups returns the backup: by type, from the lower bound, before the upper."""
    created = backup["BackupCreationDateTime"]
    return (
        request.get("BackupType", "USER") in ("ALL", backup["BackupType"])
        and created >= request.get("TimeRangeLowerBound", created)
        and created < request.get("TimeRangeUpperBound", created + 1)
    )


def refuse_protected(table: str) -> None:
    """Raise, as a stack's deletion does, when a table is protected against its own."""
    from ministack.services import dynamodb

    if dynamodb._tables.get(table, {}).get("DeletionProtectionEnabled"):
        raise ValueError(f"Table {table} is protected against deletion")
