"""Reads what a host answers: its status, the part of the file it is of, and which version.

https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import urllib3

from lambdas.highlights.errors import SourceUnavailable, Unavailable

GONE = {404: "not found", 410: "gone"}
FORBIDDEN = {401: "needs a login", 402: "needs payment", 403: "forbidden", 451: "blocked by law"}
PASSING = (408, 425, 429)

Response = urllib3.HTTPResponse


def is_passing(status: int) -> bool:
    """Whether the host may answer otherwise in a while."""
    return status in PASSING or status >= 500


def check_status(response: Response, host: str) -> None:
    """Raise Unavailable or SourceUnavailable when there is no file in the answer."""
    status = response.status
    if status in (200, 206):
        return
    if status in GONE:
        raise Unavailable(f"{host} answered {status}: {GONE[status]}")
    if status in FORBIDDEN:
        raise Unavailable(f"{host} answered {status}: {FORBIDDEN[status]}")
    if is_passing(status):
        raise SourceUnavailable(f"{host} answered {status}", _retry_after(response))
    raise Unavailable(f"{host} answered {status}, which is no video")


def _retry_after(response: Response) -> float | None:
    """Seconds until the host wants to be asked again; a date is compared with its own clock."""
    value = header(response, "Retry-After")
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    then, now = _date(value), _date(header(response, "Date"))
    return max(0.0, (then - now).total_seconds()) if then and now else None


def length_of(response: Response) -> int | None:
    """Bytes of the whole file."""
    if found := content_range(response):
        return found[2]
    # Beside it a length says nothing: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    announced = "" if is_chunked(response) else header(response, "Content-Length")
    return int(announced) if re.fullmatch(r"[0-9]{1,18}", announced) else None


def is_chunked(response: Response) -> bool:
    """Whether the body itself tells where it ends."""
    return "chunked" in header(response, "Transfer-Encoding").lower()


def content_range(response: Response) -> tuple[int, int, int | None] | None:
    """First byte, byte behind the last and length of the file, of which a 206 answers a part."""
    found = re.fullmatch(
        r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)",
        header(response, "Content-Range"),
    )
    if response.status != 206 or found is None:
        return None
    first, end = int(found[1]), int(found[2]) + 1
    total = None if found[3] == "*" else int(found[3])
    is_valid = first < end and (total is None or end <= total)
    return (first, end, total) if is_valid else None


def version_of(response: Response) -> str | None:
    """What proves that a later range is of the same bytes: a strong ETag, or a safe date.

    https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2
    """
    if response.status != 206:
        return None
    etag, modified = header(response, "ETag"), header(response, "Last-Modified")
    if re.fullmatch(r'"[^"]+"', etag):
        return etag
    changed, now = _date(modified), _date(header(response, "Date"))
    return modified if changed and now and (now - changed).total_seconds() >= 1 else None


def header(response: Response, name: str) -> str:
    """The value of a header, "" when it is not there."""
    return response.headers.get(name, "").strip()


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
