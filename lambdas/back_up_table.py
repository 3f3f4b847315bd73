"""Fourth step: an on-demand backup of the table that holds the day's last write, and rotation."""

import time
from dataclasses import asdict
from datetime import UTC, datetime

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.back_up import back_up, unsaved
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.pins import Pins
from lambdas.highlights.rotation import as_time_allows
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, context: Context) -> Event:
    """`{"ids", "written_by", "waited_until", ...}` to `{"created", "name", "kept", "deleted"}`.

    written_by, waited_until: ISO 8601, when PlanBackup looked and when the wait after it ended.
    kept and what stands beside it: see `Rotation`.
    """
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    written_by = datetime.fromisoformat(event["written_by"])
    new = unsaved(ledger.read(event["ids"]).values(), written_by)
    if not new:
        return {"created": False}
    dynamodb = clients.dynamodb()
    done = back_up(
        new,
        waited_until=datetime.fromisoformat(event["waited_until"]),
        now=datetime.now(UTC),
        policy=settings.backup_retention,
        store=BackupStore(dynamodb, settings.table_name, time.monotonic, time.sleep),
        pins=Pins(Archive(clients.s3(), settings.bucket_name)),
        ledger=ledger,
        go_on=as_time_allows(lambda: context.get_remaining_time_in_millis() / 1000),
    )
    rotation = done.rotation
    logger.info("table backed up", backup=done.name, kept=rotation.kept, deleted=rotation.deleted)
    if rotation.held:
        logger.warning("no backup was deleted", reason=rotation.held)
    return {"created": True, "name": done.name, **asdict(rotation)}
