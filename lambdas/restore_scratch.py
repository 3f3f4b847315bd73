"""The drill's first step, called until it is done: the newest backup becomes a scratch table."""

import time
from datetime import UTC, datetime, timedelta

from lambdas import clients
from lambdas.drill_settings import DrillSettings
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import Backup
from lambdas.highlights.drill.choice import newest
from lambdas.highlights.drill.record import NOTHING_KEPT
from lambdas.highlights.drill.scratch import Scratch, ScratchTables
from lambdas.highlights.errors import NoBackup, RestoreFailed
from lambdas.objects import Objects
from lambdas.step import Context, Event, logger, step

# Most restores end within an hour, and their time does not follow from the table's size alone:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_HowItWorks.html
LONGEST_RESTORE = timedelta(hours=4)


@step
def handler(event: Event, _: Context) -> Event:
    """`{"execution", "restore"}` to what is to be the next call's `"restore"`.

    `{"state": "restoring" | "restored" | "nothing_kept", "scratch", "backup", "created_at",
    "requested_at", "seconds"}`; the first call's is empty. Raises NoBackup and RestoreFailed.
    """
    settings = DrillSettings.from_env()
    scratches = ScratchTables(clients.dynamodb(), settings.table_name)
    name, now = scratches.name(event["execution"]), datetime.now(UTC)
    restore = event["restore"]
    if not restore:
        return _begun(scratches, name, settings, now)
    scratch = scratches.find(name)
    seconds = (now - datetime.fromisoformat(restore["requested_at"])).total_seconds()
    if scratch is None or scratch.is_restoring:
        if seconds > LONGEST_RESTORE.total_seconds():
            raise RestoreFailed(f"{name} is not restored after {seconds:,.0f} s; drill again")
        return {**restore, "seconds": round(seconds)}
    if scratch.status != "ACTIVE":
        raise RestoreFailed(f"{name} was restored to the status {scratch.status}")
    logger.info("scratch table restored", table=name, seconds=seconds)
    return {**restore, "state": "restored", "seconds": round(seconds)}


def _begun(scratches: ScratchTables, name: str, settings: DrillSettings, now: datetime) -> Event:
    """Ask for the scratch table, unless an attempt that was cut short did."""
    dynamodb = clients.dynamodb()
    backups = BackupStore(dynamodb, settings.table_name, time.monotonic, time.sleep).ours()
    backup = _restored_already(backups, scratches.find(name)) or newest(backups)
    if backup is None:
        _require_nothing_kept(settings)
        return {"state": NOTHING_KEPT}
    scratches.restore(backup.arn, name)
    logger.info("restore requested", backup=backup.name, table=name)
    return {
        "state": "restoring",
        "scratch": name,
        "backup": backup.name,
        "created_at": backup.created_at.astimezone(UTC).isoformat(),
        "requested_at": now.isoformat(),
        "seconds": 0,
    }


def _restored_already(backups: list[Backup], scratch: Scratch | None) -> Backup | None:
    source = None if scratch is None else scratch.source
    return next((backup for backup in backups if backup.arn == source), None)


def _require_nothing_kept(settings: DrillSettings) -> None:
    """Raise NoBackup when there is anything that a backup should hold."""
    archive = Objects(clients.s3(), settings.bucket_name)
    is_kept = next(clients.table(settings.table_name).scan(), None) or any(
        next(archive.keys(prefix), None) for prefix in ("videos/", "processed_videos/")
    )
    if is_kept:
        raise NoBackup(
            f"no backup of the table {settings.table_name} can be restored; make one: "
            "gameday backups make"
        )
