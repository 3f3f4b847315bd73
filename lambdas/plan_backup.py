"""Fourth step's start: is there new data, and from when on does a backup surely hold it?"""

from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger

from lambdas import clients
from lambdas.highlights.backups import earliest_complete
from lambdas.highlights.ledger import Ledger, is_backed_up
from lambdas.log_keys import log_keys
from lambdas.settings import Settings

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`{"ids", ...}` to `{"due": bool, "created": False[, "wait_until": ISO 8601]}`."""
    logger.append_keys(**log_keys(event))
    ledger = Ledger(clients.table(Settings.from_env().table_name))
    unsaved = [item for item in ledger.read(event["ids"]).values() if not is_backed_up(item)]
    if not unsaved:
        logger.info("no new data: no backup is made")
        return {"due": False, "created": False}
    last_write = max(datetime.fromisoformat(item["updated_at"]) for item in unsaved)
    wait_until = earliest_complete(last_write).strftime("%Y-%m-%dT%H:%M:%SZ")
    logger.info("backup due", changed=len(unsaved), wait_until=wait_until)
    return {"due": True, "created": False, "wait_until": wait_until}
