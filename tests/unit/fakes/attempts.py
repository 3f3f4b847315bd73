"""One highlight's download, attempt after attempt, with what is noted in between."""

from dataclasses import dataclass, field
from typing import Any

from lambdas.highlights.archive import Archive
from lambdas.highlights.containers.formats import Format
from lambdas.highlights.destination import Destination, Stored
from lambdas.highlights.internet import Internet
from lambdas.highlights.opening import Opening
from lambdas.highlights.source import open_source
from lambdas.highlights.transfer import store
from lambdas.highlights.unfinished import Unfinished
from tests.unit.fakes.internet import internet
from tests.unit.fakes.s3 import FakeS3

KEY = "videos/NCAA/2026-01-10/1.mp4"
LARGEST = 1_000_000_000


@dataclass
class Attempts:
    """noted: what the last attempt left for the next. changes: of a destination."""

    s3: FakeS3
    noted: Unfinished | None = None
    changes: dict[str, Any] = field(default_factory=dict)

    def note(self, unfinished: Unfinished | None) -> None:
        self.noted = unfinished

    def destination(self, net: Internet, form: Format | None = None) -> Destination:
        """Where this attempt stores a video of this format."""
        given = {
            "archive": Archive(self.s3, "bucket"),
            "key": KEY if form is None else KEY.replace("mp4", form.extension),
            "content_type": "video/mp4" if form is None else form.content_type,
            "replaces": None,
            "largest": LARGEST,
            "deadline": net.deadline,
            "unfinished": self.noted,
            "note": self.note,
        }
        return Destination(**given | self.changes)

    def store(self, url: str, **how: Any) -> Stored:
        """Store the video at `url`, as one attempt does."""
        with internet(**how) as net, open_source(net, url) as source:
            return store(Opening(source), self.destination(net))

    def left_open(self) -> set[str]:
        """The uploads that are open and that no later attempt would find."""
        return set(self.s3.uploads) - ({self.noted.upload_id} if self.noted else set())
