"""Last step: the run record, the metrics, and whether a rerun has something to mend."""

import json
from datetime import UTC, date, datetime, timedelta

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import run_record_key
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.run_record import run_record
from lambdas.highlights.season.digest import Record, is_news
from lambdas.highlights.season.season import Season
from lambdas.highlights.season.settling import settle
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step

metrics = Metrics(namespace="GameDayVault", service="pipeline")


@step
def handler(event: Event, _: Context) -> Event:
    """The state after the backup to `{"succeeded", "summary", "counts", "backup", "record", "news"}`.

    news: whether a digest is to be sent; never when the execution's input says `"quiet": true`.
    """
    settings = Settings.from_env()
    found = Ledger(clients.table(settings.table_name)).read(event["ids"])
    items, now = [found[one] for one in event["ids"]], datetime.now(UTC)
    game_day = GameDay(event["league"], date.fromisoformat(event["game_date"]))
    report = settle(
        Season(clients.table(settings.season_table)),
        game_day,
        items,
        holder=event["execution_arn"],
        now=now,
        window=timedelta(days=settings.look_back_days),
        limit=event["limit"],
    )
    record = run_record(event, items, now) | report.as_json()
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
        "news": _is_news(record, game_day, event, settings),
    }


def _is_news(record: Record, game_day: GameDay, event: Event, settings: Settings) -> bool:
    if event["input"].get("quiet"):
        return False
    day = Season(clients.table(settings.season_table)).day(game_day) or {}
    return is_news(record, day.get("told"))
