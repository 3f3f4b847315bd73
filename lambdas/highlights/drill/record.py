"""What one drill did: the JSON that is kept in the bucket, and whether it was a good one."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambdas.highlights.drill.as_of import Held
from lambdas.highlights.drill.day import Rebuilt
from lambdas.highlights.failed_step import sentence

MOST_NAMED = 20  # ids or keys of each kind; a state of Step Functions holds 256 KiB
NOTHING_KEPT = "nothing_kept"
KINDS = {
    "missing": "not in the backup",
    "unexpected": "lost from the table",
    "different": "different from the backup",
}
OF_SIDECARS = {
    "missing": "not in the backup",
    "unexpected": "without a sidecar",
    "different": "whose sidecar differs",
    "damaged": "damaged",
}


def held_as_json(held: Held) -> dict[str, Any]:
    """The result of a comparison: counts, and the first ids of what differs."""
    return {
        "expected": held.expected,
        "found": held.found,
        "equal": held.equal,
        "changed_since": held.changed_since,
        "passing": held.passing,
        **{kind: len(getattr(held, kind)) for kind in KINDS},
        "named": {kind: sorted(getattr(held, kind))[:MOST_NAMED] for kind in KINDS},
    }


def rebuilt_as_json(rebuilt: Rebuilt | None) -> dict[str, Any] | None:
    """The result of a rebuild, likewise; None when there is no day."""
    if rebuilt is None:
        return None
    found = held_as_json(rebuilt.held)
    return {
        "league": rebuilt.game_day.league,
        "game_date": rebuilt.game_day.date.isoformat(),
        "sidecars": rebuilt.sidecars,
        **found,
        "damaged": len(rebuilt.damaged),
        "named": {**found["named"], "damaged": rebuilt.damaged[:MOST_NAMED]},
    }


@dataclass(frozen=True)
class Drill:
    """The state of an execution at its end, read as a drill.

    state: `{"execution", "started", "restore", "items", "objects"}` as far as the drill came,
    `"error"` where a step failed, and `"deletion"`.
    """

    state: Mapping[str, Any]

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong, each in a few words; none after a good drill."""
        found = [] if (said := _error(self.state.get("error"))) is None else [said]
        items, objects = self.state.get("items") or {}, self.state.get("objects") or {}
        if name := items.get("missing_backup"):
            found.append(f"the backup {name}, which the ledger names, is not there")
        found += _differences(items, KINDS, "item")
        if day := items.get("rebuild"):
            words = _differences(day, OF_SIDECARS, "highlight")
            found += [f"{day['league']} {day['game_date']}: {one}" for one in words]
        if wrong := objects.get("wrong"):
            named = [one["key"] for one in objects["named"]]
            found.append(_counted(wrong, "object", "damaged or missing", named))
        if (said := _error(self.state.get("deletion"))) is not None:
            found.append(f"the scratch table could not be deleted: {said}")
        return found

    @property
    def is_complete(self) -> bool:
        """Whether every step was taken, or there is nothing that could be lost."""
        if self._restore.get("state") == NOTHING_KEPT:
            return True
        return all(self.state.get(step) for step in ("restore", "items", "objects"))

    @property
    def passed(self) -> bool:
        """Whether everything came back as it was."""
        return self.is_complete and not self.problems

    @property
    def summary(self) -> str:
        """One sentence for a person."""
        if not self.passed:
            return "; ".join(self.problems) or "the drill did not come to its end"
        if self._restore.get("state") == NOTHING_KEPT:
            return "nothing is kept yet, so there was nothing to restore"
        items, objects = self.state["items"], self.state["objects"]
        return (
            f"restored in {self._restore['seconds']:,} s; {items['equal']:,} items and "
            f"{objects['objects']:,} objects are as they were"
        )

    def record(self, now: datetime) -> dict[str, Any]:
        """All of it; see the README's section on the drill."""
        restore, items = self._restore, dict(self.state.get("items") or {})
        day = items.pop("rebuild", None)
        missing = items.pop("missing_backup", None)
        items.pop("sample", None)
        return {
            "execution": self.state["execution"],
            "started_at": self.state["started"],
            "ended_at": now.isoformat(timespec="seconds"),
            "passed": self.passed,
            "summary": self.summary,
            "backup": {
                "name": restore.get("backup"),
                "created_at": restore.get("created_at"),
                "missing": missing,
            },
            "seconds_to_restore": restore.get("seconds"),
            "items": items or None,
            "rebuild": day,
            "objects": self._objects(),
            "problems": self.problems,
        }

    @property
    def _restore(self) -> Mapping[str, Any]:
        return self.state.get("restore") or {}

    def _objects(self) -> dict[str, Any] | None:
        objects = self.state.get("objects")
        if not objects:
            return None
        said = {name: objects[name] for name in ("objects", "bytes", "wrong", "named")}
        return {"which": objects["which"], **said}


def last_good(keys: Iterable[str], read: Callable[[str], bytes]) -> dict[str, Any] | None:
    """The newest record of a good drill, or None. keys: of all records, read newest first."""
    for key in sorted(keys, reverse=True):
        try:
            record = json.loads(read(key))
        except ValueError:
            continue  # `gameday verify` names it
        if isinstance(record, dict) and record.get("passed") is True:
            return record
    return None


def days_since(moment: datetime, now: datetime) -> float:
    """Whole days and parts of one."""
    return max(0.0, (now - moment).total_seconds() / 86_400)


def _differences(found: Mapping[str, Any], kinds: Mapping[str, str], what: str) -> list[str]:
    return [
        _counted(found[kind], what, words, found["named"][kind])
        for kind, words in kinds.items()
        if found.get(kind)
    ]


def _counted(count: int, what: str, words: str, named: list[str]) -> str:
    shown = ", ".join(named[:3]) + (", …" if count > 3 else "")
    return f"{count:,} {what}{'' if count == 1 else 's'} {words}: {shown}"


def _error(error: Any) -> str | None:
    """What a step's `{"Error", "Cause"}` says in a sentence; None when it is no error."""
    if not isinstance(error, Mapping) or "Error" not in error:
        return None
    return sentence(str(error.get("Cause", ""))) or str(error["Error"])
