"""Fourth step's start: is there new data, and from when on does a backup surely hold it?"""

from datetime import UTC, datetime

from lambdas import clients
from lambdas.highlights.back_up import unsaved
from lambdas.highlights.backups import earliest_complete
from lambdas.highlights.ledger import Ledger, moment
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, _: Context) -> Event:
    """`{"ids", ...}` to `{"due", "created": False[, "written_by", "wait_until": ISO 8601]}`.

    Every write of this execution has returned by now, so now is what the backup must hold.
    """
    ledger = Ledger(clients.table(Settings.from_env().table_name))
    new = unsaved(ledger.read(event["ids"]).values())
    if not new:
        logger.info("no new data: no backup is made")
        return {"due": False, "created": False}
    now = datetime.now(UTC)
    wait_until = earliest_complete(now).strftime("%Y-%m-%dT%H:%M:%SZ")
    logger.info("backup due", changed=len(new), wait_until=wait_until)
    return {"due": True, "created": False, "written_by": moment(now), "wait_until": wait_until}
