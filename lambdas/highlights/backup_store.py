"""The table's on-demand backups, through DynamoDB's API."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from lambdas.highlights.backups import Backup, backup_name, is_ours
from lambdas.highlights.errors import BackupFailed, BackupNotReady
from lambdas.highlights.pacer import Pacer

# Calls a second. DynamoDB allows the account 5 ListBackups and 10 DeleteBackup or DescribeBackup:
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteBackup.html
LISTS_A_SECOND = 4
DELETES_A_SECOND = 8


class BackupStore:
    """Makes, lists and deletes this product's backups of `table`.

    dynamodb: a boto3 DynamoDB client. clock, wait: seconds that only go forward, and a sleep for
    so many; lists and deletions stay below DynamoDB's rates by them.
    """

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        clock: Callable[[], float],
        wait: Callable[[float], object],
    ):
        self._dynamodb = dynamodb
        self.table = table
        self._lists = Pacer(LISTS_A_SECOND, clock, wait)
        self._deletes = Pacer(DELETES_A_SECOND, clock, wait)

    def listed(self) -> list[Backup]:
        """Every on-demand backup of the table, all pages read; one page's failure is raised."""
        found: list[Backup] = []
        start: dict[str, str] = {}
        while True:
            self._lists.await_turn()
            page = self._dynamodb.list_backups(TableName=self.table, BackupType="USER", **start)
            found += [backup_of(summary) for summary in page["BackupSummaries"]]
            if "LastEvaluatedBackupArn" not in page:
                return found
            start = {"ExclusiveStartBackupArn": page["LastEvaluatedBackupArn"]}

    def ours(self) -> list[Backup]:
        """Those of `listed` that this product made."""
        return [backup for backup in self.listed() if is_ours(backup, self.table)]

    def create(self, now: datetime) -> Backup:
        """Ask for a backup; it may be CREATING for a while. Raises BackupNotReady."""
        name = backup_name(self.table, now)
        try:
            answer = self._dynamodb.create_backup(TableName=self.table, BackupName=name)
        except self._dynamodb.exceptions.BackupInUseException as error:
            raise BackupNotReady("another backup of the table is being made") from error
        return backup_of(answer["BackupDetails"])

    def require_available(self, backup: Backup) -> Backup:
        """`backup` as it is when it is AVAILABLE; else raises BackupNotReady or BackupFailed."""
        try:
            answer = self._dynamodb.describe_backup(BackupArn=backup.arn)
            described = backup_of(answer["BackupDescription"]["BackupDetails"])
            status = described.status
        except self._dynamodb.exceptions.BackupNotFoundException:
            status = "CREATING"  # asked for a moment ago and not listed everywhere yet
        if status == "CREATING":
            raise BackupNotReady(f"the backup {backup.name} is not AVAILABLE yet")
        if status != "AVAILABLE":
            raise BackupFailed(
                f"the backup {backup.name} ended as {status}; older backups were left alone, "
                "run again to make another"
            )
        return described

    def delete(self, backup: Backup) -> None:
        """Delete `backup`; one that is gone already is fine. Raises BackupNotReady."""
        self._deletes.await_turn()
        try:
            self._dynamodb.delete_backup(BackupArn=backup.arn)
        except self._dynamodb.exceptions.BackupNotFoundException:
            return
        except self._dynamodb.exceptions.BackupInUseException as error:
            raise BackupNotReady(f"the backup {backup.name} is in use") from error


def backup_of(details: Mapping[str, Any]) -> Backup:
    """A backup as DynamoDB's details or summaries tell it."""
    return Backup(
        arn=details["BackupArn"],
        name=details["BackupName"],
        created_at=details["BackupCreationDateTime"].astimezone(UTC),
        status=details["BackupStatus"],
        size_bytes=details.get("BackupSizeBytes", 0),
        kind=details.get("BackupType", "USER"),
        table=details.get("TableName"),
    )
