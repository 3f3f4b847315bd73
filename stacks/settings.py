"""The settings of a deployment: `cdk.json` context, typed and validated in one place."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from typing import Any

from lambdas.highlights.host_rules import HostRules
from lambdas.highlights.retention import Policy
from stacks import setting_values as read
from stacks.game_days import MONTHS, WEEKDAYS

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653)
TABLE_EXPORTS = ("off", "after_backup", "daily", "weekly")
TRANSCODE_PROFILES = ("source-matched", "cbr-5mbps")
TRANSCODE = ("always", "when_needed")
PROVIDER_PAGE_MAXIMUM = 40  # rows of one /highlights answer; the provider refuses more
# Ten years. S3 and AWS Backup allow a hundred, which no season needs and a slip of the hand gives.
LONGEST_LOCK = 3_650  # days
# At most so many days lie between two drills of a schedule.
DRILL_SCHEDULES = {"off": 0, "weekly": 7, "monthly": 31}
# Their names are part of an execution's state, of which Step Functions allows 256 KiB.
LARGEST_DRILL_SAMPLE = 1_000
LARGEST_CAP = 1_000_000  # requests, minutes or gigabytes
CAPPED = ("transcode_minutes", "stored_gigabytes")
# Why these: docs/decisions/0007-which-backups-are-kept.md
DEFAULT_RETENTION = Policy(newest=7, daily=14, weekly=26, monthly=12)


class SettingsError(ValueError):
    """The context holds settings that cannot be deployed; the text lists every problem."""

    def __init__(self, problems: list["Problem"]):
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        width = max(len(problem.name) for problem in problems)
        lines = [f"  {problem.name:<{width}}  {problem.text}" for problem in problems]
        super().__init__(
            "\n".join([f"the settings (cdk.json context, or -c) have {count}", *lines])
        )


@dataclass(frozen=True)
class Problem:
    """One setting that is wrong: what was given, what is expected, how to mend it."""

    name: str
    given: str
    expected: str
    fix: str

    @property
    def text(self) -> str:
        """The problem as a sentence without the setting's name."""
        return f"got {self.given}; expected {self.expected}; fix: {self.fix}"


@dataclass(frozen=True)
class Settings:
    """What one deployment does. Every field is a context key of `cdk.json`.

    leagues: names as the provider writes them.
    limit: the most highlights kept of one league's game day.
    mens_game_days, womens_game_days: days on which games are played, not days of the runs.
    season_months: months in which games are played.
    run_time, time_zone: when, on its day, a run starts; the zone also says what a game day is.
    look_back_days: days after its end for which a game is looked at again, each morning, unless
        it is closed earlier. Verified clips appear 1 to 48 hours after a game.
    backup_retention: which on-demand backups of the table rotation leaves; see `Policy`.
    table_exports: when the table is exported to the bucket: `off`, `after_backup`, `daily` or
        `weekly`.
    transcode: `always`, or `when_needed`: a video that is already what the profile would make of
        it is copied instead.
    transcode_profile: `source-matched` or `cbr-5mbps`.
    provider_url, provider_host: the /highlights endpoint, and the RapidAPI host header
        (empty when the provider is asked directly).
    provider_calls_per_day: requests that the vault makes by itself in a UTC day; what the
        provider's plan has beyond that is left for a person's own runs. The free plan has 100.
    transcode_minutes_per_day, transcode_minutes_per_month: normalized minutes, as MediaConvert
        bills them, after which videos wait for the next UTC day or month; 0 is no cap.
    stored_gigabytes_per_day, stored_gigabytes_per_month: of originals and renditions; likewise.
    allowed_private_hosts: hosts, or host:port, that may serve videos though their address is
        private; all other private, loopback and link-local addresses are refused.
    host_rules: what is done with videos of a host, laid over the defaults; see `HostRules`.
    max_video_megabytes: a larger video is recorded as unavailable instead of stored.
    log_retention_days: days for which log groups keep their events.
    replica_region: the second region, which gets a copy of the table and of the archive; none
        when empty.
    replica_lock_days: days for which a copy in the second region's bucket can neither be deleted
        nor replaced; 0 locks nothing.
    aws_backup_days: days for which AWS Backup keeps each of its daily backups of the table in a
        locked vault; 0 makes none.
    drill_schedule: when a backup is restored and compared by itself: off, weekly or monthly.
    drill_sample: how many objects a drill reads again.
    longest_without_drill_days: days after the last good drill until the alarm.
    notify_email: who is told by mail of digests and alarms; nobody when empty.
    longest_without_clip_days: game days whose games ended without a clip until the alarm.
    monthly_budget_dollars: what a month may cost until AWS Budgets says so; 0 makes no budget.
    """

    leagues: tuple[str, ...] = ("NCAA",)
    limit: int = 10
    mens_game_days: tuple[str, ...] = ("TUE", "WED", "THU", "FRI", "SAT", "SUN")
    womens_game_days: tuple[str, ...] = ("MON", "TUE", "THU", "FRI", "SAT", "SUN")
    season_months: tuple[str, ...] = ("NOV", "DEC", "JAN", "FEB", "MAR", "APR")
    run_time: time = time(9, 30)
    look_back_days: int = 3
    time_zone: str = "America/New_York"
    backup_retention: Policy = DEFAULT_RETENTION
    table_exports: str = "weekly"
    transcode: str = "always"
    transcode_profile: str = "source-matched"
    provider_url: str = "https://sport-highlights-api.p.rapidapi.com/basketball/highlights"
    provider_host: str = "sport-highlights-api.p.rapidapi.com"
    provider_calls_per_day: int = 80
    transcode_minutes_per_day: int = 0
    transcode_minutes_per_month: int = 0
    stored_gigabytes_per_day: int = 0
    stored_gigabytes_per_month: int = 0
    allowed_private_hosts: tuple[str, ...] = ()
    host_rules: HostRules = field(default_factory=HostRules)
    max_video_megabytes: int = 1024
    log_retention_days: int = 90
    replica_region: str = ""
    replica_lock_days: int = 0
    aws_backup_days: int = 0
    drill_schedule: str = "monthly"
    drill_sample: int = 20
    longest_without_drill_days: int = 40
    notify_email: str = ""
    longest_without_clip_days: int = 3
    monthly_budget_dollars: int = 0

    @classmethod
    def from_context(
        cls, context: Mapping[str, Any], account: str = "", region: str = ""
    ) -> "Settings":
        """Settings of `context`, where a missing key takes its default.

        account, region: where it is deployed, as far as that is known; a second region needs both.

        Lists may also be given as one string with commas and numbers as strings, as
        `-c leagues=NCAA,NBA -c limit=20` does. Raises SettingsError with every problem found.
        """
        problems = _renamed(context) + _misspelt(context)
        values: dict[str, Any] = {}
        for name, parse in _PARSERS.items():
            if name not in context:
                continue
            try:
                values[name] = parse(context[name])
            except read.Rejected as rejected:
                fix = f"-c {name}={_example(name)}"
                problems.append(Problem(name, repr(context[name]), str(rejected), fix))
        if not any(problem.name == "replica_region" for problem in problems):
            problems += _of_the_second_region(values, account, region)
        problems += _of_the_drill(values)
        problems += _of_the_caps(values)
        if problems:
            raise SettingsError(problems)
        return cls(**values)


