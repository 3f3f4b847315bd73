"""What is wrong with a season that nobody watches, in figures: see `docs/runbook.md` for each.

Every figure is 0 where all is well. Out of the season nothing is due, so nothing is missed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lambdas.highlights.backups import GUARANTEED_AFTER, Backup
from lambdas.highlights.ledger import is_backed_up, moment
from lambdas.highlights.season.games import Game, GameState, Phase

# How late a look may begin and still be no missed one; schedules are tried again for some hours.
GRACE = timedelta(hours=1)
# After so long a look that was missed is made good by those after it, or said by its own alarm.
REMEMBERED = timedelta(days=2)
REFUSED_LATELY = timedelta(days=1)
LONGEST_PAUSE = 7  # days; leagues pause for less at Christmas
STAMP = len("20260111T144000Z")  # how the names of this product's backups end

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Schedule:
    """When looks are due. at: in the vault's time zone. weekdays: as date.weekday() has them.

    months: 1 to 12.
    """

    at: time
    weekdays: frozenset[int]
    months: frozenset[int]

    def last_due(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the last look was due that may be asked about at `now`, in UTC; None without one."""
        today = now.astimezone(zone).date()
        for back in range(REMEMBERED.days + 1):
            day = today - timedelta(days=back)
            due = datetime.combine(day, self.at, zone).astimezone(UTC)
            is_day = day.weekday() in self.weekdays and day.month in self.months
            if is_day and now - REMEMBERED <= due <= now - GRACE:
                return due
        return None


def is_missed(
    schedule: Schedule, since: datetime, looked: datetime | None, now: datetime, zone: ZoneInfo
) -> bool:
    """Whether no look at the league began at or after the last time at which one was due.

    since: when a schedule was last changed, before which nothing was due. looked: when the last
    look at the league began, whoever started it.
    """
    due = schedule.last_due(now, zone)
    return due is not None and due > since and (looked is None or looked < due)


def days_without_clip(games: Iterable[Item], days_looked_at: int, now: datetime) -> int:
    """The game days since the last with a clip that is kept, whose games were played.

    games: of one league in some weeks, as the season table has them. Games that were called off
    count as none. days_looked_at: in the same weeks. Where looks find no game at all, for longer
    than a league pauses, each of these days counts: the provider knows no league of that name.
    """
    played: set[date] = set()
    last_kept, knows_any = date.min, False
    for item in games:
        game, knows_any = Game.from_item(item), True
        if item["state"] == GameState.KEPT:
            last_kept = max(last_kept, game.date)
        elif game.ends_at <= now and game.phase not in (Phase.POSTPONED, Phase.CANCELLED):
            played.add(game.date)
    if not knows_any and days_looked_at >= LONGEST_PAUSE:
        return days_looked_at
    return sum(day > last_kept for day in played)


def days_behind(items: Iterable[Item], backups: Iterable[Backup], now: datetime) -> float:
    """For how many days something of the ledger is in no backup that can be restored.

    items: with `updated_at` and `backed_up` alone. backups: this product's. A newer backup holds
    what an older one held, so that which one noted it first does not matter.
    """
    available = [backup for backup in backups if backup.status == "AVAILABLE"]
    newest = max(available, key=lambda backup: backup.created_at, default=None)
    unheld = (item["updated_at"] for item in items if not _is_held(item, newest))
    oldest = min(unheld, default=None)
    return 0.0 if oldest is None else _days(now - datetime.fromisoformat(oldest))


def calls_left(usage: Item, budget: int) -> int:
    """The requests to the provider that may still be made on the day of `usage`."""
    own = max(0, budget - int(usage["provider_calls"]))
    return min(own, int(usage.get("calls_left", own)))


def is_out_of_calls(usages: Iterable[Item], now: datetime) -> bool:
    """Whether the provider refuses requests, or one was held back in the last day.

    usages: of today and yesterday.
    """
    lately = moment(now - REFUSED_LATELY)
    return any(
        usage.get("calls_refused_at", "") > lately or usage.get("blocked_until", "") > moment(now)
        for usage in usages
    )


@dataclass
class Standing:
    """What has become of the season so far, over all leagues."""

    days_kept: int = 0
    days_open: int = 0
    games_kept: int = 0
    games_waiting: int = 0
    games_missing: int = 0

    def add(self, day: Item) -> None:
        """Count a game day, as the season table has it. One without games is none."""
        games = {state: int(number) for state, number in (day.get("games") or {}).items()}
        if not sum(games.values()):
            return
        is_closed = "closed_at" in day
        self.days_kept += is_closed
        self.days_open += not is_closed
        self.games_kept += games.get(GameState.KEPT, 0)
        self.games_waiting += games.get(GameState.WAITING, 0) + games.get(GameState.EXPECTED, 0)
        self.games_missing += sum(games.get(state, 0) for state in _MISSING)


_MISSING = (GameState.LINK_ONLY, GameState.UNAVAILABLE, GameState.FAILED)


def _is_held(item: Item, newest: Backup | None) -> bool:
    if newest is None:
        return False
    if is_backed_up(item):
        return item["backed_up"]["name"][-STAMP:] <= newest.name[-STAMP:]
    return datetime.fromisoformat(item["updated_at"]) + GUARANTEED_AFTER <= newest.created_at


def _days(span: timedelta) -> float:
    return max(0.0, span.total_seconds() / 86_400)
