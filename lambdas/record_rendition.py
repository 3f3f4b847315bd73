"""Third step's end, once per transcoded highlight: the rendition is proved and recorded."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.container import ContainerProbe
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.keys import rendition_key, thumbnail_key
from lambdas.highlights.ledger import Item, Ledger
from lambdas.settings import Settings
from lambdas.step import Event, logger, step

CHUNK = 1024 * 1024


@step
def handler(event: Event) -> Event:
    """`{"id", "league", "game_date", "execution"}` to `{"id", "status": "playable"}`.

    Reads the whole rendition once: what is recorded as playable was seen to be a whole video.
    """
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    archive = Archive(clients.s3(), settings.bucket_name)
    item = ledger.read([event["id"]])[event["id"]]
    if item["status"] != Status.PLAYABLE:
        game_day = GameDay(item["league"], date.fromisoformat(item["game_date"]))
        rendition = _measure(archive, rendition_key(game_day, item["id"]))
        rendition |= {"profile": settings.transcode_profile, "execution": event["execution"]}
        thumbnail = _digest(archive, thumbnail_key(game_day, item["id"]))
        ledger.record_rendition(item["id"], rendition, thumbnail, datetime.now(UTC))
        logger.info("rendition recorded", key=rendition["key"], bytes=rendition["bytes"])
    return {"id": item["id"], "status": Status.PLAYABLE.value}


def _measure(archive: Archive, key: str) -> Item:
    """The video's digest, and its picture and duration as its own bytes say."""
    probe = ContainerProbe()
    digest = _digest(archive, key, probe.feed)
    info = probe.finish()
    facts = {
        **digest,
        "width": info.width,
        "height": info.height,
        "duration_milliseconds": round((info.duration_seconds or 0) * 1000),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _digest(archive: Archive, key: str, also: Callable[[bytes], object] = len) -> Item:
    """Key, size and checksum of an object that is read once; `also` sees its bytes."""
    digest, size = hashlib.sha256(), 0
    body = archive.read(key)
    for chunk in iter(lambda: body.read(CHUNK), b""):
        also(chunk)
        digest.update(chunk)
        size += len(chunk)
    return {"key": key, "bytes": size, "checksum": f"sha256:{digest.hexdigest()}"}
