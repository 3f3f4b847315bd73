"""Fourth step: an on-demand backup of the table that holds the day's last write, and rotation."""

from datetime import UTC, datetime

from lambdas import clients
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import covering, surplus
from lambdas.highlights.ledger import Ledger, is_backed_up
from lambdas.settings import Settings
from lambdas.step import Event, logger, step


@step
def handler(event: Event) -> Event:
    """`{"ids", ...}` to `{"created", "name", "kept", "deleted"}`.

    Safe to call again at any point: a backup that an earlier call asked for is waited for, not
    asked for twice. Nothing is deleted before the new backup is AVAILABLE.
    """
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    store = BackupStore(clients.dynamodb(), settings.table_name)
    unsaved = [item for item in ledger.read(event["ids"]).values() if not is_backed_up(item)]
    if not unsaved:
        return {"created": False}
    last_write = max(datetime.fromisoformat(item["updated_at"]) for item in unsaved)
    backup = covering(store.ours(), last_write) or store.create(datetime.now(UTC))
    store.require_available(backup)
    for item in unsaved:
        ledger.mark_backed_up(item, backup.name)
    backups = store.ours()
    expired = surplus(backups, settings.backups_to_keep)
    for old in expired:
        store.delete(old)
    kept = [one.name for one in backups if one not in expired and one.status == "AVAILABLE"]
    deleted = [one.name for one in expired]
    logger.info("table backed up", backup=backup.name, kept=len(kept), deleted=deleted)
    return {"created": True, "name": backup.name, "kept": len(kept), "deleted": deleted}
