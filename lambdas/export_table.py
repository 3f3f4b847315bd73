"""After a backup or on a schedule: exports of the table to the bucket, of what none holds yet."""

from datetime import UTC, datetime

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.export_requests import ExportRequests, Occasion
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, _: Context) -> Event:
    """`{"asked_by", "asked_at": ISO 8601}` to `{"asked", "written"}`, ids of exports.

    DynamoDB needs minutes for an export; that it failed is told by the next call, as ExportFailed.
    """
    settings = Settings.from_env()
    requests = ExportRequests(
        clients.dynamodb(),
        Archive(clients.s3(), settings.bucket_name),
        settings.table_name,
        lambda: datetime.now(UTC),
    )
    occasion = Occasion(event["asked_by"], datetime.fromisoformat(event["asked_at"]))
    exported = requests.export(occasion)
    logger.info("table exported", asked=exported.asked, written=exported.written)
    exported.require_success()
    return {"asked": exported.asked, "written": exported.written}
