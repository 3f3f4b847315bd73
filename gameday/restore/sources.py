"""What a table can be restored from: a backup, a moment, or an export."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gameday.moments import in_utc
from gameday.request import UsageError
from lambdas.highlights.backups import COMMIT_ALLOWANCE, Backup, is_ours
from lambdas.highlights.drill.as_of import AsOf
from lambdas.highlights.export_layout import FOLDER, Export

SYSTEM = "SYSTEM"
LATEST = "latest"


@dataclass(frozen=True)
class Wanted:
    """What a person asked to restore from, at most one of these; nothing is the newest backup.

    backup: its name, or as much of it as says which. at: a moment as typed. export: `latest`, or
    the beginning of an export's id.
    """

    backup: str | None = None
    at: str | None = None
    export: str | None = None

    def __post_init__(self) -> None:
        given = [f"--{name}" for name, value in vars(self).items() if value is not None]
        if len(given) > 1:
            raise UsageError(f"{' and '.join(given)} name two sources; give one of them")


@dataclass(frozen=True)
class FromBackup:
    """An on-demand backup, or the one that DynamoDB made itself of a table that was deleted.

    items: how many DynamoDB had counted, up to six hours before, or None. asked: the moment that
    was asked for instead, of a table that is gone.
    """

    backup: Backup
    items: int | None = None
    asked: datetime | None = None

    @property
    def moment(self) -> datetime:
        return self.backup.created_at

    @property
    def size_bytes(self) -> int:
        return self.backup.size_bytes

    @property
    def as_of(self) -> AsOf:
        return AsOf.requested(self.moment)

    @property
    def tag(self) -> str:
        return self.backup.arn.rpartition(":")[2]

    def is_of(self, summary: Mapping[str, Any]) -> bool:
        """Whether a table with this RestoreSummary is restored from here."""
        return summary.get("SourceBackupArn") == self.backup.arn

    def in_words(self) -> str:
        if self.backup.kind != SYSTEM:
            return f"the backup {self.backup.name} of {in_utc(self.moment)}"
        return (
            f"the table as it was when it was deleted, {in_utc(self.moment)}: what point-in-time "
            "recovery has of a deleted table is its last moment alone"
        )


@dataclass(frozen=True)
class FromMoment:
    """A moment of the live table, by point-in-time recovery. table_arn: the live one's."""

    moment: datetime
    table_arn: str
    size_bytes: int
    items: int | None = None

    @property
    def as_of(self) -> AsOf:
        return AsOf(self.moment - COMMIT_ALLOWANCE, self.moment + timedelta(seconds=1))

    @property
    def tag(self) -> str:
        return f"{self.moment:%Y-%m-%dT%H:%M:%SZ}"

    def is_of(self, summary: Mapping[str, Any]) -> bool:
        """Whether a table with this RestoreSummary is restored from here."""
        return (
            "SourceBackupArn" not in summary
            and summary.get("SourceTableArn") == self.table_arn
            and summary.get("RestoreDateTime") == self.moment
        )

    def in_words(self) -> str:
        return f"the table as of {in_utc(self.moment)}, by point-in-time recovery"


@dataclass(frozen=True)
class FromExport:
    """Exports in the bucket: a full one, and the following ones of what changed."""

    chain: tuple[Export, ...]
    size_bytes: int = 0
    items: int | None = None

    @property
    def moment(self) -> datetime:
        return self.chain[-1].until

    @property
    def as_of(self) -> AsOf:
        return AsOf(self.moment - COMMIT_ALLOWANCE, self.moment)

    @property
    def tag(self) -> str:
        return self.chain[-1].id

    def is_of(self, summary: Mapping[str, Any]) -> bool:
        """DynamoDB knows nothing of it; see `tag`."""
        return False

    def in_words(self) -> str:
        full, *changes = self.chain
        words = f"the export {full.id} of {in_utc(full.until)}, {full.items:,} items"
        if changes:
            words += f", and what changed until {in_utc(self.moment)} ({len(changes)} exports)"
        return words


Source = FromBackup | FromMoment | FromExport


def newest_of_ours(backups: Sequence[Backup], table: str) -> Backup | None:
    """The newest AVAILABLE backup that this product made of the table."""
    ours = [one for one in backups if one.status == "AVAILABLE" and is_ours(one, table)]
    return max(ours, key=lambda one: (one.created_at, one.name), default=None)


def require_restorable(
    moment: datetime, earliest: datetime, latest: datetime, former: Backup | None = None
) -> None:
    """Raise UsageError unless point-in-time recovery reaches the moment.

    former: DynamoDB's own backup of a table of the same name that was deleted.
    """
    if moment < earliest:
        reach = (
            f"point-in-time recovery reaches back to {in_utc(earliest)}, not to {in_utc(moment)}"
        )
        if former is None:
            raise UsageError(f"{reach}; an older state may be in a backup: gameday backups")
        raise UsageError(
            f"{reach}; of the table before this one what is left is what it was when it was deleted, "
            f"{in_utc(former.created_at)}: --backup '{former.name}'"
        )
    if moment > latest:
        raise UsageError(
            f"the latest moment that can be restored is {in_utc(latest)}, some minutes ago; "
            f"give that one: --at {latest.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}, or --at latest"
        )


def matching_export(given: str, ids: Sequence[str]) -> str:
    """The one of `ids` that `given` is or begins, perhaps as a key in the bucket.

    Raises UsageError, with the ids that are close.
    """
    wanted = given.removeprefix(FOLDER).split("/")[0]
    found = [one for one in ids if wanted and one.startswith(wanted)]
    if len(found) == 1 or wanted in found:
        return wanted if wanted in found else found[0]
    if found:
        raise UsageError(f"{given!r} may be any of {len(found)} exports: {', '.join(found[:5])}")
    close = difflib.get_close_matches(wanted, ids, n=3) or ids[:3]
    hint = f"there are {', '.join(close)}" if close else "there is none"
    raise UsageError(f"there is no complete export {given!r} in the bucket; {hint}")
