"""Second step, once per highlight: the video from its URL into S3."""

import time
from datetime import UTC, date, datetime
from typing import Any

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.download import Download, download_video
from lambdas.highlights.errors import NotAVideo
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import SETTLED, Status
from lambdas.highlights.keys import rendition_key, thumbnail_key, video_key
from lambdas.highlights.ledger import Item, Ledger, moment
from lambdas.highlights.measure import measure_video, picture_facts
from lambdas.highlights.source import LinkOnly, Unavailable, guarded_pools
from lambdas.highlights.transcoding import bitrate_ceiling, even_size
from lambdas.settings import Settings
from lambdas.step import Event, logger, step


@step
def handler(event: Event) -> Event:
    """`{"id", "league", "game_date", "execution"}` to `{"id", "status"[, "transcode"]}`.

    Permanent outcomes are recorded and returned; transient errors are raised for a retry.
    """
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    archive = Archive(clients.s3(), settings.bucket_name)
    item = ledger.read([event["id"]])[event["id"]]
    if item["status"] in SETTLED:
        return {"id": item["id"], "status": item["status"]}
    game_day = GameDay(item["league"], date.fromisoformat(item["game_date"]))
    video = item.get("video")
    if video is None:
        try:
            download = _download(item, game_day, settings, archive)
        except LinkOnly as outcome:
            return _settle(ledger, item, Status.LINK_ONLY, str(outcome))
        except (Unavailable, NotAVideo) as outcome:
            return _settle(ledger, item, Status.UNAVAILABLE, str(outcome))
        now = datetime.now(UTC)
        video = _video_attributes(download, archive, event["execution"], now)
        ledger.record_video(item["id"], video, now)
        logger.info("video stored", key=video["key"], bytes=video["bytes"])
    return {
        "id": item["id"],
        "status": Status.STORED.value,
        "transcode": _transcode_plan(item, game_day, video, settings, archive),
    }


def _download(item: Item, game_day: GameDay, settings: Settings, archive: Archive) -> Download:
    return download_video(
        guarded_pools(settings.allowed_private_hosts),
        item.get("url"),
        key_for=lambda extension: video_key(game_day, item["id"], extension),
        open_writer=archive.writer,
        largest=settings.largest_video,
        clock=time.monotonic,
    )


def _video_attributes(download: Download, archive: Archive, execution: str, now: datetime) -> Item:
    """What the ledger keeps of the video that stands in the archive, and who noted it when."""
    info = download.info
    facts = {"key": download.key, "bytes": download.bytes, "checksum": download.checksum}
    if not download.stored:
        facts, info = measure_video(archive, download.key)
    noted = {"stored_at": moment(now), "execution": execution}
    return facts | {"content_type": info.content_type} | picture_facts(info) | noted


def _settle(ledger: Ledger, item: Item, status: Status, reason: str) -> dict[str, Any]:
    ledger.record_outcome(item, status, reason, datetime.now(UTC))
    logger.info("video not kept", status=status.value, reason=reason)
    return {"id": item["id"], "status": status.value}


def _transcode_plan(
    item: Item, game_day: GameDay, video: Item, settings: Settings, archive: Archive
) -> dict[str, Any]:
    """What the transcoding step needs; `needed` is false when an earlier job left its outputs."""
    rendition = rendition_key(game_day, item["id"])
    thumbnail = thumbnail_key(game_day, item["id"])
    refused = item.get("rendition_refused", False)
    milliseconds = video.get("duration_milliseconds")
    duration = None if milliseconds is None else float(milliseconds) / 1000
    return {
        "needed": refused or not (archive.has(rendition) and archive.has(thumbnail)),
        "input": f"s3://{settings.bucket_name}/{video['key']}",
        "rendition": f"s3://{settings.bucket_name}/{rendition.removesuffix('.mp4')}",
        "thumbnail": f"s3://{settings.bucket_name}/{thumbnail.removesuffix('.0000000.jpg')}",
        "bitrate": bitrate_ceiling(int(video["bytes"]), duration),
        **even_size(int(video.get("width", 0)), int(video.get("height", 0))),
    }
