"""Holds the work on a highlight to the caps of the settings."""

from datetime import UTC, datetime

from lambdas import clients
from lambdas.highlights.billing import seconds_of_job
from lambdas.highlights.ledger import Item
from lambdas.highlights.season.caps import Caps, Kind, Refusal
from lambdas.highlights.season.usage import Usage
from lambdas.settings import Settings
from lambdas.step import Event, logger

VIDEO, RENDITION = "video", "rendition"


class Paused(Exception):
    """A cap leaves no room for the next piece of work; the text says when it goes on."""


class Guard:
    """Of the highlight `item`, in `execution`, with what `usage` counted so far.

    What is made again because it was lost counts again, once in each execution.
    """

    def __init__(self, usage: Usage, caps: Caps, execution: str, item: Item):
        self._usage = usage
        self._caps = caps
        self._execution = execution
        self._item = item
        self._is_admitted = False

    @classmethod
    def of(cls, settings: Settings, event: Event, item: Item) -> "Guard":
        """For the step that `event` starts."""
        usage = Usage(clients.table(settings.season_table))
        return cls(usage, settings.caps, event["execution"], item)

    def begin_download(self) -> None:
        """Raises Paused where there is no room for a byte."""
        self._pass(self._usage.room(Kind.STORED_BYTES, self._of(VIDEO), self._caps, _now()))

    def admit(self, size: int) -> None:
        """Reserve a video's bytes before they are stored. Raises Paused."""
        self._pass(
            self._usage.reserve(Kind.STORED_BYTES, self._of(VIDEO), size, self._caps, _now())
        )
        self._is_admitted = True

    def count_video(self, size: int) -> None:
        """Count the bytes of a video that is stored, unless that was done."""
        if not self._is_admitted:
            self._usage.count(Kind.STORED_BYTES, self._of(VIDEO), size, _now())

    def begin_job(self, video: Item) -> None:
        """Reserve what MediaConvert will bill for a job on `video`. Raises Paused."""
        now = _now()
        self._pass(self._usage.room(Kind.STORED_BYTES, self._of(RENDITION), self._caps, now))
        seconds, again = seconds_of_job(video), self._again(RENDITION)
        kind = Kind.TRANSCODE_SECONDS
        self._pass(self._usage.reserve(kind, self._item["id"] + again, seconds, self._caps, now))

    def begin_copy(self, size: int) -> None:
        """Reserve the bytes of a rendition that is a copy of its video. Raises Paused."""
        self._pass(
            self._usage.reserve(Kind.STORED_BYTES, self._of(RENDITION), size, self._caps, _now())
        )

    def count_rendition(self, size: int) -> None:
        """Count the bytes of a rendition that is stored, unless that was done."""
        self._usage.count(Kind.STORED_BYTES, self._of(RENDITION), size, _now())

    def _of(self, part: str) -> str:
        return f"{self._item['id']}#{part}{self._again(part)}"

    def _again(self, part: str) -> str:
        return f"#{self._execution}" if f"{part}_refused" in self._item else ""

    def _pass(self, refusal: Refusal | None) -> None:
        if refusal is None:
            return
        if refusal.is_first:
            logger.warning("work paused", reason=refusal.reason)
        raise Paused(refusal.reason)


def _now() -> datetime:
    return datetime.now(UTC)
