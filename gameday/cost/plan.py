"""What a season would use with given settings, month by month, before anything is deployed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from gameday.cost.months import GIGABYTE, MEAN_DAYS, Month, Season, days_played
from gameday.cost.standing import Standing
from gameday.costs import Usage
from gameday.meter import Work, usage_of_work
from lambdas.highlights.backups import Backup, backup_name
from lambdas.highlights.billing import Rendition, normalized_minutes
from lambdas.highlights.retention import plan as rotation
from stacks.settings import Settings

# What ESPN's own files send, by the lines of their picture: names end in _360p30_1464k and
# _720p30_2896k. Any other picture is taken to send in proportion to its lines.
MEGABITS_OF_360_LINES, MEGABITS_OF_720_LINES = 1.464, 2.896
CONSTANT_MEGABITS = 5.064  # of the profile cbr-5mbps, sound included
# Bytes by estimate: of a highlight in the table, of what the season's table has of it, of its
# picture and its sidecar, and of a day's raw answer and run records.
ITEM, SEASON_ITEM, PICTURE, SIDECAR, DAY_FILES = 2_000, 2_500, 60_000, 4_000, 60_000
LEAST_EXPORT = 0.01  # GB, of an export of what changed
LOOKS = 2  # at a game day, on average, until all its games are closed
METRICS, METRIC_HOURS = 22, 4  # values a day in so many hours, those of the season's watch
DIGEST = Usage(notices=1)
# One drill of a season's 6,000 items: docs/decisions/0010-the-drill.md
DRILL_TRANSITIONS, DRILL_GIGABYTE_SECONDS, DRILL_REQUESTS = 72, 32.0, 30
CHECKS_A_DAY = 6  # of the functions that watch: the drill's twice, the season's every six hours


@dataclass(frozen=True)
class Workload:
    """What a season brings. clips: of one league's game day. lines, megabits: of the sources.

    game_days: of one league, in the season. seconds: of a clip. ready: the share of videos that
    are already what the profile would make.
    """

    leagues: int
    game_days: int
    clips: int
    seconds: float
    lines: int
    megabits: float
    ready: float = 1.0

    @classmethod
    def of(
        cls,
        settings: Settings,
        season: Season,
        *,
        clips: int | None = None,
        minutes: float = 1.5,
        days: int | None = None,
        leagues: int | None = None,
        lines: int = 360,
        megabits: float | None = None,
        ready: float = 1.0,
    ) -> "Workload":
        """What the settings allow at most, as far as nothing else is given."""
        played = days_played(season, {*settings.mens_game_days, *settings.womens_game_days})
        return cls(
            leagues=len(settings.leagues) if leagues is None else leagues,
            game_days=played if days is None else days,
            clips=settings.limit if clips is None else clips,
            seconds=minutes * 60,
            lines=lines,
            megabits=usual_megabits(lines) if megabits is None else megabits,
            ready=ready,
        )

    @property
    def all_clips(self) -> int:
        """Clips of the whole season."""
        return self.leagues * self.game_days * self.clips

    @property
    def source_bytes(self) -> float:
        """One clip as its source sends it."""
        return self.megabits * 1e6 / 8 * self.seconds

    @property
    def minutes_of_clip(self) -> float:
        """Normalized minutes of one clip that is transcoded."""
        return normalized_minutes(Rendition(self.lines * 16 // 9, self.lines, self.seconds))


def usual_megabits(lines: int) -> float:
    """Mbit/s of a source with so many lines."""
    if lines == 360:
        return MEGABITS_OF_360_LINES
    return MEGABITS_OF_720_LINES * lines / 720


def months_of(
    settings: Settings, season: Season, load: Workload, standing: Standing
) -> Iterator[tuple[Month, Usage]]:
    """Each month of the season with its usage, the game days spread evenly over all of them."""
    count, backups = len(season.months), _backups(settings, season, load)
    for index, month in enumerate(season.months):
        middle = (index + 0.5) / count  # of the season, by which things have grown
        yield (
            month,
            standing.played
            + _work(settings, load) * (1 / count)
            + _stored(settings, load, middle)
            + _watched(settings, load, middle)
            + _exports(settings, load, middle)
            + backups[month]
            + _second_place(settings, load, middle, count),
        )


def month_afterwards(
    settings: Settings, season: Season, load: Workload, standing: Standing
) -> Usage:
    """A month after the season, in which nothing is played and everything is kept."""
    return (
        standing.monthly
        + _stored(settings, load, 1.0)
        + _watched(settings, load, 1.0)
        + _kept_elsewhere(settings, load, 1.0)
        + _backups(settings, season, load)[season.last]
    )


def copied(settings: Settings, load: Workload) -> float:
    """Which share of the videos is copied instead of transcoded."""
    return load.ready if settings.transcode == "when_needed" else 0.0


def table_gigabytes(load: Workload, share: float) -> float:
    """The table of highlights when a share of the season is over."""
    return load.all_clips * ITEM / GIGABYTE * share


def archive_gigabytes(settings: Settings, load: Workload) -> float:
    """All that a season puts into the bucket."""
    ready = copied(settings, load)
    constant = settings.transcode_profile == "cbr-5mbps"
    made = CONSTANT_MEGABITS * 1e6 / 8 * load.seconds if constant else load.source_bytes
    rendition = made * (1 - ready) + load.source_bytes * ready
    clip = load.source_bytes + rendition + PICTURE + SIDECAR
    days = load.leagues * load.game_days * DAY_FILES
    return (load.all_clips * clip + days) / GIGABYTE


def _work(settings: Settings, load: Workload) -> Usage:
    """Everything that runs in a season, on its game days."""
    ready = copied(settings, load)
    first = usage_of_work(
        Work(
            known=load.clips,
            new=load.clips,
            tried=load.clips,
            stored=load.clips,
            renditions=load.clips,
            copied=load.clips * ready,
            minutes=load.clips * load.minutes_of_clip * (1 - ready),
            sidecars=load.clips,
            backup=True,
        )
    )
    again = usage_of_work(Work(known=load.clips))
    day = first + again * (LOOKS - 1) + DIGEST
    return day * (load.leagues * load.game_days)


def _stored(settings: Settings, load: Workload, share: float) -> Usage:
    """A month of what is kept when a share of the season is over."""
    tables = load.all_clips * (ITEM + SEASON_ITEM) / GIGABYTE * share
    return Usage(
        object_gigabyte_months=archive_gigabytes(settings, load) * share,
        table_gigabyte_months=tables,
        recovery_gigabyte_months=tables,
    )


def _watched(settings: Settings, load: Workload, share: float) -> Usage:
    """A month of drills, checks, metrics and logs kept."""
    drills = {"off": 0.0, "weekly": MEAN_DAYS / 7, "monthly": 1.0}[settings.drill_schedule]
    size = table_gigabytes(load, share)
    items = load.all_clips * share
    seconds = DRILL_GIGABYTE_SECONDS * max(0.2, items / 6_000)
    drill = Usage(
        restored_gigabytes=size,
        dynamodb_reads=items,
        state_transitions=DRILL_TRANSITIONS,
        lambda_requests=DRILL_REQUESTS,
        lambda_gigabyte_seconds=seconds,
        s3_gets=settings.drill_sample,
        traces=1,
    )
    checks = Usage(lambda_requests=1, lambda_gigabyte_seconds=0.75) * (CHECKS_A_DAY * MEAN_DAYS)
    metrics = Usage(metric_months=METRICS * METRIC_HOURS / 24)
    logged = _work(settings, load)["log_gigabytes"] / max(1, load.game_days)
    logs = Usage(log_gigabyte_months=logged * settings.log_retention_days * share)
    return drill * drills + checks + metrics + logs


def _exports(settings: Settings, load: Workload, share: float) -> Usage:
    size = table_gigabytes(load, share)
    whole = {"off": 0.0, "weekly": MEAN_DAYS / 7, "daily": MEAN_DAYS / 31, "after_backup": 0.0}
    changes = {"daily": MEAN_DAYS, "after_backup": MEAN_DAYS}.get(settings.table_exports, 0.0)
    exported = whole[settings.table_exports] * size + changes * LEAST_EXPORT
    return Usage(exported_gigabytes=exported)


def _backups(settings: Settings, season: Season, load: Workload) -> dict[Month, Usage]:
    """The backups that rotation leaves, when each game day makes one of a table that grows."""
    table, kept, held = "t", [], dict.fromkeys(season.months, 0.0)
    days = (season.end - season.start).days
    for number in range(days):
        now = season.start + timedelta(days=number, hours=14)
        name = backup_name(table, now)
        size = table_gigabytes(load, (number + 1) / days)
        kept.append(Backup(name, name, now, "AVAILABLE", round(size * GIGABYTE)))
        fates = rotation(kept, settings.backup_retention, (), now, table=table).fates
        kept = [fate.backup for fate in fates if fate.is_kept]
        month = Month.of(now.date())
        held[month] += sum(one.size_bytes for one in kept) / GIGABYTE / month.days
    return {month: Usage(backup_gigabyte_months=size) for month, size in held.items()}


def _second_place(settings: Settings, load: Workload, share: float, months: int) -> Usage:
    """A month of copies to the second place, and of those that are there."""
    used, size = _kept_elsewhere(settings, load, share), table_gigabytes(load, share)
    if settings.replica_region:
        objects = load.leagues * load.game_days * (4 * load.clips + LOOKS + 1)
        writes = _work(settings, load)["dynamodb_writes"] / months
        used += Usage(
            gigabytes_between_regions=archive_gigabytes(settings, load) / months,
            replica_puts=objects / months,
            dynamodb_writes=writes * 2,  # the replica, and its index of game days
        )
        if settings.aws_backup_days:
            used += Usage(aws_backup_gigabytes_copied=size * MEAN_DAYS)
    return used


def _kept_elsewhere(settings: Settings, load: Workload, share: float) -> Usage:
    size, used = table_gigabytes(load, share), Usage()
    if settings.replica_region:
        used += Usage(
            replica_gigabyte_months=archive_gigabytes(settings, load) * share,
            table_gigabyte_months=size,
            recovery_gigabyte_months=size,
        )
    if settings.aws_backup_days:
        places = 2 if settings.replica_region else 1
        used += Usage(aws_backup_gigabyte_months=settings.aws_backup_days * size * places)
    return used
