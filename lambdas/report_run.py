"""Last step: the run record, the metrics, and whether a rerun has something to mend."""

import json
from datetime import UTC, date, datetime

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import run_record_key
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.run_record import run_record
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step

metrics = Metrics(namespace="GameDayVault", service="pipeline")


@step
def handler(event: Event, _: Context) -> Event:
    """The state after the backup to `{"succeeded", "summary", "counts", "backup", "record"}`."""
    settings = Settings.from_env()
    items = Ledger(clients.table(settings.table_name)).read(event["ids"])
    record = run_record(event, [items[one] for one in event["ids"]], datetime.now(UTC))
    game_day = GameDay(event["league"], date.fromisoformat(event["game_date"]))
    key = run_record_key(game_day, event["execution"])
    body = json.dumps(record, indent=2).encode()
    Archive(clients.s3(), settings.bucket_name).put_once(key, body, "application/json")
    for name, value in record["counts"].items():
        metrics.add_metric(f"Highlights{name.title().replace('_', '')}", MetricUnit.Count, value)
    metrics.add_metric("BackupsCreated", MetricUnit.Count, int(record["backup"]["created"]))
    metrics.flush_metrics()
    logger.info("run reported", summary=record["summary"], record=key)
    return {
        "succeeded": record["succeeded"],
        "summary": record["summary"],
        "counts": record["counts"],
        "backup": record["backup"],
        "record": key,
    }
