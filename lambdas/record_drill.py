"""The drill's last step: its record, and for how long there has been no good one.

Called twice a day without a drill, it says the latter alone.
"""

import json
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas import clients
from lambdas.drill_settings import DrillSettings
from lambdas.highlights.archive import Archive
from lambdas.highlights.drill.record import Drill, days_since, last_good
from lambdas.highlights.keys import DRILLS, drill_record_key
from lambdas.objects import Objects
from lambdas.step import Context, Event, logger, step

DAYS_SINCE_GOOD_DRILL = "DaysSinceGoodDrill"

metrics = Metrics(namespace="GameDayVault", service="drill")


@step
def handler(event: Event, _: Context) -> Event:
    """`{"drill": the execution's state}` to `{"passed", "summary", "record"}`; `{}` to the age.

    Publishes the metric DaysSinceGoodDrill, which counts from the table's making where no drill
    was good yet.
    """
    settings, now = DrillSettings.from_env(), datetime.now(UTC)
    said: dict[str, Any] = {}
    if "drill" in event:
        said = _record(Drill(event["drill"]), settings, now)
    days = 0.0 if said.get("passed") else days_since(_counted_from(settings), now)
    metrics.add_metric(DAYS_SINCE_GOOD_DRILL, MetricUnit.NoUnit, days)
    metrics.flush_metrics()
    logger.info("drills looked at", days_since_good=days, **said)
    return {**said, "days_since_good": days}


def _record(drill: Drill, settings: DrillSettings, now: datetime) -> dict[str, Any]:
    """Write the record; that of an attempt that was cut short stays."""
    day = datetime.fromisoformat(drill.state["started"]).date()
    key = drill_record_key(day, drill.state["execution"])
    body = json.dumps(drill.record(now), indent=2).encode()
    Archive(clients.s3(), settings.bucket_name).put_once(key, body, "application/json")
    return {"passed": drill.passed, "summary": drill.summary, "record": key}


def _counted_from(settings: DrillSettings) -> datetime:
    archive = Objects(clients.s3(), settings.bucket_name)
    if (record := last_good(archive.keys(DRILLS), archive.read)) is not None:
        return datetime.fromisoformat(record["ended_at"])
    table = clients.dynamodb().describe_table(TableName=settings.table_name)["Table"]
    return table["CreationDateTime"]
