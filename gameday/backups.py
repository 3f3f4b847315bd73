"""The table's backups, for a person: what there are, who keeps them, what rotation would do."""

import getpass
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gameday.backup_names import backup_named
from gameday.vault import Vault
from lambdas.highlights.archive import Archive
from lambdas.highlights.backups import GUARANTEED_AFTER, Backup, is_ours
from lambdas.highlights.errors import BackupNotReady
from lambdas.highlights.pins import Pin, Pins
from lambdas.highlights.retention import Plan, Policy, plan
from lambdas.highlights.rotation import Rotation, rotate

POLL = 2.0  # seconds between two looks at a backup in the making
LONGEST_WAIT = 1800.0  # seconds; DynamoDB needs minutes for tables a thousand times as large


class BackupsUnclear(RuntimeError):
    """What is deployed, listed or pinned is not what the command needs; its text says what to do."""


@dataclass(frozen=True)
class Overview:
    """The backups of `table` at the moment `now`.

    plan: of the AVAILABLE ones, what rotation under `policy` would do. making: those that are
    CREATING. pins: by name, also of backups that are gone.
    """

    table: str
    now: datetime
    policy: Policy
    plan: Plan
    making: tuple[Backup, ...]
    pins: dict[str, Pin]

    @property
    def newest(self) -> Backup | None:
        """The newest backup that can be restored."""
        return self.plan.fates[-1].backup if self.plan.fates else None

    @property
    def names(self) -> set[str]:
        """The names of all backups there are."""
        return {fate.backup.name for fate in self.plan.fates} | {one.name for one in self.making}


@dataclass(frozen=True)
class Made:
    """A backup made by hand. holds_until: it surely holds what was written before.

    was_under_way: whether it had been asked for before, by a run or an earlier command.
    """

    backup: Backup
    holds_until: datetime
    was_under_way: bool


def pins_of(vault: Vault) -> Pins:
    """The pins in the vault's bucket."""
    return Pins(Archive(vault.aws.client("s3"), vault.bucket))


def policy_of(vault: Vault) -> Policy:
    """The policy that the deployed functions rotate by. Raises BackupsUnclear."""
    text = vault.environment().get("BACKUP_RETENTION")
    if text is None:
        raise BackupsUnclear(
            "the deployed functions have no BACKUP_RETENTION, so they are of another version; "
            "deploy this one first: make deploy, or gameday run on this machine"
        )
    return Policy.parse(text)


def overview(vault: Vault, now: datetime) -> Overview:
    """The backups there are, and what rotation would do. Raises BackupsUnclear."""
    policy, pins = policy_of(vault), pins_of(vault)
    listed = vault.backups.listed()
    pinned = pins.names()
    making = [one for one in listed if one.status == "CREATING" and is_ours(one, vault.table)]
    return Overview(
        vault.table,
        now,
        policy,
        plan(listed, policy, pinned, now, table=vault.table),
        tuple(sorted(making, key=lambda one: one.created_at)),
        {name: pins.read(name) or Pin(name) for name in sorted(pinned)},
    )


def pin(vault: Vault, given: str, note: str | None, now: datetime) -> tuple[Pin, bool]:
    """Keep the backup that `given` names for good; its pin, and whether that is new.

    Raises UsageError, and BackupsUnclear when the backup was deleted this moment.
    """
    there = overview(vault, now)
    name = backup_named(given, there.names, there.newest and there.newest.name)
    pins = pins_of(vault)
    is_new = pins.pin(Pin(name, _person(), now, note))
    # Rotation looks for a pin right before it deletes; it may have looked a moment too early.
    if name not in {one.name for one in vault.backups.ours() if one.status != "DELETED"}:
        pins.unpin(name)
        raise BackupsUnclear(f"the backup {name} was deleted this moment, before it was pinned")
    return pins.read(name) or Pin(name), is_new


def unpin(vault: Vault, given: str, now: datetime) -> tuple[str, bool]:
    """Leave the backup that `given` names to rotation; its name, and whether it was pinned.

    A pin whose backup is gone can be named, too. Raises UsageError.
    """
    there = overview(vault, now)
    name = backup_named(given, there.names | there.pins.keys(), there.newest and there.newest.name)
    return name, pins_of(vault).unpin(name)


def rotate_now(vault: Vault, shown: Plan, now: datetime, told: Callable[[int], object]) -> Rotation:
    """Delete what the plan `shown` to a person says; told: of the number deleted so far.

    Raises BackupsUnclear when more would be deleted by now than was shown.
    """
    current = overview(vault, now).plan
    if not {one.arn for one in current.to_delete} <= {one.arn for one in shown.to_delete}:
        raise BackupsUnclear("the backups changed meanwhile, and none was deleted; run it again")

    def go_on(deleted: int) -> bool:
        told(deleted)
        return True

    return rotate(current, vault.backups, pins_of(vault), go_on=go_on)


def make(
    vault: Vault,
    told: Callable[[str], object],
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], object] = time.sleep,
) -> Made:
    """Make a backup, or wait for one that is being made; told: what it waits for.

    Raises BackupFailed, and BackupNotReady when it takes longer than LONGEST_WAIT.
    """
    store, ends = vault.backups, clock() + LONGEST_WAIT
    making = [one for one in store.ours() if one.status == "CREATING"]
    backup = max(making, key=lambda one: one.created_at, default=None)
    while True:
        try:
            backup = backup or store.create(vault.now())
            available = store.require_available(backup)
            break
        except BackupNotReady as error:
            if clock() > ends:
                raise
            told(str(error))
            wait(POLL)
    return Made(available, available.created_at - GUARANTEED_AFTER, bool(making))


def _person() -> str | None:
    """Who types; None where the system has no name for them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
