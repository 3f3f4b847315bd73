"""The bill of a vault: last run, month, season so far, and the whole season by forecast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gameday.cost.ledger import Measured
from gameday.cost.months import GIGABYTE, MEAN_DAYS, Month, Season, midnight, months_between
from gameday.costs import PRICE_LIST, Usage, by_service, costs, dollars_of, free_dollars

DAY = 86_400  # seconds


@dataclass(frozen=True)
class Charged:
    """What a time cost. free: what of it an account that uses nothing else does not pay."""

    usage: Usage
    free: float = 0.0

    @property
    def dollars(self) -> float:
        return dollars_of(self.usage)

    def as_json(self) -> dict[str, Any]:
        """Dollars altogether, by service, and those that are free; and how much of what."""
        return {
            "dollars": round(self.dollars, 6),
            "free": round(self.free, 6),
            "services": {
                name: round(dollars, 6) for name, dollars in by_service(costs(self.usage)).items()
            },
            "usage": {name: round(used, 9) for name, used in sorted(self.usage.items()) if used},
        }


@dataclass(frozen=True)
class Rate:
    """What a day of the season brought so far: the forecast takes all others to be like it.

    since: the first day that counts. days: so many until now. left: days of the season to come.
    gigabytes: what was added to the bucket.
    """

    since: str
    days: float
    left: float
    clips: float
    minutes: float
    gigabytes: float


@dataclass(frozen=True)
class Bill:
    """All that `gameday cost` shows. afterwards: a month in which nothing is played."""

    season: Season
    now: datetime
    last_run: Charged | None
    last_run_at: str
    month: Charged
    so_far: Charged
    forecast: Charged
    months: dict[Month, Charged]
    rate: Rate
    afterwards: Charged

    def as_json(self) -> dict[str, Any]:
        """The bill as one JSON object."""
        last = self.last_run
        return {
            "region": PRICE_LIST.region,
            "prices_collected": PRICE_LIST.collected.isoformat(),
            "season": {"first": str(self.season.first), "last": str(self.season.last)},
            "last_run": None if last is None else {"at": self.last_run_at, **last.as_json()},
            "month": {"month": str(Month.of(self.now.date())), **self.month.as_json()},
            "season_so_far": self.so_far.as_json(),
            "forecast": {**self.forecast.as_json(), "assumes": vars(self.rate)},
            "months": {str(month): one.as_json() for month, one in self.months.items()},
            "a_month_afterwards": self.afterwards.as_json(),
        }


def bill_of(found: Measured, season: Season, now: datetime) -> Bill:
    """The bill of what was measured. Raises ValueError for a vault in which nothing is kept."""
    if found.since is None:
        raise ValueError("nothing is kept")
    last = min(season.last, Month.of(now.date()))
    months = {one: charged(found.usage(one, now)) for one in months_between(season.first, last)}
    rate = _rate(found, season, now)
    rest = _rest(found, rate, Usage.sum(found.runs[one] for one in months))
    this_month = Month.of(now.date())
    rest_months = max(1, round(rate.left / MEAN_DAYS))
    return Bill(
        season=season,
        now=now,
        last_run=None if found.last_run is None else Charged(found.last_run),
        last_run_at=found.last_run_at,
        month=months.get(this_month) or charged(found.usage(this_month, now, played=False)),
        so_far=together(months.values()),
        forecast=together([*months.values(), charged(rest, rest_months)]),
        months=months,
        rate=rate,
        afterwards=charged(_month_afterwards(found, rate)),
    )


def charged(usage: Usage, months: int = 1) -> Charged:
    """A usage of so many months, all alike, and what of it is free."""
    return Charged(usage, free_dollars(usage * (1 / months)) * months)


def together(parts: Iterable[Charged]) -> Charged:
    """All of them as one."""
    parts = list(parts)
    return Charged(Usage.sum(one.usage for one in parts), sum(one.free for one in parts))


def _rate(found: Measured, season: Season, now: datetime) -> Rate:
    since = max(season.start, midnight(found.since))
    until = min(now, season.end)
    days = max(1.0, (until - since).total_seconds() / DAY)
    first, months = since.date(), months_between(season.first, season.last)
    return Rate(
        since=first.isoformat(),
        days=round(days, 2),
        left=round(max(0.0, (season.end - max(now, season.start)).total_seconds() / DAY), 2),
        clips=sum(n for day, n in found.clips.items() if day >= first) / days,
        minutes=sum(found.minutes[month] for month in months) / days,
        gigabytes=found.objects.since(first) / GIGABYTE / days,
    )


def _rest(found: Measured, rate: Rate, runs: Usage) -> Usage:
    """What the days that are left will use, when each is like those that were."""
    months, more = rate.left / MEAN_DAYS, rate.left / rate.days
    grown = 1 + more / 2  # of what there is now, in the middle of the time that is left
    objects = found.objects.bytes / GIGABYTE + rate.gigabytes * rate.left / 2
    tables = found.tables.bytes / GIGABYTE * grown
    places = 2 if found.is_replicated else 1
    elsewhere = Usage(
        gigabytes_between_regions=rate.gigabytes * rate.left,
        replica_gigabyte_months=objects * months,
    )
    return (
        runs * more
        + found.standing.played * months
        + Usage(
            normalized_minutes=rate.minutes * rate.left,
            object_gigabyte_months=objects * months,
            table_gigabyte_months=tables * months * places,
            recovery_gigabyte_months=tables * months * places,
            backup_gigabyte_months=found.backups.bytes / GIGABYTE * grown * months,
        )
        + elsewhere * (places - 1)
    )


def _month_afterwards(found: Measured, rate: Rate) -> Usage:
    """What everything that is kept in the end costs a month, when nothing is added any more."""
    grown = 1 + rate.left / rate.days
    places = 2 if found.is_replicated else 1
    tables = found.tables.bytes / GIGABYTE * grown * places
    objects = found.objects.bytes / GIGABYTE + rate.gigabytes * rate.left
    return found.standing.monthly + Usage(
        object_gigabyte_months=objects,
        replica_gigabyte_months=objects * (places - 1),
        table_gigabyte_months=tables,
        recovery_gigabyte_months=tables,
        backup_gigabyte_months=found.backups.bytes / GIGABYTE * grown,
    )
