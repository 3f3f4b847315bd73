"""Fourth step's start: is there new data, and from when on does a backup surely hold it?"""

from datetime import datetime

from lambdas import clients
from lambdas.highlights.backups import earliest_complete
from lambdas.highlights.ledger import Ledger, is_backed_up
from lambdas.settings import Settings
from lambdas.step import Event, logger, step


@step
def handler(event: Event) -> Event:
    """`{"ids", ...}` to `{"due": bool, "created": False[, "wait_until": ISO 8601]}`."""
    ledger = Ledger(clients.table(Settings.from_env().table_name))
    unsaved = [item for item in ledger.read(event["ids"]).values() if not is_backed_up(item)]
    if not unsaved:
        logger.info("no new data: no backup is made")
        return {"due": False, "created": False}
    last_write = max(datetime.fromisoformat(item["updated_at"]) for item in unsaved)
    wait_until = earliest_complete(last_write).strftime("%Y-%m-%dT%H:%M:%SZ")
    logger.info("backup due", changed=len(unsaved), wait_until=wait_until)
    return {"due": True, "created": False, "wait_until": wait_until}
