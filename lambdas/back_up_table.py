"""Fourth step: an on-demand backup of the table that holds the day's last write, and rotation."""

from dataclasses import asdict
from datetime import UTC, datetime

from lambdas import clients
from lambdas.highlights.back_up import back_up, unsaved
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.ledger import Ledger
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, _: Context) -> Event:
    """`{"ids", "written_by", "waited_until", ...}` to `{"created", "name", "kept", "deleted"}`.

    written_by, waited_until: ISO 8601, when PlanBackup looked and when the wait after it ended.
    """
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    written_by = datetime.fromisoformat(event["written_by"])
    new = unsaved(ledger.read(event["ids"]).values(), written_by)
    if not new:
        return {"created": False}
    done = back_up(
        new,
        waited_until=datetime.fromisoformat(event["waited_until"]),
        now=datetime.now(UTC),
        keep=settings.backups_to_keep,
        store=BackupStore(clients.dynamodb(), settings.table_name),
        ledger=ledger,
    )
    logger.info("table backed up", backup=done.name, kept=done.kept, deleted=done.deleted)
    return {"created": True, **asdict(done)}
