"""Which on-demand backups are kept: so many of the newest, and one a day, a week and a month.

The newest backup of a period stands for it, so that rotating after each backup, or once at the
end, or anything between, keeps the same ones: docs/decisions/0007-which-backups-are-kept.md
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from lambdas.highlights.backups import Backup, is_ours

MOST = 1000  # of one tier
# Lambda's clock and DynamoDB's, and a backup that was made while the list was read.
CLOCK_ALLOWANCE = timedelta(minutes=5)


class Tier(StrEnum):
    """Why a backup is kept; named as in the setting `backup_retention`."""

    NEWEST = "newest"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


# Numbers its periods in order; the first of January of the year 1 was a Monday.
_PERIODS = {
    Tier.DAILY: date.toordinal,
    Tier.WEEKLY: lambda day: (day.toordinal() - 1) // 7,
    Tier.MONTHLY: lambda day: 12 * day.year + day.month,
}


@dataclass(frozen=True)
class Policy:
    """How many of each are kept: the newest ones, and one of each of the last days, weeks, months.

    Days, ISO weeks and months are those of UTC; the current one counts as the first. Raises
    ValueError, whose text names what is wrong.
    """

    newest: int
    daily: int = 0
    weekly: int = 0
    monthly: int = 0

    def __post_init__(self) -> None:
        for tier in fields(self):
            number = getattr(self, tier.name)
            least = 1 if tier.name == Tier.NEWEST else 0
            if type(number) is not int or not least <= number <= MOST:
                raise ValueError(
                    f"{tier.name} is {number!r}, and must be a whole number from {least} to {MOST}"
                )

    @classmethod
    def of(cls, tiers: Mapping[str, Any]) -> "Policy":
        """The policy of numbers by tier, such as `{"newest": 7, "daily": 14}`.

        A tier that is left out is 0. Numbers may be given as texts. Raises ValueError.
        """
        numbers = {"newest": 0}
        for tier, number in tiers.items():
            numbers[_tier(tier)] = _number(number)
        return cls(**numbers)

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """The policy of a text such as `newest=7,daily=14`. Raises ValueError."""
        tiers: dict[str, str] = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            tier, _, number = (part.strip() for part in pair.partition("="))
            if tier in tiers:
                raise ValueError(f"{tier} is given twice")
            tiers[tier] = number
        return cls.of(tiers)

    def __str__(self) -> str:
        """The policy as `parse` takes it, without the tiers that keep nothing."""
        numbers = {tier: getattr(self, tier) for tier in Tier}
        return ",".join(f"{tier}={number}" for tier, number in numbers.items() if number)


@dataclass(frozen=True)
class Fate:
    """What the policy says of one backup. tiers: those that keep it; pinned: a person does."""

    backup: Backup
    tiers: tuple[Tier, ...]
    pinned: bool

    @property
    def is_kept(self) -> bool:
        return self.pinned or bool(self.tiers)


@dataclass(frozen=True)
class Plan:
    """What rotation would do. fates: of each AVAILABLE backup of ours, oldest first.

    held: a sentence saying why nothing is deleted now, whatever the fates are; else None.
    """

    fates: tuple[Fate, ...]
    held: str | None = None

    @property
    def to_delete(self) -> list[Backup]:
        """The backups that go, oldest first; none while rotation is held."""
        return [] if self.held else [fate.backup for fate in self.fates if not fate.is_kept]


def plan(
    backups: Iterable[Backup],
    policy: Policy,
    pinned: Collection[str],
    now: datetime,
    *,
    table: str,
    made: Backup | None = None,
) -> Plan:
    """Which of `backups`, everything listed of `table`, are kept, and why.

    pinned: names. now: aware; the periods are counted back from it. made: the new backup, without
    which nothing is deleted. Backups of others are not in the plan, nor are those that cannot be
    restored; the newest that can is always kept.
    """
    ours = {one.arn: one for one in backups if is_ours(one, table)}
    available = sorted(
        (one for one in ours.values() if one.status == "AVAILABLE"),
        key=lambda one: (one.created_at, one.name, one.arn),
    )
    tiers: dict[str, list[Tier]] = {one.arn: [] for one in available}
    for one in available[-policy.newest :]:
        tiers[one.arn].append(Tier.NEWEST)
    for tier, number_of in _PERIODS.items():
        oldest = number_of(_day(now)) - getattr(policy, tier) + 1
        newest_of = {number_of(_day(one.created_at)): one for one in available}
        for period, one in newest_of.items():
            if period >= oldest and getattr(policy, tier):
                tiers[one.arn].append(tier)
    fates = tuple(Fate(one, tuple(tiers[one.arn]), one.name in pinned) for one in available)
    return Plan(fates, _held(ours, made, now))


def _held(ours: Mapping[str, Backup], made: Backup | None, now: datetime) -> str | None:
    """Why nothing may be deleted now, or None."""
    latest = max(ours.values(), key=lambda one: one.created_at, default=None)
    if latest is not None and latest.created_at > now + CLOCK_ALLOWANCE:
        return (
            f"the clock says {_moment(now)}, and the backup {latest.name} was made at "
            f"{_moment(latest.created_at)}; set the clock right"
        )
    if made is not None and (made.arn not in ours or ours[made.arn].status != "AVAILABLE"):
        return f"the new backup {made.name} is not listed as AVAILABLE yet; the next run rotates"
    return None


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _tier(given: object) -> str:
    if given in list(Tier):
        return str(given)
    raise ValueError(f"{given!r} is none of {', '.join(Tier)}")


def _number(given: object) -> Any:
    """Digits as the number they are; all else as it came, for the policy to refuse."""
    is_digits = isinstance(given, str) and given.isascii() and given.isdigit()
    return int(given) if is_digits and len(given) < 9 else given
