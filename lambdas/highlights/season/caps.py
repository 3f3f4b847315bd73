"""How much the vault may spend by itself in a UTC day and a UTC month, and what it says at the cap.

Caps are set in the units of the bills: minutes that MediaConvert bills and gigabytes. They are
counted in whole seconds and bytes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

GIGABYTE = 10**9


class Kind(StrEnum):
    """What is counted and capped, by its counter's name.

    transcode_seconds: normalized seconds, see `lambdas.highlights.billing`. stored_bytes: of
    originals and renditions.
    """

    TRANSCODE_SECONDS = "transcode_seconds"
    STORED_BYTES = "stored_bytes"


@dataclass(frozen=True)
class Cap:
    """The most of one kind in a UTC day and in a UTC month, in its counter's unit; 0 is no cap."""

    day: int = 0
    month: int = 0

    @property
    def is_set(self) -> bool:
        """Whether there is any."""
        return bool(self.day or self.month)


@dataclass(frozen=True)
class Caps:
    """The cap of each kind."""

    transcode_seconds: Cap = Cap()
    stored_bytes: Cap = Cap()

    @classmethod
    def of(
        cls,
        *,
        transcode_minutes_per_day: int = 0,
        transcode_minutes_per_month: int = 0,
        stored_gigabytes_per_day: int = 0,
        stored_gigabytes_per_month: int = 0,
    ) -> "Caps":
        """The caps of the settings of these names."""
        return cls(
            Cap(transcode_minutes_per_day * 60, transcode_minutes_per_month * 60),
            Cap(stored_gigabytes_per_day * GIGABYTE, stored_gigabytes_per_month * GIGABYTE),
        )

    def cap(self, kind: Kind) -> Cap:
        """That of `kind`."""
        return self.transcode_seconds if kind is Kind.TRANSCODE_SECONDS else self.stored_bytes


@dataclass(frozen=True)
class Refusal:
    """Why a piece of work waits.

    reason: a sentence for a person. is_first: whether nothing was refused for it before, in this
    day or month.
    """

    reason: str
    is_first: bool = False

    def __str__(self) -> str:
        return self.reason


def no_room(
    kind: Kind, amount: int, cap: Cap, day_used: int, month_used: int, now: datetime
) -> str | None:
    """Why `amount` more has no room under `cap`; None when it has.

    The month's cap is the reason where both are reached, since it holds for longer.
    """
    if cap.month and month_used + amount > cap.month:
        return _reason(kind, amount, month_used, cap.month, "month", next_month(now))
    if cap.day and day_used + amount > cap.day:
        return _reason(kind, amount, day_used, cap.day, "day", next_day(now))
    return None


def next_day(now: datetime) -> datetime:
    """The next 00:00 UTC, when the counters of a day begin anew."""
    return _midnight(now.astimezone(UTC).date() + timedelta(days=1))


def next_month(now: datetime) -> datetime:
    """The next first of a month at 00:00 UTC."""
    first = now.astimezone(UTC).date().replace(day=1)
    return _midnight((first + timedelta(days=31)).replace(day=1))


def moment_in_words(moment: datetime) -> str:
    """`2026-11-22 00:00 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


_WORDS = {
    Kind.TRANSCODE_SECONDS: ("transcoding", "minutes", 60),
    Kind.STORED_BYTES: ("storing", "GB", GIGABYTE),
}
_SETTINGS = {
    Kind.TRANSCODE_SECONDS: "transcode_minutes_per_{}",
    Kind.STORED_BYTES: "stored_gigabytes_per_{}",
}


def _reason(kind: Kind, amount: int, used: int, cap: int, period: str, goes_on: datetime) -> str:
    work, unit, size = _WORDS[kind]
    setting = _SETTINGS[kind].format(period)
    if amount > cap:
        return (
            f"{work} is paused: this video needs {_number(amount / size)} {unit} and "
            f"{setting} allows {_number(cap / size)}; it goes on with a larger {setting}"
        )
    return (
        f"{work} is paused: {_number(used / size)} of {_number(cap / size)} {unit} of "
        f"{setting} are used; it goes on at {moment_in_words(goes_on)}, or with a larger {setting}"
    )


def _number(value: float) -> str:
    """With one decimal where it is not whole."""
    return f"{value:.0f}" if value == int(value) else f"{value:,.1f}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
