"""What a vault used of AWS, read from what it keeps: run records, ledger, objects and backups.

By month and by day alone is anything held, so that memory does not grow with the season.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gameday.cost.months import GIGABYTE, Growth, Month, Season, midnight, months_between
from gameday.cost.standing import Standing, of_stacks
from gameday.costs import Usage
from gameday.meter import minutes_of, usage_of
from gameday.parallel import in_parallel
from gameday.protection import describe_table
from gameday.vault import Vault
from lambdas.highlights.season.usage import Usage as Counted
from lambdas.table import Table

ITEM_BYTES = 2_000  # by estimate, while DynamoDB has not counted: it does so every six hours


@dataclass
class Measured:
    """What a vault used. minutes, runs: by month. tables: both tables together.

    last_run: the usage of the newest execution, and last_run_at when it reported. since: the day of
    the first thing that was paid for; None of an empty vault. clips: renditions by the day on
    which they were made. is_replicated: whether a second region has all of it as well.
    """

    minutes: defaultdict[Month, float] = field(default_factory=lambda: defaultdict(float))
    runs: defaultdict[Month, Usage] = field(default_factory=lambda: defaultdict(Usage))
    clips: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    objects: Growth = field(default_factory=Growth)
    tables: Growth = field(default_factory=Growth)
    backups: Growth = field(default_factory=Growth)
    standing: Standing = field(default_factory=lambda: Standing(Usage()))
    is_replicated: bool = False
    last_run: Usage | None = None
    last_run_at: str = ""

    @property
    def since(self) -> date | None:
        """The first day on which anything was kept here; an import brings older highlights."""
        return min(self.objects.added, default=None)

    def usage(self, month: Month, now: datetime, *, played: bool = True) -> Usage:
        """All that a month used, until `now`; played: whether games were."""
        if self.since is None:
            return Usage()
        began = max(month.start, midnight(self.since))
        tables = self.tables.gigabyte_months(month, now)
        return (
            self.runs[month]
            + Usage(
                normalized_minutes=self.minutes[month],
                object_gigabyte_months=self.objects.gigabyte_months(month, now),
                table_gigabyte_months=tables,
                recovery_gigabyte_months=tables,
                backup_gigabyte_months=self.backups.gigabyte_months(month, now),
            )
            + (self.standing.played if played else self.standing.monthly) * month.share(began, now)
            + (self._elsewhere(month, now) if self.is_replicated else Usage())
        )

    def _elsewhere(self, month: Month, now: datetime) -> Usage:
        """What a month of the copies in a second region used."""
        tables = self.tables.gigabyte_months(month, now)
        return Usage(
            gigabytes_between_regions=self.objects.within(month) / GIGABYTE,
            replica_gigabyte_months=self.objects.gigabyte_months(month, now),
            table_gigabyte_months=tables,
            recovery_gigabyte_months=tables,
        )


def measure(vault: Vault, season: Season, now: datetime) -> Measured:
    """Read all that costs, for the months of `season` and those since."""
    found = Measured(is_replicated=vault.replica_bucket is not None)
    for entry in _versions(vault):
        found.objects.add(entry["LastModified"].date(), entry["Size"])
    _read_items(vault, found)
    _read_counters(vault, found, season, now)
    for backup in vault.backups.ours():
        found.backups.add(backup.created_at.date(), backup.size_bytes)
    _read_runs(vault, found)
    found.standing = of_stacks(vault.aws.client("cloudformation"))
    return found


def _read_items(vault: Vault, found: Measured) -> None:
    items, since = Growth(), found.since or date.min
    for item in vault.items():
        items.add(max(since, date.fromisoformat(item["fetch_date"])), ITEM_BYTES)
        if "rendition" in item:
            made = made_on(item)
            found.minutes[Month.of(made)] += minutes_of(item["rendition"])
            found.clips[made] += 1
    dynamodb = vault.aws.client("dynamodb")
    names = [name for name in (vault.table, vault.season_table) if name]
    tables = [describe_table(dynamodb, name) for name in names]
    size = sum(table.get("TableSizeBytes", 0) for table in tables if table)
    found.tables = items.scaled(max(size, items.bytes)) if items.bytes else items


def made_on(item: dict[str, Any]) -> date:
    """The day on which an item's rendition was made, as nearly as the item says it."""
    said = item["rendition"].get("made_at") or item.get("video", {}).get("stored_at")
    return datetime.fromisoformat(said or item["updated_at"]).date()


def _read_counters(vault: Vault, found: Measured, season: Season, now: datetime) -> None:
    """Where more was transcoded than there is of it now, the counters know."""
    if not vault.season_table:
        return
    counted = Counted(Table(vault.aws.client("dynamodb"), vault.season_table))
    for month in months_between(season.first, Month.of(now.date())):
        minutes = counted.month(str(month))["transcode_seconds"] / 60
        found.minutes[month] = max(found.minutes[month], minutes)


def _versions(vault: Vault) -> Iterator[dict[str, Any]]:
    """Everything in the bucket that is paid for, former versions included."""
    pages = vault.aws.client("s3").get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=vault.bucket):
        yield from page.get("Versions", [])


def _read_runs(vault: Vault, found: Measured) -> None:
    def read(key: str) -> dict[str, Any]:
        return json.load(vault.read_object(key))

    for _, record in in_parallel(read, (one.key for one in vault.objects("runs/"))):
        used, reported = usage_of(record), record["reported_at"]
        month = Month.of(datetime.fromisoformat(reported).date())
        # Minutes are those of the ledger: a run that was killed left no record of its own.
        found.runs[month] += {**used, "normalized_minutes": 0.0}
        if reported > found.last_run_at:
            found.last_run, found.last_run_at = used, reported
