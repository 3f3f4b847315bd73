"""Which backup a drill restores, and whether the newest one is still there."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lambdas.highlights.backups import Backup

MADE_AT = re.compile(r".+-([0-9]{8}T[0-9]{6}Z)")


def newest(backups: Iterable[Backup]) -> Backup | None:
    """The newest backup that can be restored, or None."""
    available = (backup for backup in backups if backup.status == "AVAILABLE")
    return max(available, key=lambda backup: (backup.created_at, backup.name), default=None)


class Named:
    """The newest backup that the items of the ledger name: rotation never deletes that one."""

    def __init__(self) -> None:
        self.name: str | None = None
        self._made_at = ""

    def see(self, item: Mapping[str, Any]) -> None:
        """Take note of the backup that first held `item`."""
        noted = item.get("backed_up")
        name = noted.get("name") if isinstance(noted, Mapping) else None
        match = MADE_AT.fullmatch(name) if isinstance(name, str) else None
        if match and match[1] > self._made_at:
            self.name, self._made_at = match[0], match[1]

    def missing_from(self, backups: Iterable[Backup]) -> str | None:
        """Its name when none of `backups` is it, or is newer; else None."""
        for backup in backups:
            match = MADE_AT.fullmatch(backup.name)
            if backup.status != "DELETED" and match and match[1] >= self._made_at:
                return None
        return self.name
