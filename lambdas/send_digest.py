"""After the report of a run that has something new to tell: the digest, published to the topic."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.season.digest import digest_of, fingerprint, is_news
from lambdas.highlights.season.season import Season
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step

# A link ends with the session of the role that signed it, if that is earlier.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
LINKS_LAST = timedelta(hours=12)


@step
def handler(event: Event, _: Context) -> Event:
    """`{"execution", "record": key of a run record}` to `{"sent": bool}`.

    A mail sent twice is better than none: it is noted as sent after it was, so that an attempt that
    was cut short in between is repeated. The links are neither logged nor returned.
    """
    settings, now = Settings.from_env(), datetime.now(UTC)
    record = json.load(Archive(clients.s3(), settings.bucket_name).read(event["record"]))
    game_day = GameDay(record["league"], date.fromisoformat(record["game_date"]))
    season = Season(clients.table(settings.season_table))
    told = (season.day(game_day) or {}).get("told")
    if not is_news(record, told):
        logger.info("digest left out: all of it was told before")
        return {"sent": False}
    digest = digest_of(record, partial(_link, settings.bucket_name), now + LINKS_LAST)
    clients.sns().publish(
        TopicArn=settings.notices_topic, Subject=digest.subject, Message=digest.body
    )
    season.note_told(game_day, fingerprint(record), now)
    logger.info("digest sent", subject=digest.subject)
    return {"sent": True}


def _link(bucket: str, key: str) -> str:
    """A URL that lets whoever has it watch the object of `key`."""
    return clients.s3().generate_presigned_url(
        "get_object",
        Params={"Bucket": bucket, "Key": key},
        ExpiresIn=int(LINKS_LAST.total_seconds()),
    )
