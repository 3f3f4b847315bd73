"""Third step's end, once per transcoded highlight: the rendition is proved and recorded."""

from datetime import UTC, date, datetime

from lambdas import clients
from lambdas.guarding import Guard
from lambdas.highlights.archive import Archive
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.keys import rendition_key, thumbnail_key
from lambdas.highlights.ledger import Ledger, moment
from lambdas.highlights.measure import measure_object, measure_rendition, picture_facts
from lambdas.highlights.season.story import Told
from lambdas.highlights.transcoding import COPY, JOB, job_facts
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step
from lambdas.telling import Telling

OF_A_RENDITION = (
    *("key", "bytes", "checksum", "width", "height", "duration_milliseconds", "profile"),
    "made_by",
)


@step
def handler(event: Event, _: Context) -> Event:
    """`{"id", "league", "game_date", "execution"[, "job"]}` to `{"id", "status": "playable"}`.

    job: the transcoding job's result; absent where an earlier one had left its outputs.
    Reads the whole rendition once: what is recorded as playable was seen to be a whole video.
    """
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    archive = Archive(clients.s3(), settings.bucket_name)
    item = ledger.read([event["id"]])[event["id"]]
    if item["status"] != Status.PLAYABLE:
        game_day = GameDay(item["league"], date.fromisoformat(item["game_date"]))
        key, now = rendition_key(game_day, item["id"]), datetime.now(UTC)
        stored, info, is_copy = measure_rendition(archive, key, item.get("video", {}))
        made = {
            "profile": settings.transcode_profile,
            "made_by": COPY if is_copy else JOB,
            "made_at": moment(now),
            "execution": event["execution"],
        }
        rendition = stored | {"duration_milliseconds": 0} | picture_facts(info) | made
        thumbnail = measure_object(archive, thumbnail_key(game_day, item["id"]))
        Guard.of(settings, event, item).count_rendition(int(rendition["bytes"]))
        told = {name: rendition[name] for name in OF_A_RENDITION if name in rendition}
        Telling(settings, event).tell(Told.TRANSCODED, **told, **job_facts(event.get("job")))
        ledger.record_rendition(item["id"], rendition, thumbnail, now)
        logger.info("rendition recorded", key=rendition["key"], bytes=rendition["bytes"])
    return {"id": item["id"], "status": Status.PLAYABLE.value}
