"""Which objects are to come back, and what that takes; decided from listings alone."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gameday.costs import PRICES, transfer_dollars
from gameday.moments import in_utc
from gameday.restore.plan import GIGABYTE, dollars
from gameday.restore.versions import History, Version
from gameday.wording import duration_in_words, size_in_words
from lambdas.highlights.expectations import ExpectedObject, expected_by_name
from lambdas.highlights.findings import Part
from lambdas.highlights.keys import RESTORED

READ_A_SECOND = 50e6  # bytes
COPIES_A_SECOND = 50
DELETED_ON_PURPOSE = (Part.PIN, Part.EXPORT)  # perhaps, so only a prefix brings them back

Expected = Mapping[str, ExpectedObject]


@dataclass(frozen=True)
class WantedObjects:
    """What a person asked for. moment: the objects as of then; else what is missing or damaged.

    prefix: of the keys concerned; then also objects that nothing expects, if they were deleted.
    """

    prefix: str = ""
    moment: datetime | None = None
    from_replica: bool = False
    in_place: bool = False

    def as_text(self) -> str:
        """What tells this from another restore."""
        moment = "" if self.moment is None else self.moment.isoformat()
        return f"prefix={self.prefix} at={moment} replica={self.from_replica}"


@dataclass(frozen=True)
class Case:
    """One object to look at, and perhaps to bring back.

    expected: what it must be, None where only its former versions say that. history: of the
    archive; source: where candidates come from, newest first.
    """

    key: str
    expected: ExpectedObject | None
    history: History
    source: History
    candidates: tuple[Version, ...]

    @property
    def is_lost(self) -> bool:
        """Whether the listing alone shows that the object is missing or damaged."""
        current, expected = self.history.current, self.expected
        return current is None or expected is None or expected.bytes not in (None, current.bytes)


@dataclass
class ObjectPlan:
    """One restore of objects.

    target: the folder in the bucket into which they go, None in place. listed, listed_bytes: what
    is read to find damage. lost, lost_bytes: what is missing or of another size, as far as
    there is a version to bring back; nothing_left: of how many there is none.
    """

    wanted: WantedObjects
    bucket: str
    source_bucket: str
    target: str | None
    is_begun: bool = False
    of_sidecars: bool = False
    listed: int = 0
    listed_bytes: int = 0
    lost: int = 0
    lost_bytes: int = 0
    nothing_left: int = 0

    @property
    def read_bytes(self) -> int:
        """What passes through this machine; as of a moment, each version before and after."""
        if self.wanted.moment is not None:
            return 2 * self.lost_bytes
        return self.listed_bytes + self.lost_bytes

    def in_words(self) -> list[tuple[str, str]]:
        """Pairs of a heading and what is to be said under it."""
        lines = [("restores", self._what()), ("from", self._source()), ("into", self._into())]
        if self.is_begun:
            lines.append(("goes on", "with the restore that was begun and interrupted"))
        if self.of_sidecars:
            lines.append(
                (
                    "expects",
                    "what the sidecars say, since the table is gone; better restore it first",
                )
            )
        if self.nothing_left:
            lines.append(
                ("cannot", f"bring back {self.nothing_left:,}: no version of them is left")
            )
        return [*lines, ("takes", self._time()), ("costs", self._cost()), ("then", self._then())]

    def _what(self) -> str:
        size = size_in_words(self.lost_bytes) if self.lost_bytes else "0 kB"
        if self.wanted.moment is not None:
            return f"{self.lost:,} objects, {size}, that are not as of {in_utc(self.wanted.moment)}"
        below = f" below {self.wanted.prefix}" if self.wanted.prefix else ""
        return (
            f"{self.lost:,} objects{below}, {size}, that are missing or of another size, and "
            + ("whatever is found damaged")
        )

    def _source(self) -> str:
        if self.wanted.from_replica:
            return f"the replica {self.source_bucket}"
        return "earlier versions in the bucket, kept for 90 days"

    def _into(self) -> str:
        if self.target is None:
            return f"{self.bucket} in place, under their own keys"
        return f"{self.bucket}/{self.target}, aside; what stands there now is left alone"

    def _time(self) -> str:
        seconds = self.read_bytes / READ_A_SECOND + self.lost / COPIES_A_SECOND
        return f"about {duration_in_words(seconds)} at 50 MB/s; S3 copies, and all is read here"

    def _cost(self) -> str:
        size = self.lost_bytes / GIGABYTE
        once = self.lost * PRICES["s3_puts"].dollars + self.listed * PRICES["s3_gets"].dollars
        if self.wanted.from_replica:
            once += size * PRICES["gigabytes_between_regions"].dollars
        month = size * PRICES["object_gigabyte_months"].dollars
        read = transfer_dollars(self.read_bytes)
        return (
            f"{dollars(once)} for requests and copying, {dollars(month)} a month for copies, and "
            f"{dollars(read)} for what is read here, unless this machine is in the region"
        )

    def _then(self) -> str:
        return "reads each of them, and names what differs or cannot be brought back"


def case_of(
    history: History, source: History, wanted: WantedObjects, expected: Expected
) -> Case | None:
    """What is to be done about a key, if anything: from its versions and what is expected."""
    key = history.key
    if RESTORED.match(key):
        return None
    if wanted.moment is not None:
        return _case_as_of(history, source, wanted.moment)
    known = expected.get(key) or expected_by_name(key)
    if known is None or (known.part in DELETED_ON_PURPOSE and history.current is None):
        is_sought = bool(wanted.prefix) and history.current is None
        if not is_sought or not source.contents:
            return None
    if known is not None and known.part is Part.SIDECAR:
        # One that knows a later change than the ledger is as good.
        known = dataclasses.replace(known, bytes=None, checksum=None, is_optional=True)
    current = history.current
    candidates = source.candidates(None if known is None else known.bytes)
    if known is None:
        candidates = candidates[:1]
    others = tuple(one for one in candidates if current is None or one.id != current.id)
    return Case(key, known, history, source, others)


def without_history(expected: Expected, seen: set[str]) -> Iterator[ExpectedObject]:
    """What must be there and was never listed."""
    for key, one in expected.items():
        if key not in seen and not one.is_optional:
            yield one


def _case_as_of(history: History, source: History, moment: datetime) -> Case | None:
    then, current = source.as_of(moment), history.current
    if then is None or (current and (current.etag, current.bytes) == (then.etag, then.bytes)):
        return None
    return Case(history.key, None, history, source, (then,))
