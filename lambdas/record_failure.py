"""Where a highlight's download or transcoding ends that failed after its retries."""

import json
from datetime import UTC, datetime

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.highlight import Status
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.season.story import Told
from lambdas.highlights.transcoding import blames_the_video, job_error, job_facts
from lambdas.highlights.unfinished import Unfinished
from lambdas.settings import Settings
from lambdas.step import Context, Event, logger, step
from lambdas.telling import Telling

# What RecordRendition says of a rendition that is not a whole video; only a new job mends it.
REFUSED_RENDITION = ("NotAVideo", "TruncatedVideo")


@step
def handler(event: Event, _: Context) -> Event:
    """`{"id", ..., "step": "download" | "transcoding", "error": {"Error", "Cause"}}` to a status.

    A rerun mends most failures; a video that MediaConvert cannot read stays unavailable.
    """
    settings = Settings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    status, reason = _outcome(event["step"], event["error"])
    item = ledger.read([event["id"]])[event["id"]]
    if event["step"] == "transcoding" and event["error"].get("Error") in REFUSED_RENDITION:
        ledger.refuse_rendition(item)
    if (left := Unfinished.from_item(item.get("upload"))) is not None:
        Archive(clients.s3(), settings.bucket_name).abort_upload(left.key, left.upload_id)
    Telling(settings, event).tell(
        Told.UNAVAILABLE if status is Status.UNAVAILABLE else Told.FAILED,
        attempt=event["step"],
        step=event["step"],
        error=event["error"].get("Error"),
        reason=reason,
        **job_facts(event["error"].get("Cause", "")),
    )
    ledger.record_outcome(item, status, reason, datetime.now(UTC))
    logger.warning("highlight failed", step=event["step"], status=status.value, reason=reason)
    return {"id": event["id"], "status": status.value}


def _outcome(step: str, error: dict[str, str]) -> tuple[Status, str]:
    name, cause = error.get("Error", "unknown error"), error.get("Cause", "")
    if said := _lambda_message(cause):
        return Status.FAILED, f"{step} failed: {_short(said)}"
    code, message = job_error(cause)
    if blames_the_video(code, message):
        return Status.UNAVAILABLE, f"MediaConvert cannot read the video ({code})"
    return Status.FAILED, _short(f"{step} failed: {code or name} {message}")


def _lambda_message(cause: str) -> str:
    """The `errorMessage` of a failed function's cause, or "" when it has none."""
    try:
        found = json.loads(cause)
    except ValueError:
        return ""
    return str(found.get("errorMessage", "")) if isinstance(found, dict) else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:300]
