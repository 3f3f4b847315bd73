"""The scratch tables of drills: made from a backup, and deleted whatever happened.

No other table can be named here, so none can be deleted.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.highlights.errors import RestoreFailed, ScratchInUse

RESTORING = ("CREATING", "UPDATING")
# ListExecutions may not show yet what was started a moment ago:
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
SURELY_LISTED_AFTER = timedelta(minutes=10)
PAUSES = (0.5, 1, 2, 4, 8, 15)  # seconds between two attempts; the last one is repeated


@dataclass(frozen=True)
class Scratch:
    """A scratch table as DynamoDB describes it. made_at: when its restore was asked for."""

    name: str
    status: str
    made_at: datetime
    source: str | None
    is_restoring: bool


class ScratchTables:
    """The scratch tables of drills of `table`, through `dynamodb`, a boto3 client."""

    def __init__(self, dynamodb: Any, table: str):
        self._dynamodb = dynamodb
        self._prefix = f"{table}-drill-"

    def name(self, execution: str) -> str:
        """The scratch table of an execution; other executions have others."""
        cleaned = re.sub(r"[^A-Za-z0-9_.-]", "_", execution)
        if cleaned != execution:
            cleaned += f"-{hashlib.sha256(execution.encode()).hexdigest()[:12]}"
        return self._prefix + cleaned

    def find(self, name: str) -> Scratch | None:
        """The table as it is now, or None when it is not there."""
        try:
            found = self._dynamodb.describe_table(TableName=self._ours(name))["Table"]
        except self._dynamodb.exceptions.ResourceNotFoundException:
            return None
        restore = found.get("RestoreSummary", {})
        return Scratch(
            name,
            found["TableStatus"],
            found["CreationDateTime"],
            restore.get("SourceBackupArn"),
            found["TableStatus"] in RESTORING or restore.get("RestoreInProgress", False),
        )

    def restore(self, backup_arn: str, name: str) -> None:
        """Ask for the table; one that is being made already is fine. Indexes are left out."""
        exceptions = self._dynamodb.exceptions
        try:
            self._dynamodb.restore_table_from_backup(
                TargetTableName=self._ours(name),
                BackupArn=backup_arn,
                BillingModeOverride="PAY_PER_REQUEST",
                GlobalSecondaryIndexOverride=[],
            )
        except (exceptions.TableAlreadyExistsException, exceptions.TableInUseException):
            return
        except exceptions.BackupNotFoundException as error:
            raise RestoreFailed(f"the backup {backup_arn} was deleted a moment ago") from error

    def all(self) -> Iterator[str]:
        """The names of all scratch tables there are, whoever left them."""
        for page in self._dynamodb.get_paginator("list_tables").paginate():
            yield from (name for name in page["TableNames"] if name.startswith(self._prefix))

    def delete(self, name: str, wait: Callable[[float], bool]) -> bool:
        """Delete the table; False when it was gone. One that is being restored is waited for.

        wait: sleeps for so many seconds, or says False when there is no time left for that.
        Raises ScratchInUse then.
        """
        attempt = 0
        while True:
            try:
                self._dynamodb.delete_table(TableName=self._ours(name))
            except self._dynamodb.exceptions.ResourceNotFoundException:
                if self.find(name) is None:
                    return False
            except self._dynamodb.exceptions.ResourceInUseException:
                if (found := self.find(name)) is None or found.status == "DELETING":
                    return True
            else:
                return True
            if not wait(PAUSES[min(attempt, len(PAUSES) - 1)]):
                raise ScratchInUse(f"the table {name} is still being restored")
            attempt += 1

    def leftovers(self, running: Collection[str], now: datetime) -> Iterator[str]:
        """The tables whose drills have ended; running: names of executions that have not."""
        in_use = {self.name(execution) for execution in running}
        for name in self.all():
            found = None if name in in_use else self.find(name)
            if found and now - found.made_at > SURELY_LISTED_AFTER and not found.is_restoring:
                yield name

    def _ours(self, name: str) -> str:
        if not name.startswith(self._prefix) or name == self._prefix:
            raise ValueError(f"{name} is no scratch table of {self._prefix}*")
        return name