def _renamed(context: Mapping[str, Any]) -> list[Problem]:
    """Settings of an earlier version, with what says the same now."""
    return [
        Problem(old, repr(context[old]), f"no such setting; it became {new}", fix(context[old]))
        for old, (new, fix) in _RENAMED.items()
        if old in context
    ]


def _misspelt(context: Mapping[str, Any]) -> list[Problem]:
    """Context keys that resemble a setting; others belong to the CDK and are left alone."""
    names = [setting.name for setting in fields(Settings)]
    problems = []
    for key in context:
        if key in names or key in _RENAMED or "@" in key or ":" in key:
            continue
        folded = re.sub(r"[^a-z]", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower())
        close = difflib.get_close_matches(folded, names, n=1, cutoff=0.75)
        if close:
            fix = f"did you mean {close[0]!r}?"
            problems.append(Problem(key, repr(context[key]), "no setting of this name", fix))
    return problems


def _of_the_second_region(values: Mapping[str, Any], account: str, region: str) -> list[Problem]:
    """What is wrong with a second region that is written as it should be."""
    replica, lock_days = values.get("replica_region", ""), values.get("replica_lock_days", 0)
    problems = []
    if lock_days and not replica:
        fix = "-c replica_region=eu-west-1, or -c replica_lock_days=0"
        expected = "a replica_region, whose bucket is what would be locked"
        problems.append(Problem("replica_lock_days", repr(lock_days), expected, fix))
    if not replica:
        return problems
    expected = fix = ""
    if not (account and region):
        expected = "an account and a region to deploy to, which are part of the replica's names"
        fix = "give credentials and AWS_REGION, or CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION"
    elif replica == region:
        expected = f"another region than {region}, which is deployed to"
        fix = f"a region that does not fail together with {region}, or -c replica_region= for none"
    elif _partition(replica) != _partition(region):
        expected = f"a region of the same partition as {region}; nothing replicates between two"
        fix = "a region whose name begins alike"
    if expected:
        problems.append(Problem("replica_region", repr(replica), expected, fix))
    return problems


