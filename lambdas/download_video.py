"""Second step, once per highlight: the video from its URL into S3."""

import time
from datetime import UTC, date, datetime
from typing import Any

from lambdas import clients
from lambdas.guarding import Guard, Paused
from lambdas.highlights.archive import Archive
from lambdas.highlights.connections import guarded_pools
from lambdas.highlights.containers.formats import Format
from lambdas.highlights.deadline import Deadline, Patience, Watch
from lambdas.highlights.destination import Destination
from lambdas.highlights.download import AlreadyStored, download_video
from lambdas.highlights.errors import LinkOnly, NotAVideo, Unavailable, VaultError
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.heard import Heard
from lambdas.highlights.highlight import PAUSED, SETTLED, Status
from lambdas.highlights.internet import Internet
from lambdas.highlights.keys import rendition_key, thumbnail_key, video_key
from lambdas.highlights.ledger import Item, Ledger, moment
from lambdas.highlights.measure import measure_video, picture_facts
from lambdas.highlights.season.story import Told
from lambdas.highlights.transcoding import bitrate_ceiling, even_size, is_ready
from lambdas.highlights.unfinished import Unfinished
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step
from lambdas.telling import Telling

WHEN_NEEDED = "when_needed"  # of the setting transcode
LONGEST_FOR_A_PICTURE = 60  # seconds
SECONDS_TO_STOP = 20  # before the function's own time limit: to leave an upload in order


@step
def handler(event: Event, context: Context) -> Event:
    """`{"id", "league", "game_date", "execution"}` to `{"id", "status"[, "transcode"]}`.

    Permanent outcomes are recorded and returned; transient errors are raised for a retry, which
    goes on with the upload that this attempt left open. A highlight that a cap holds back keeps
    its status in the ledger, and is "paused" for this execution.
    """
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    archive = Archive(clients.s3(), settings.bucket_name)
    item = ledger.read([event["id"]])[event["id"]]
    if item["status"] in SETTLED:
        return {"id": item["id"], "status": item["status"]}
    guard = Guard.of(settings, event, item)
    try:
        return _work(event, context, settings, ledger, archive, item, guard)
    except Paused as paused:
        Telling(settings, event).tell(Told.PAUSED, reason=str(paused))
        ledger.pause(item, str(paused))
        return {"id": item["id"], "status": PAUSED}


def _work(
    event: Event,
    context: Context,
    settings: Settings,
    ledger: Ledger,
    archive: Archive,
    item: Item,
    guard: Guard,
) -> Event:
    """The video, where it is missing, and what its transcoding needs. Raises Paused."""
    game_day = GameDay(item["league"], date.fromisoformat(item["game_date"]))
    video = item.get("video")
    if video is None or "video_refused" in item:
        guard.begin_download()
        ledger.go_on(item)
        seconds = context.get_remaining_time_in_millis() / 1000 - SECONDS_TO_STOP
        deadline = Deadline(seconds, time.monotonic, time.sleep)
        telling = Telling(settings, event, context.aws_request_id)
        try:
            video = _download(
                item, game_day, settings, ledger, archive, deadline, telling.heard, guard
            )
        except (LinkOnly, Unavailable, NotAVideo) as outcome:
            telling.not_kept(outcome)
            return _settle(ledger, archive, item, outcome)
        except VaultError as error:
            telling.broke_off(error)
            raise
        guard.count_video(int(video["bytes"]))
        now = datetime.now(UTC)
        telling.stored(video)
        video |= {"stored_at": moment(now), "execution": event["execution"]}
        ledger.record_video(item["id"], video, now)
        logger.info("video stored", key=video["key"], bytes=video["bytes"])
    plan = _transcode_plan(item, game_day, video, settings, archive)
    if plan["needed"] and settings.transcode == WHEN_NEEDED:
        seconds = context.get_remaining_time_in_millis() / 1000 - SECONDS_TO_STOP
        plan["needed"] = not _copied(item, game_day, video, settings, archive, guard, seconds)
    if plan["needed"]:
        guard.begin_job(video)
        ledger.go_on(item)
    return {"id": item["id"], "status": Status.STORED.value, "transcode": plan}


def _download(
    item: Item,
    game_day: GameDay,
    settings: Settings,
    ledger: Ledger,
    archive: Archive,
    deadline: Deadline,
    heard: Heard,
    guard: Guard,
) -> Item:
    """What the ledger keeps of the video that stands in the archive afterwards."""

    def destination(form: Format) -> Destination:
        return Destination(
            archive=archive,
            key=video_key(game_day, item["id"], form.extension),
            content_type=form.content_type,
            replaces=item.get("video_refused", {}).get("etag"),
            largest=settings.largest_video,
            deadline=deadline,
            unfinished=Unfinished.from_item(item.get("upload")),
            note=lambda unfinished: ledger.note_upload(item["id"], unfinished),
            admit=guard.admit,
        )

    pools = guarded_pools(settings.allowed_private_hosts)
    with Watch(deadline) as watch:
        net = Internet(pools, settings.host_rules, deadline, watch, Patience(), heard)
        try:
            found = download_video(net, item.get("url"), destination)
        except AlreadyStored as there:
            facts, info = measure_video(archive, there.key)
        else:
            facts = {"key": found.key, "bytes": found.bytes, "checksum": found.checksum}
            info = found.info
    form = {} if info.plays_as is None else {"plays_as": info.plays_as}
    return facts | {"content_type": info.content_type} | picture_facts(info) | form


def _copied(
    item: Item,
    game_day: GameDay,
    video: Item,
    settings: Settings,
    archive: Archive,
    guard: Guard,
    seconds: float,
) -> bool:
    """Whether the video is its own rendition now, and nothing need be made. Raises Paused."""
    if not is_ready(video, settings.transcode_profile):
        return False
    # Few deployments copy, and reading pictures is not worth each start's import.
    from lambdas.highlights.copied_rendition import copy_rendition

    guard.begin_copy(int(video["bytes"]))
    deadline = Deadline(min(seconds, LONGEST_FOR_A_PICTURE), time.monotonic, time.sleep)
    with Watch(deadline) as watch:
        pools = guarded_pools(settings.allowed_private_hosts)
        refusal = copy_rendition(
            archive,
            Internet(pools, settings.host_rules, deadline, watch, Patience(tries=2)),
            video,
            item.get("image_url"),
            rendition=rendition_key(game_day, item["id"]),
            thumbnail=thumbnail_key(game_day, item["id"]),
        )
    if refusal is not None:
        logger.info("transcoding for want of a picture", reason=refusal)
    return refusal is None


def _settle(ledger: Ledger, archive: Archive, item: Item, outcome: Exception) -> dict[str, Any]:
    if (left := Unfinished.from_item(item.get("upload"))) is not None:
        archive.abort_upload(left.key, left.upload_id)
    status = Status.LINK_ONLY if isinstance(outcome, LinkOnly) else Status.UNAVAILABLE
    ledger.record_outcome(item, status, str(outcome), datetime.now(UTC))
    logger.info("video not kept", status=status.value, reason=str(outcome))
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
