"""Point-in-time recovery: every change of a table's items is noted, so that any moment comes back.

The emulator keeps no past. Here the changes of a table with recovery on are appended to one file
a day beside the saved state, until 36 days later.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
"""

import contextlib
import copy
import json
import shutil
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from gameday.embedded import clock
from gameday.embedded.fixes.patching import Patch

FIX = "table_history"

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
LONGEST_RECOVERY_DAYS = 35

DAY_SECONDS = 86_400

Items = dict[str, dict[str, Any]]

_writing = threading.Lock()
_open_file: dict[Path, IO[str]] = {}


@dataclass(frozen=True)
class Change:
    """One write of an item. at: seconds since 1970; old, new: the item, None where there is none.

    partition, sort: where the emulator keeps the item.
    """

    at: float
    partition: str
    sort: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


@dataclass(frozen=True)
class Recovery:
    """The moments to which a table can be restored, in seconds since 1970, and its setting."""

    earliest: float
    latest: float
    days: int


def now() -> float:
    """The time of a change, in seconds since 1970; tests put a clock of their own in its place."""
    return clock.time()


def apply() -> None:
    from ministack.services import dynamodb

    patch = Patch(FIX)
    patch.edit(
        dynamodb,
        "_set_item",
        (
            '    table["items"].setdefault(pk_val, {})[sk_val] = item\n',
            (
                "    gameday_note_change(table, pk_val, sk_val, old_item, item)\n"
                '    table["items"].setdefault(pk_val, {})[sk_val] = item\n'
            ),
        ),
        gameday_note_change=note_change,
    )
    patch.edit(
        dynamodb,
        "_remove_item",
        (
            "    if old_item is not None:\n",
            (
                "    if old_item is not None:\n"
                "        gameday_note_change(table, pk_val, sk_val, old_item, None)\n"
            ),
        ),
    )
    patch.edit(
        dynamodb,
        "_update_continuous_backups",
        ("    _pitr_settings[name] = enabled\n", "    return gameday_set_recovery(name, spec)\n"),
        gameday_set_recovery=set_recovery,
    )
    patch.edit(
        dynamodb,
        "_describe_continuous_backups",
        (
            """\
        now = int(time.time())
        pitr_desc["EarliestRestorableDateTime"] = now
        pitr_desc["LatestRestorableDateTime"] = now
""",
            """\
        recovery = gameday_recovery(_tables[name])
        pitr_desc["RecoveryPeriodInDays"] = recovery.days
        pitr_desc["EarliestRestorableDateTime"] = int(recovery.earliest)
        pitr_desc["LatestRestorableDateTime"] = int(recovery.latest)
""",
        ),
        gameday_recovery=recovery_of,
    )


def recovery_of(table: Mapping[str, Any]) -> Recovery | None:
    """To which moments a table can be restored; None when it cannot.

    In an account the latest moment is about five minutes ago; here it is now.
    """
    from ministack.services import dynamodb

    _, _, _, region, account, _ = table["TableArn"].split(":", 5)
    setting = dynamodb._pitr_settings.get_scoped(account, region, table["TableName"])
    if not setting:
        return None
    if not isinstance(setting, dict):  # saved before changes were noted
        setting = {"days": max(int(setting), 1), "since": now()}
        dynamodb._pitr_settings.set_scoped(account, region, table["TableName"], setting)
    latest = now()
    days = setting["days"]
    return Recovery(max(setting["since"], latest - days * DAY_SECONDS), latest, days)


def set_recovery(name: str, specification: Mapping[str, Any]) -> tuple:
    """Turn a table's recovery on, anew or for another number of days, or off."""
    from ministack.services import dynamodb

    table = dynamodb._tables[name]
    former = recovery_of(table) and dynamodb._pitr_settings[name]
    if str(specification.get("PointInTimeRecoveryEnabled", False)).lower() != "true":
        forget(table)
        dynamodb._pitr_settings[name] = False
    else:
        if not former:
            _forget_unknown()
            forget(table)
        days = int(specification.get("RecoveryPeriodInDays", LONGEST_RECOVERY_DAYS))
        dynamodb._pitr_settings[name] = {
            "days": days,
            "since": former["since"] if former else now(),
        }
    return dynamodb._describe_continuous_backups({"TableName": name})


def note_change(
    table: Mapping[str, Any],
    partition: str,
    sort: str,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
) -> None:
    """Append a change to its table's history, if the table can be restored to a moment."""
    if recovery_of(table) is None or old == new:
        return
    at = now()
    line = json.dumps([at, partition, sort, old, new], separators=(",", ":"))
    path = _folder(table) / f"{_day(at)}.jsonl"
    with _writing:
        file = _opened(path, at)
        file.write(line + "\n")
        file.flush()


def changes(table: Mapping[str, Any], since: float) -> Iterator[Change]:
    """The noted changes of a table after a moment, as they came."""
    folder = _folder(table)
    if not folder.exists():
        return
    for path in sorted(folder.glob("*.jsonl")):
        if path.stem < _day(since):
            continue
        with path.open() as lines:
            for line in lines:
                with contextlib.suppress(json.JSONDecodeError):  # cut short by a kill
                    change = Change(*json.loads(line))
                    if change.at > since:
                        yield change


def items_as_of(table: Mapping[str, Any], moment: float) -> Items:
    """A copy of a table's items as they were at a moment."""
    before: dict[tuple[str, str], dict[str, Any] | None] = {}
    for change in changes(table, moment):
        before.setdefault((change.partition, change.sort), change.old)
    items = defaultdict(dict, copy.deepcopy(dict(table["items"])))
    for (partition, sort), item in before.items():
        if item is not None:
            items[partition][sort] = item
        elif sort in items.get(partition, {}):
            del items[partition][sort]
            if not items[partition]:
                del items[partition]
    return items


def forget(table: Mapping[str, Any]) -> None:
    """Remove the noted changes of a table."""
    with _writing:
        _close()
        shutil.rmtree(_folder(table), ignore_errors=True)


def _opened(path: Path, at: float) -> IO[str]:
    """The file of a day; the last one stays open, for opening takes longer than writing."""
    if path not in _open_file:
        _close()
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _forget_old(path.parent, at)
        _open_file[path] = path.open("a")
    return _open_file[path]


def _close() -> None:
    for path in list(_open_file):
        _open_file.pop(path).close()


def _forget_unknown() -> None:
    """Remove what is left of tables that are gone; an emptied account leaves it behind."""
    from ministack.services import dynamodb

    known = {table.get("TableId") for table in dynamodb._tables.all_values()}
    for folder in _histories().glob("*"):
        if folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)


def _forget_old(folder: Path, at: float) -> None:
    """Remove days that no restore reaches any more."""
    oldest = _day(at - (LONGEST_RECOVERY_DAYS + 1) * DAY_SECONDS)
    for path in folder.glob("*.jsonl"):
        if path.stem < oldest:
            path.unlink()


def _folder(table: Mapping[str, Any]) -> Path:
    return _histories() / table["TableId"]


def _histories() -> Path:
    from ministack.core import persistence

    return Path(persistence.STATE_DIR) / "dynamodb-history"


def _day(at: float) -> str:
    return f"{_moment(at):%Y%m%d}"


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=at)