def _of_the_drill(values: Mapping[str, Any]) -> list[Problem]:
    """An alarm before the next drill was due would tell nothing."""
    schedule = values.get("drill_schedule", Settings.drill_schedule)
    days = values.get("longest_without_drill_days", Settings.longest_without_drill_days)
    between = DRILL_SCHEDULES[schedule]
    if days > between:
        return []
    expected = f"more than {between} days, since drills are {schedule}"
    fix = f"-c longest_without_drill_days={between + 9}, or another drill_schedule"
    return [Problem("longest_without_drill_days", repr(days), expected, fix)]


def _of_the_caps(values: Mapping[str, Any]) -> list[Problem]:
    """A month's cap below a day's is a slip: the day's could never be reached twice."""
    problems = []
    for name in CAPPED:
        day, month = values.get(f"{name}_per_day", 0), values.get(f"{name}_per_month", 0)
        if 0 < month < day:
            expected = f"0, or at least {name}_per_day, which is {day}"
            fix = f"-c {name}_per_month={day * 31}, or -c {name}_per_day={month}"
            problems.append(Problem(f"{name}_per_month", repr(month), expected, fix))
    return problems


def _partition(region: str) -> str:
    """What of a region's name tells its partition: regions of two share no accounts."""
    found = re.match(r"cn-|us-gov-|us-iso[a-z]*-|eu-iso[a-z]*-|eusc-", region)
    return found.group() if found else ""


def _example(name: str) -> str:
    """The default of the setting `name`, written as the CDK's `-c` takes it."""
    if name == "host_rules":
        return "videos.example=never,cdn.example=store"
    if name == "replica_region":
        return "eu-west-1"
    if name == "notify_email":
        return "you@example.com"
    default = getattr(Settings, name)
    if isinstance(default, tuple):
        return ",".join(str(item) for item in default) or "10.0.0.5"
    return f"{default:%H:%M}" if isinstance(default, time) else str(default)


def _newest_alone(value: Any) -> str:
    """`backup_retention` as the number of backups `value` of `backups_to_keep` meant it."""
    number = str(value) if str(value).isascii() and str(value).isdigit() else "14"
    return f"-c backup_retention=newest={number}"


def _longest_of(value: Any) -> str:
    """`look_back_days` for the days after a game day that `value` of `run_days_after` listed."""
    numbers = [int(found) for found in re.findall(r"\d{1,4}", str(value))]
    return f"-c look_back_days={min(max(numbers, default=3), read.LONGEST_LOOK_BACK)}"


_RENAMED = {
    "backups_to_keep": ("backup_retention", _newest_alone),
    "run_days_after": ("look_back_days", _longest_of),
}
_PARSERS: dict[str, Callable[[Any], Any]] = {
    "leagues": read.league_names,
    "limit": read.whole_number(1, PROVIDER_PAGE_MAXIMUM, "the provider refuses larger pages"),
    "mens_game_days": read.names_of(WEEKDAYS, "days"),
    "womens_game_days": read.names_of(WEEKDAYS, "days"),
    "season_months": read.names_of(MONTHS, "months"),
    "run_time": read.run_time,
    "look_back_days": read.whole_number(
        1, read.LONGEST_LOOK_BACK, "days after its end for which a game is looked at again"
    ),
    "time_zone": read.time_zone,
    "backup_retention": read.retention,
    "table_exports": read.one_of(*TABLE_EXPORTS),
    "transcode": read.one_of(*TRANSCODE),
    "transcode_profile": read.one_of(*TRANSCODE_PROFILES),
    "provider_url": read.url,
    "provider_host": read.host_header,
    "provider_calls_per_day": read.whole_number(1, LARGEST_CAP, "requests; the free plan has 100"),
    **{
        f"{name}_per_{period}": read.whole_number(0, LARGEST_CAP, "0 is no cap")
        for name in CAPPED
        for period in ("day", "month")
    },
    "allowed_private_hosts": read.hosts,
    "host_rules": read.host_rules,
    "max_video_megabytes": read.whole_number(1, 10_240, "megabytes of 1,000,000 bytes"),
    "log_retention_days": read.one_of(*LOG_RETENTION_DAYS),
    "replica_region": read.region,
    "replica_lock_days": read.whole_number(0, LONGEST_LOCK, "days; 0 locks nothing"),
    "drill_schedule": read.one_of(*DRILL_SCHEDULES),
    "drill_sample": read.whole_number(1, LARGEST_DRILL_SAMPLE, "gameday drill --all reads all"),
    "longest_without_drill_days": read.whole_number(2, 400, "days"),
    "notify_email": read.email,
    "longest_without_clip_days": read.whole_number(1, 60, "game days"),
    "monthly_budget_dollars": read.whole_number(0, 100_000, "dollars; 0 makes no budget"),
    "aws_backup_days": read.whole_number(0, LONGEST_LOCK, "days; 0 makes no backups by AWS Backup"),
}
