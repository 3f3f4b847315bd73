"""Deletes the backups that the policy no longer keeps, as fast as DynamoDB lets it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import Backup
from lambdas.highlights.pins import Pins
from lambdas.highlights.retention import Plan, Policy, plan

# Of one call; the next rotation deletes the rest. The names become part of an execution's state,
# of which Step Functions allows 256 KiB, and a deletion takes an eighth of a second or more.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_DELETED = 300
NEEDED_AFTERWARDS = 45.0  # seconds, to mark a day's items and to return


@dataclass(frozen=True)
class Rotation:
    """What rotation did.

    kept: AVAILABLE backups there are now. deleted: names, oldest first. left: how many of those
    kept the next rotation deletes, since time was up. held: why nothing was deleted, or None.
    """

    kept: int
    deleted: list[str]
    left: int
    held: str | None


def planned(
    store: BackupStore, pins: Pins, policy: Policy, now: datetime, made: Backup | None = None
) -> Plan:
    """What rotation would do; raises what listing and reading the pins raise."""
    return plan(store.listed(), policy, pins.names(), now, table=store.table, made=made)


def as_time_allows(seconds_left: Callable[[], float]) -> Callable[[int], bool]:
    """The `go_on` of a function that may run only for so long."""
    return lambda deleted: deleted < MOST_DELETED and seconds_left() > NEEDED_AFTERWARDS


def rotate(
    to_do: Plan,
    store: BackupStore,
    pins: Pins,
    *,
    go_on: Callable[[int], bool] = lambda deleted: True,
) -> Rotation:
    """Delete what `to_do` says, oldest first, as long as `go_on` of the number deleted is true.

    A backup that was pinned since the plan was made stays. Raises BackupNotReady; another plan
    and call go on from there.
    """
    deleted: list[str] = []
    pinned = 0
    for backup in to_do.to_delete:
        if not go_on(len(deleted)):
            break
        if pins.holds(backup.name):
            pinned += 1
            continue
        store.delete(backup)
        deleted.append(backup.name)
    left = len(to_do.to_delete) - len(deleted) - pinned
    return Rotation(len(to_do.fates) - len(deleted), deleted, left, to_do.held)
