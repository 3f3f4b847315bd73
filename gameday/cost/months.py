"""The months of a season, by which AWS bills, and what fills them a day at a time."""

import calendar
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from stacks.game_days import MONTHS, WEEKDAYS

MEAN_DAYS = 365.25 / 12  # of a month
GIGABYTE = 1e9


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month of UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """Where the next month begins."""
        return self.after().start

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.number)[1]

    def after(self, months: int = 1) -> "Month":
        """The month so many later, or earlier."""
        whole = self.year * 12 + self.number - 1 + months
        return Month(whole // 12, whole % 12 + 1)

    def share(self, first: datetime, last: datetime) -> float:
        """Which part of the month lies between two moments."""
        overlap = min(last, self.end) - max(first, self.start)
        return max(0.0, overlap / (self.end - self.start))

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


@dataclass(frozen=True)
class Season:
    """The months from one to another, both included."""

    first: Month
    last: Month

    @classmethod
    def around(cls, names: Sequence[str], today: date) -> "Season":
        """The season that `today` is in, else the one before it.

        names: the months of each season, such as `NOV`; months that follow each other are one
        season. Twelve of them are a calendar year.
        """
        played = {MONTHS.index(name) + 1 for name in names}
        month = Month.of(today)
        if len(played) == len(MONTHS):
            return cls(Month(today.year, 1), Month(today.year, 12))
        while month.number not in played:
            month = month.after(-1)
        first = last = month
        while first.after(-1).number in played:
            first = first.after(-1)
        while last.after().number in played:
            last = last.after()
        return cls(first, last)

    @property
    def months(self) -> list[Month]:
        """All of them in order."""
        return list(months_between(self.first, self.last))

    @property
    def start(self) -> datetime:
        return self.first.start

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.last.end


@dataclass
class Growth:
    """Bytes by the day since which they are kept, and paid for."""

    added: defaultdict[date, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, day: date, size: float) -> None:
        """So many bytes more from `day` on."""
        self.added[day] += size

    @property
    def bytes(self) -> float:
        """All there is in the end."""
        return sum(self.added.values())

    def since(self, day: date) -> float:
        """Bytes that came on `day` or later."""
        return sum(size for added, size in self.added.items() if added >= day)

    def within(self, month: Month) -> float:
        """Bytes that came in a month."""
        return sum(size for added, size in self.added.items() if Month.of(added) == month)

    def gigabyte_months(self, month: Month, until: datetime) -> float:
        """What is billed of it in a month, as far as that has gone at `until`."""
        return sum(
            size / GIGABYTE * month.share(midnight(day), until) for day, size in self.added.items()
        )

    def scaled(self, size: float) -> "Growth":
        """As it grew, were it `size` bytes in the end."""
        whole, scaled = self.bytes, Growth()
        for day, added in self.added.items():
            scaled.add(day, size * added / whole)
        return scaled


def months_between(first: Month, last: Month) -> Iterator[Month]:
    """From one month to another, both included; none when the last is before the first."""
    while first <= last:
        yield first
        first = first.after()


def days_played(season: Season, weekdays: Collection[str]) -> int:
    """How many days of a season are on these days of the week, such as `MON`."""
    first, last = season.start.date(), season.end.date()
    days = (first + timedelta(days=n) for n in range((last - first).days))
    return sum(WEEKDAYS[day.weekday()] in weekdays for day in days)


def midnight(day: date) -> datetime:
    """When a day of UTC begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
