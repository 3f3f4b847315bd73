"""DynamoDB's tables, in memory, that take a while to be restored."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)


class Missing(Exception):
    """ResourceNotFoundException."""


class InUse(Exception):
    """ResourceInUseException."""


class Exists(Exception):
    """TableAlreadyExistsException."""


class Restoring(Exception):
    """TableInUseException."""


class NoBackup(Exception):
    """BackupNotFoundException."""


class FakeTables:
    """Tables by name. requests_while_creating: for how many requests a restore goes on."""

    class exceptions:
        ResourceNotFoundException = Missing
        ResourceInUseException = InUse
        TableAlreadyExistsException = Exists
        TableInUseException = Restoring
        BackupNotFoundException = NoBackup

    def __init__(self, *names: str, made_at: datetime = NOW):
        self.tables = {name: self._table("ACTIVE", made_at) for name in names}
        self.creating: dict[str, int] = {}
        self.requests_while_creating = 2
        self.restored: list[dict[str, Any]] = []

    @staticmethod
    def _table(status: str, made_at: datetime) -> dict[str, Any]:
        return {"TableStatus": status, "CreationDateTime": made_at}

    def restore_table_from_backup(self, **asked: Any) -> None:
        name = asked["TargetTableName"]
        if name in self.tables:
            raise Restoring if name in self.creating else Exists
        self.restored.append(asked)
        self.tables[name] = self._table("CREATING", NOW) | {
            "RestoreSummary": {"SourceBackupArn": asked["BackupArn"], "RestoreInProgress": True}
        }
        self.creating[name] = self.requests_while_creating

    def describe_table(self, TableName: str) -> dict[str, Any]:
        self._pass(TableName)
        if TableName not in self.tables:
            raise Missing
        return {"Table": dict(self.tables[TableName])}

    def delete_table(self, TableName: str) -> None:
        self._pass(TableName)
        if TableName not in self.tables:
            raise Missing
        if self.tables[TableName]["TableStatus"] == "CREATING":
            raise InUse
        del self.tables[TableName]

    def get_paginator(self, operation: str) -> "FakeTables":
        assert operation == "list_tables"
        return self

    def paginate(self) -> Iterator[dict[str, list[str]]]:
        """Two names a page."""
        names = sorted(self.tables)
        for start in range(0, len(names), 2):
            yield {"TableNames": names[start : start + 2]}

    def _pass(self, name: str) -> None:
        if name in self.creating:
            self.creating[name] -= 1
            if self.creating[name] < 0:
                del self.creating[name]
                self.tables[name] = self._table("ACTIVE", NOW)
