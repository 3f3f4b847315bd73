"""What happened to each highlight, a line for each event, for a person who asks why.

A line's key is made of the highlight, the execution and the event, so a step that is tried again
writes the same line again, and none is doubled. A step tells of an event before it records it
elsewhere: what was recorded is told of, also when the step was killed in between.

The lines stand in the table of the season, and nowhere else: point-in-time recovery of that table
is all that brings them back. Whatever they say of files is known to the ledger as well.
"""

import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lambdas.highlights.highlight import one_line
from lambdas.highlights.ledger import moment

LONGEST = 500  # characters of a fact

# What may stand in front of a URL's host, and behind its path, may let somebody in.
SECRET_PARTS = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s/?#@]*@)?([^\s?#]*)(?:[?#]\S*)?")


class Told(StrEnum):
    """Events of a highlight, in the order in which they come about.

    listed: the provider named it for the first time, or with a new address. download-attempt: one
    that failed and is tried again. stored, link-only, unavailable: what came of the download.
    job-asked: the stored video is to be transcoded. transcoded: its rendition is recorded.
    failed: after all attempts. paused: a cap keeps it waiting. backed-up: told by nobody so far,
    since the ledger names the backup.
    """

    LISTED = "listed"
    DOWNLOAD_ATTEMPT = "download-attempt"
    STORED = "stored"
    LINK_ONLY = "link-only"
    UNAVAILABLE = "unavailable"
    JOB_ASKED = "job-asked"
    TRANSCODED = "transcoded"
    FAILED = "failed"
    PAUSED = "paused"
    BACKED_UP = "backed-up"


_ORDER = list(Told)


class Story:
    """The stories in `table`, a `lambdas.table.Table` of the season."""

    def __init__(self, table: Any):
        self._table = table

    def tell(
        self,
        highlight_id: str,
        now: datetime,
        execution: str,
        what: str,
        *,
        attempt: str | None = None,
        **facts: str | int | None,
    ) -> None:
        """Write that `what` happened to a highlight in `execution`; see `Told`.

        attempt: tells apart what happens several times in one execution; the request id of the
        function's invocation. facts: what is known of the event; None is left out, texts are cut
        to LONGEST characters and lose whatever of a URL may let somebody in. Raises what the table
        does.
        """
        key = (execution, what) if attempt is None else (execution, what, attempt)
        known = {name: _bounded(value) for name, value in facts.items() if value is not None}
        line = {"at": moment(now), "execution": execution, "what": str(what)}
        self._table.put_item(
            Item={"pk": _partition(highlight_id), "sk": "#".join(key), **known, **line}
        )

    def read(self, highlight_id: str) -> list[dict[str, Any]]:
        """Its lines, oldest first: `{"at": ISO 8601, "execution", "what", ...}` with the facts."""
        items = self._table.query(
            KeyConditionExpression="pk = :story",
            ExpressionAttributeValues={":story": _partition(highlight_id)},
        )
        lines = [{n: _plain(v) for n, v in item.items() if n not in ("pk", "sk")} for item in items]
        return sorted(lines, key=lambda line: (line["at"], _place(line["what"])))


def without_secrets(text: str) -> str:
    """`text` on one line, whose URLs have neither login nor query nor fragment."""
    return SECRET_PARTS.sub(r"\1\2", one_line(text))


def _partition(highlight_id: str) -> str:
    return f"story#{highlight_id}"


def _bounded(value: str | int) -> str | int:
    return without_secrets(value)[:LONGEST] if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) else value


def _place(what: str) -> int:
    return _ORDER.index(what) if what in _ORDER else len(_ORDER)
