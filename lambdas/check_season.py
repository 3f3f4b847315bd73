"""Looks at the season several times a day, all year, and says in metrics what no run can say itself.

A run that never started reports nothing, and so does a backup that somebody deleted.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas import clients
from lambdas.check_season_settings import CheckSeasonSettings
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.billing import DOLLARS_PER_MINUTE
from lambdas.highlights.season import watch
from lambdas.highlights.season.season import Season
from lambdas.highlights.season.usage import Usage
from lambdas.step import Context, Event, logger, step

LOOKED_BACK = timedelta(days=60)  # for a clip; longer than any pause of a season
SEASON = timedelta(days=300)  # from one summer to the next

metrics = Metrics(namespace="GameDayVault", service="season")


@step
def handler(event: Event, _: Context) -> Event:
    """`{}` to the figures, which are published as metrics of these names."""
    settings, now = CheckSeasonSettings.from_env(), datetime.now(UTC)
    figures = {
        "RunsMissed": _runs_missed(settings, now),
        "BackupBehindDays": _days_behind(settings, now),
        **_of_season(settings, now),
        **_of_usage(settings, now),
    }
    for name, value in figures.items():
        metrics.add_metric(name, MetricUnit.NoUnit, value)
    metrics.flush_metrics()
    logger.info("season looked at", **figures)
    return figures


def _runs_missed(settings: CheckSeasonSettings, now: datetime) -> int:
    looked: dict[str, datetime] = {}
    for league, began in _looks(settings.look_back, now - watch.REMEMBERED):
        looked[league] = max(began, looked.get(league, began))
    since = _last_change(settings)
    return sum(
        watch.is_missed(look, since, looked.get(league), now, settings.zone)
        for look in settings.looks
        for league in settings.leagues
    )


def _last_change(settings: CheckSeasonSettings) -> datetime:
    """When a schedule of looks was made or changed last; long ago when there is none."""
    pages = clients.scheduler().get_paginator("list_schedules")
    listed = pages.paginate(NamePrefix=settings.schedules)
    return max(
        (
            one["LastModificationDate"]
            for page in listed
            for one in page["Schedules"]
            if one["Target"]["Arn"] == settings.look_back
        ),
        default=datetime.min.replace(tzinfo=UTC),
    )


def _looks(look_back: str, since: datetime) -> Iterator[tuple[str, datetime]]:
    """The league and the beginning of each execution that began after `since`."""
    states = clients.step_functions()
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=look_back)
    for one in (one for page in pages for one in page["executions"]):  # newest first
        if one["startDate"] < since:
            return
        given = json.loads(states.describe_execution(executionArn=one["executionArn"])["input"])
        if isinstance(given, dict) and isinstance(given.get("league"), str):
            yield given["league"], one["startDate"]


def _days_behind(settings: CheckSeasonSettings, now: datetime) -> float:
    table = clients.table(settings.table_name)
    backups = BackupStore(clients.dynamodb(), table.name, time.monotonic, time.sleep).ours()
    items = table.scan(ProjectionExpression="updated_at, backed_up")
    return watch.days_behind(items, backups, now)


def _of_season(settings: CheckSeasonSettings, now: datetime) -> dict[str, float]:
    season, today = Season(clients.table(settings.season_table)), now.astimezone(settings.zone)
    standing, without = watch.Standing(), 0
    for league in settings.leagues:
        looked_at, first = 0, (today - LOOKED_BACK).date()
        for day in season.days(league, (today - SEASON).date(), today.date()):
            standing.add(day)
            looked_at += "looked_at" in day and day["game_date"] >= first.isoformat()
        if today.month in settings.months:
            games = season.games(league, first, today.date())
            without = max(without, watch.days_without_clip(games, looked_at, now))
    return {
        "DaysWithoutClip": without,
        "DaysKept": standing.days_kept,
        "DaysOpen": standing.days_open,
        "GamesKept": standing.games_kept,
        "GamesWaiting": standing.games_waiting,
        "GamesMissing": standing.games_missing,
    }


def _of_usage(settings: CheckSeasonSettings, now: datetime) -> dict[str, float]:
    usage = Usage(clients.table(settings.season_table))
    today, yesterday = usage.day(now.date()), usage.day(now.date() - timedelta(days=1))
    month: dict[str, Any] = usage.month(f"{now:%Y-%m}")
    minutes = month["transcode_seconds"] / 60
    return {
        "CallsLeft": watch.calls_left(today, settings.provider_calls_per_day),
        "QuotaStops": int(watch.is_out_of_calls((today, yesterday), now)),
        "MinutesTranscoded": minutes,
        "GigabytesStored": month["stored_bytes"] / 1e9,
        "TranscodingDollars": minutes * DOLLARS_PER_MINUTE,
    }
