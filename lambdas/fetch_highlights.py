"""First step: the provider's listing of a game day, kept raw in S3 and as items in the table."""

import json
from datetime import UTC, datetime

import urllib3

from lambdas import clients
from lambdas.executions import is_running
from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import ProviderRefusedKey, VaultError
from lambdas.highlights.game_day import game_day_of
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.provider import Provider
from lambdas.highlights.season.lock import DayLock
from lambdas.highlights.season.look import Look
from lambdas.highlights.season.provider_budget import ProviderBudget, is_a_persons
from lambdas.highlights.season.season import Season
from lambdas.highlights.season.story import Story, Told
from lambdas.highlights.season.usage import Usage
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, _: Context) -> Event:
    """`{"input": the execution's input, "execution", "execution_arn"}` to the game day's work.

    See `Look.take_in`. Raises DayInUse while another execution works on the day.
    """
    settings = Settings.from_env()
    game_day = game_day_of(event["input"], settings.time_zone)
    logger.append_keys(league=game_day.league, date=game_day.date.isoformat())
    http = urllib3.PoolManager()
    season, now = clients.table(settings.season_table), datetime.now(UTC)
    DayLock(season, is_running).acquire(game_day, event["execution_arn"], now)
    own = is_a_persons(event["input"])
    budget = ProviderBudget(
        Usage(season), None if own else settings.provider_calls_per_day, lambda: datetime.now(UTC)
    )
    provider = Provider(http, settings.provider_url, settings.provider_host, _key(settings), budget)
    story = Story(season)
    intake = Look(Season(season), game_day, settings.time_zone, now, settings.limit).take_in(
        provider,
        Archive(clients.s3(), settings.bucket_name),
        Ledger(clients.table(settings.table_name)),
        own=own,
        tell_listed=lambda id_, facts: story.tell(
            id_, now, event["execution"], Told.LISTED, **facts
        ),
        unlisted=_note_unlisted,
    )
    logger.info("highlights fetched", **intake.counts())
    return {
        "league": game_day.league,
        "game_date": game_day.date.isoformat(),
        "execution": event["execution"],
        **intake.counts(),
        "limit": settings.limit,
        "ids": intake.ids,
        "pending": intake.pending,
        "calls": budget.calls,
    }


def _note_unlisted(error: VaultError) -> None:
    """The run goes on with the games that the day's highlights name."""
    logger.info("games not listed", error=type(error).__name__, reason=str(error))


def _key(settings: Settings) -> str:
    """The provider's key from its secret: `{"api_key": "..."}`, or the key alone."""
    secret = clients.secrets_manager().get_secret_value(SecretId=settings.secret_arn)
    text = secret.get("SecretString", "").strip()
    try:
        content = json.loads(text)
    except ValueError:
        content = text
    key = content.get("api_key") if isinstance(content, dict) else text
    if (
        not isinstance(key, str)
        or not key.strip()
        or not (key.isascii() and key.strip().isprintable())
    ):
        raise ProviderRefusedKey(
            'the provider secret holds no key; store {"api_key": "..."} or the key alone in it'
        )
    return key.strip()
