"""First step: the provider's listing of a game day, kept raw in S3 and as items in the table."""

import json
from datetime import UTC, datetime

import urllib3

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import ProviderRefusedKey
from lambdas.highlights.game_day import game_day_of
from lambdas.highlights.intake import take_in
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.provider import Provider
from lambdas.highlights.season.story import Story, Told
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, _: Context) -> Event:
    """`{"input": the execution's input, "execution"}` to the game day's work; see `take_in`."""
    settings = Settings.from_env()
    game_day = game_day_of(event["input"], settings.time_zone)
    logger.append_keys(league=game_day.league, date=game_day.date.isoformat())
    http = urllib3.PoolManager()
    provider = Provider(http, settings.provider_url, settings.provider_host, _key(settings))
    listing = provider.list_highlights(game_day, settings.time_zone, settings.limit)
    archive = Archive(clients.s3(), settings.bucket_name)
    ledger = Ledger(clients.table(settings.table_name))
    story, now = Story(clients.table(settings.season_table)), datetime.now(UTC)
    intake = take_in(
        listing,
        game_day,
        archive=archive,
        ledger=ledger,
        now=now,
        tell_listed=lambda id_, facts: story.tell(
            id_, now, event["execution"], Told.LISTED, **facts
        ),
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
    }


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
