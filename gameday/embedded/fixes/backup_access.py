"""A permission on a backup is checked against the backup's ARN.

The emulator sees no resource in a request that names only a backup, and so checks `*`.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

import json

from gameday.embedded.fixes.patching import Patch

FIX = "backup_access"


def apply() -> None:
    from ministack.core import iam_actions

    Patch(FIX).edit(
        iam_actions,
        "dynamodb_resource_arns",
        (
            '    table = data.get("TableName") if isinstance(data, dict) else None\n',
            """\
    if backup := gameday_backup_arn(body):
        return [backup]
    table = data.get("TableName") if isinstance(data, dict) else None
""",
        ),
        gameday_backup_arn=_backup_arn,
    )


def _backup_arn(body: bytes) -> str | None:
    data = json.loads(body or b"{}")
    arn = data.get("BackupArn") if isinstance(data, dict) else None
    return arn if isinstance(arn, str) and ":table/" in arn else None
