"""What can be wrong with an archive, as verification says it."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """What is wrong with an object.

    missing: it should be there. damaged: it is not what was stored. unknown: nothing names it.
    unfinished: a highlight whose repair was interrupted; or an upload that was neither completed
    nor aborted, which is wrong only once it is old.
    """

    MISSING = "missing"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"
    UNFINISHED = "unfinished"


class Part(StrEnum):
    """What a finding is about; the first three are attributes of a highlight's item."""

    VIDEO = "video"
    RENDITION = "rendition"
    THUMBNAIL = "thumbnail"
    SIDECAR = "sidecar"
    RAW_ANSWER = "raw answer"
    RUN_RECORD = "run record"
    DRILL_RECORD = "drill record"
    BACKFILL = "file of a look back"
    PIN = "pin"
    RESTORED = "restored copy"
    EXPORT = "file of an export"
    UPLOAD = "upload"
    OBJECT = "object"
    HIGHLIGHT = "highlight"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be; expected, found: in words.

    etag: of the object that is not right. is_wrong: False when it may mend itself.
    is_mendable: whether another run of the game day can make the object right.
    """

    problem: Problem
    key: str
    part: Part
    highlight_id: str | None
    expected: str
    found: str
    etag: str | None = None
    is_wrong: bool = True
    is_mendable: bool = False
