"""One backup of what is new, and rotation: what may be called again at any point."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.backups import covering
from lambdas.highlights.ledger import Item, Ledger, is_backed_up
from lambdas.highlights.pins import Pins
from lambdas.highlights.retention import Policy
from lambdas.highlights.rotation import Rotation, planned, rotate


@dataclass(frozen=True)
class BackedUp:
    """The backup that holds what was new, and what rotation did after it."""

    name: str
    rotation: Rotation


def unsaved(items: Collection[Item], written_by: datetime | None = None) -> list[Item]:
    """The items that no backup holds, of those written until `written_by`.

    What another execution writes later is its own to back up.
    """
    return [
        item
        for item in items
        if not is_backed_up(item) and (written_by is None or last_change(item) <= written_by)
    ]


def last_change(item: Item) -> datetime:
    """When what is kept of the item last changed."""
    return datetime.fromisoformat(item["updated_at"])


def back_up(
    new: Collection[Item],
    *,
    waited_until: datetime,
    now: datetime,
    policy: Policy,
    store: BackupStore,
    pins: Pins,
    ledger: Ledger,
    go_on: Callable[[int], bool],
) -> BackedUp:
    """Make a backup of `new` unless one is there, wait for it, rotate, and mark the items.

    waited_until: when the wait was over after which a backup surely holds them. go_on: whether
    there is time to delete another backup, of the number deleted. Raises BackupNotReady, to be
    called again, and BackupFailed. Nothing is deleted before the backup is AVAILABLE, and nothing
    is marked before rotation is done, so another call finishes both.
    """
    last_write = max(last_change(item) for item in new)
    backup = covering(store.ours(), last_write, waited_until) or store.create(now)
    store.require_available(backup)
    rotation = rotate(planned(store, pins, policy, now, backup), store, pins, go_on=go_on)
    for item in new:
        ledger.mark_backed_up(item, backup.name)
    return BackedUp(backup.name, rotation)
