"""Tells the story of the highlight that a function is about."""

from datetime import UTC, datetime

from lambdas import clients
from lambdas.highlights.errors import LinkOnly
from lambdas.highlights.heard import Heard
from lambdas.highlights.ledger import Item
from lambdas.highlights.season.story import Story, Told
from lambdas.settings import Settings
from lambdas.step import Event

OF_A_VIDEO = ("key", "bytes", "checksum", "content_type", "width", "height")


class Telling:
    """Tells of the highlight `id` of `event` in its execution.

    attempt: the invocation's request id, where each of several is worth a line.
    """

    def __init__(self, settings: Settings, event: Event, attempt: str | None = None):
        self._story = Story(clients.table(settings.season_table))
        self._event = event
        self._attempt = attempt
        self.heard = Heard()

    def tell(self, what: Told, *, attempt: str | None = None, **facts: str | int | None) -> None:
        """Tell of an event, now; see `Story.tell`."""
        id_, execution = self._event["id"], self._event["execution"]
        now = datetime.now(UTC)
        self._story.tell(id_, now, execution, what, attempt=attempt, **facts)

    def stored(self, video: Item) -> None:
        """Tell of a video that is kept; as the ledger will say it."""
        facts = {name: video[name] for name in OF_A_VIDEO if name in video}
        self.tell(Told.STORED, **facts, **self._answer())

    def not_kept(self, outcome: Exception) -> None:
        """Tell of a video that cannot be kept, for good."""
        what = Told.LINK_ONLY if isinstance(outcome, LinkOnly) else Told.UNAVAILABLE
        self.tell(what, reason=str(outcome), **self._answer())

    def broke_off(self, error: Exception) -> None:
        """Tell of an attempt that failed and may be made again."""
        self.tell(
            Told.DOWNLOAD_ATTEMPT,
            attempt=self._attempt,
            error=type(error).__name__,
            reason=str(error),
            came=self.heard.bytes,
            **self._answer(),
        )

    def _answer(self) -> dict[str, str | int | None]:
        """Who was asked last, and the status of the answer."""
        return {"host": self.heard.host, "answered": self.heard.status}
