"""When the table needs an on-demand backup, and which backups are this product's.

A backup requested at 14:25:00 surely holds what was written until 14:24:00:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

GUARANTEED_AFTER = timedelta(seconds=60)
CLOCK_ALLOWANCE = timedelta(seconds=5)
COMMIT_ALLOWANCE = timedelta(seconds=60)  # a write is dated before it is sent, perhaps twice
ROUNDING = timedelta(seconds=1)


@dataclass(frozen=True)
class Backup:
    """One backup as ListBackups shows it.

    status: CREATING, AVAILABLE or DELETED. kind: USER, SYSTEM or AWS_BACKUP. table: the name of
    the table that it was made of, where it is said. size_bytes: as DynamoDB counts them.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupSummary.html
    """

    arn: str
    name: str
    created_at: datetime
    status: str
    size_bytes: int = 0
    kind: str = "USER"
    table: str | None = None


def backup_name(table: str, now: datetime) -> str:
    """`<table>-<UTC timestamp>`, in the form that `is_ours` knows."""
    return f"{table}-{now:%Y%m%dT%H%M%SZ}"


def is_ours(backup: Backup, table: str) -> bool:
    """Whether this product made `backup`; all others are never touched."""
    return (
        backup.kind == "USER"
        and backup.table in (None, table)
        and re.fullmatch(re.escape(table) + r"-[0-9]{8}T[0-9]{6}Z", backup.name) is not None
    )


def earliest_complete(last_write: datetime) -> datetime:
    """From when on a requested backup surely holds `last_write`."""
    return last_write + GUARANTEED_AFTER + CLOCK_ALLOWANCE


def covering(
    backups: Iterable[Backup], last_write: datetime, waited_until: datetime
) -> Backup | None:
    """The newest backup, also one in the making, that surely holds `last_write`.

    It was requested after the wait for it was over, by an earlier call, or long enough after the
    write, by an execution that was interrupted before it could note so.
    """
    from_when = min(waited_until - ROUNDING, last_write + GUARANTEED_AFTER + COMMIT_ALLOWANCE)
    holding = [
        backup
        for backup in backups
        if backup.status in ("CREATING", "AVAILABLE") and backup.created_at >= from_when
    ]
    return max(holding, key=lambda backup: backup.created_at, default=None)
