"""Moments as a person types them: `2026-01-11T14:30`, `2026-01-11`, `2h ago`, `now`."""

import re
from datetime import UTC, datetime, timedelta

from gameday.request import UsageError

AGO = re.compile(r"(\d{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?) ago")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_moment(text: str, now: datetime) -> datetime:
    """The moment of `text` in UTC, in whole seconds; one without a zone is of UTC.

    Raises UsageError, also for a moment that is still to come.
    """
    given = text.strip()
    if given == "now":
        moment = now
    elif ago := AGO.fullmatch(given.lower()):
        moment = now - timedelta(**{UNITS[ago[2][0]]: int(ago[1])})
    else:
        moment = _iso(given)
    moment = moment.astimezone(UTC).replace(microsecond=0)
    if moment > now:
        raise UsageError(f"{in_utc(moment)} is still to come; it is {in_utc(now)}")
    return moment


def in_utc(moment: datetime) -> str:
    """`2026-01-11 14:30:05 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def stamp(moment: datetime) -> str:
    """`20260111t143005`, in UTC, as the names of restored things end."""
    return f"{moment.astimezone(UTC):%Y%m%dt%H%M%S}"


def _iso(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise UsageError(
            f"{given!r} is no moment; give one such as 2026-01-11T14:30:00Z, 2026-01-11 14:30 "
            "(of UTC), or '2h ago'"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
