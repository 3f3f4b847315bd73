"""The table's on-demand backups, through DynamoDB's API."""

from datetime import datetime
from typing import Any

from lambdas.highlights.backups import Backup, backup_name, is_ours
from lambdas.highlights.errors import BackupFailed, BackupNotReady


class BackupStore:
    """Makes, lists and deletes this product's backups of `table`.

    dynamodb: a boto3 DynamoDB client. ListBackups allows 5 and DeleteBackup 10 calls a second
    (their API reference); the client's own retries keep to that.
    """

    def __init__(self, dynamodb: Any, table: str):
        self._dynamodb = dynamodb
        self._table = table

    def ours(self) -> list[Backup]:
        """Every backup that this product made of the table, all pages read."""
        found: list[Backup] = []
        start: dict[str, str] = {}
        while True:
            page = self._dynamodb.list_backups(TableName=self._table, BackupType="USER", **start)
            found += [_backup(summary) for summary in page["BackupSummaries"]]
            if "LastEvaluatedBackupArn" not in page:
                return [backup for backup in found if is_ours(backup, self._table)]
            start = {"ExclusiveStartBackupArn": page["LastEvaluatedBackupArn"]}

    def create(self, now: datetime) -> Backup:
        """Ask for a backup; it may be CREATING for a while. Raises BackupNotReady."""
        name = backup_name(self._table, now)
        try:
            answer = self._dynamodb.create_backup(TableName=self._table, BackupName=name)
        except self._dynamodb.exceptions.BackupInUseException as error:
            raise BackupNotReady("another backup of the table is being made") from error
        return _backup(answer["BackupDetails"])

    def require_available(self, backup: Backup) -> None:
        """Return when `backup` is AVAILABLE; raises BackupNotReady or BackupFailed."""
        try:
            answer = self._dynamodb.describe_backup(BackupArn=backup.arn)
            status = answer["BackupDescription"]["BackupDetails"]["BackupStatus"]
        except self._dynamodb.exceptions.BackupNotFoundException:
            status = "CREATING"  # asked for a moment ago and not listed everywhere yet
        if status == "CREATING":
            raise BackupNotReady(f"the backup {backup.name} is not AVAILABLE yet")
        if status != "AVAILABLE":
            raise BackupFailed(
                f"the backup {backup.name} ended as {status}; older backups were left alone, "
                "run again to make another"
            )

    def delete(self, backup: Backup) -> None:
        """Delete `backup`; one that is gone already is fine. Raises BackupNotReady."""
        try:
            self._dynamodb.delete_backup(BackupArn=backup.arn)
        except self._dynamodb.exceptions.BackupNotFoundException:
            return
        except self._dynamodb.exceptions.BackupInUseException as error:
            raise BackupNotReady(f"the backup {backup.name} is in use") from error


def _backup(details: dict[str, Any]) -> Backup:
    return Backup(
        arn=details["BackupArn"],
        name=details["BackupName"],
        created_at=details["BackupCreationDateTime"],
        status=details["BackupStatus"],
    )
