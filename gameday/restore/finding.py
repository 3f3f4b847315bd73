"""Finds what a person wants restored: among the backups, in recovery's reach, in the bucket."""

from datetime import UTC, datetime

from gameday.backup_names import NEWEST, backup_named
from gameday.moments import parse_moment
from gameday.protection import describe_table
from gameday.request import UsageError
from gameday.restore.sources import (
    LATEST,
    SYSTEM,
    FromBackup,
    FromExport,
    FromMoment,
    Source,
    Wanted,
    matching_export,
    newest_of_ours,
    require_restorable,
)
from gameday.vault import Vault
from lambdas.highlights.archive import Archive
from lambdas.highlights.backup_store import backup_of
from lambdas.highlights.backups import Backup
from lambdas.highlights.errors import RestoreFailed
from lambdas.highlights.table_export import chain_to, complete_exports, newest_chain


def find_source(vault: Vault, wanted: Wanted, now: datetime, *, live_is_there: bool) -> Source:
    """What `wanted` means. Raises UsageError, and RestoreFailed when there is none."""
    if wanted.export is not None:
        return _export(vault, wanted.export)
    if wanted.at is not None:
        moment = None if wanted.at == LATEST else parse_moment(wanted.at, now)
        is_latest = wanted.at in (LATEST, "now")
        if live_is_there:
            return _moment(vault, None if is_latest else moment)
        return _deleted(vault, None if is_latest else moment)
    return _backup(vault, wanted.backup or NEWEST)


def _backup(vault: Vault, given: str) -> FromBackup:
    listed = [one for one in vault.backups.listed() if one.status == "AVAILABLE"]
    newest = newest_of_ours(listed, vault.table)
    if given != NEWEST:
        listed += _of_deleted(vault)
    if given == NEWEST and newest is None:
        raise RestoreFailed(
            f"there is no backup of {vault.table} to restore; try --at latest, --export latest, or "
            "gameday rebuild, which needs the bucket alone"
        )
    name = backup_named(given, {one.name for one in listed}, newest and newest.name)
    named = [one for one in listed if one.name == name]
    backup = max(named, key=lambda one: one.created_at)
    return FromBackup(backup, _counted(vault, backup))


def _deleted(vault: Vault, asked: datetime | None) -> FromBackup:
    """What is left of the table that was deleted."""
    available = _of_deleted(vault)
    if not available:
        raise RestoreFailed(
            f"the table {vault.table} is gone, and DynamoDB has no system backup of it: it was "
            "deleted more than 35 days ago, or without point-in-time recovery; try gameday "
            "restore, --export latest, or gameday rebuild"
        )
    backup = max(available, key=lambda one: one.created_at)
    return FromBackup(backup, _counted(vault, backup), asked)


def _of_deleted(vault: Vault) -> list[Backup]:
    """The backups that DynamoDB made itself of tables of this name that were deleted."""
    dynamodb, start = vault.aws.client("dynamodb"), dict[str, str]()
    found: list[Backup] = []
    while True:
        page = dynamodb.list_backups(TableName=vault.table, BackupType=SYSTEM, **start)
        found += [backup_of(one) for one in page["BackupSummaries"]]
        if "LastEvaluatedBackupArn" not in page:
            return [one for one in found if one.status == "AVAILABLE"]
        start = {"ExclusiveStartBackupArn": page["LastEvaluatedBackupArn"]}


def _counted(vault: Vault, backup: Backup) -> int | None:
    described = vault.aws.client("dynamodb").describe_backup(BackupArn=backup.arn)
    return described["BackupDescription"].get("SourceTableDetails", {}).get("ItemCount")


def _moment(vault: Vault, moment: datetime | None) -> FromMoment:
    dynamodb = vault.aws.client("dynamodb")
    described = dynamodb.describe_continuous_backups(TableName=vault.table)
    recovery = described["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if "EarliestRestorableDateTime" not in recovery:
        raise UsageError(
            f"point-in-time recovery of {vault.table} is off, so no moment can be restored; "
            "restore a backup: gameday restore"
        )
    earliest, latest = (
        recovery[f"{which}RestorableDateTime"].astimezone(UTC) for which in ("Earliest", "Latest")
    )
    if moment is None:
        moment = latest.replace(microsecond=0)
    else:
        former = max(_of_deleted(vault), key=lambda one: one.created_at, default=None)
        require_restorable(moment, earliest.replace(microsecond=0), latest, former)
    live = describe_table(dynamodb, vault.table) or {}
    return FromMoment(moment, live["TableArn"], live.get("TableSizeBytes", 0))


def _export(vault: Vault, given: str) -> FromExport:
    archive = Archive(vault.aws.client("s3"), vault.bucket)
    if given == LATEST:
        chain = newest_chain(complete_exports(archive))
        if not chain:
            raise RestoreFailed(
                f"the bucket {vault.bucket} holds no complete export; the setting table_exports "
                "makes them; try gameday restore, or gameday rebuild"
            )
    else:
        exports = list(complete_exports(archive))
        chain = chain_to(exports, matching_export(given, [one.id for one in exports]))
    return FromExport(tuple(chain))
