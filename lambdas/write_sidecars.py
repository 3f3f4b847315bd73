"""Between the third step and the fourth: all that the table knows of the day, as files in S3."""

from dataclasses import asdict

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.sidecars import write_sidecars
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, _: Context) -> Event:
    """`{"ids", ...}` to `{"written", "unchanged", "newer"}`; see `SidecarsWritten`."""
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    archive = Archive(clients.s3(), settings.bucket_name)
    done = write_sidecars(event["ids"], archive, ledger)
    logger.info("sidecars written", written=done.written, unchanged=done.unchanged)
    if done.newer:
        logger.warning("sidecars know a later change than the table", keys=done.newer)
    return asdict(done)
