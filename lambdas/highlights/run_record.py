"""What one execution did, as the JSON that is kept in the bucket and shown to a person."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from lambdas.highlights.failed_step import sentence
from lambdas.highlights.highlight import PAUSED, SETTLED, Status, shown_status
from lambdas.highlights.ledger import Item, moment


def run_record(state: dict[str, Any], items: Sequence[Item], now: datetime) -> dict[str, Any]:
    """The record of the execution whose final state is `state`, over the day's `items`.

    state: `{"execution", "league", "game_date", "found", "new", "listed", "limit",
    "calls_left", "sidecars", "backup"}`, where the last two are their step's result or its
    `{"Error", "Cause"}`.
    """
    counts = {
        "found": state["found"],
        "new": state["new"],
        **count_statuses(shown_status(item) for item in items),
    }
    sidecars, backup = _sidecars(state["sidecars"]), _backup(state["backup"])
    export = _export(state["backup"].get("export"))
    succeeded = counts["failed"] == 0 and "error" not in sidecars | backup
    return {
        "execution": state["execution"],
        "league": state["league"],
        "game_date": state["game_date"],
        "reported_at": moment(now),
        "succeeded": succeeded,
        "summary": _summary(counts, sidecars, backup, export)
        + ("" if succeeded else "; run again to mend"),
        "counts": counts,
        "paused": _paused(items),
        "limit": state["limit"],
        "listed_by_provider": state["listed"],
        "provider_calls_left": state["calls_left"],
        "highlights": [shown_highlight(item) for item in items],
        "sidecars": sidecars,
        "backup": backup,
        "export": export,
    }


def _paused(items: Sequence[Item]) -> dict[str, Any]:
    """How many highlights wait for a cap, and for which; they go on by themselves."""
    reasons = [item["paused"] for item in items if shown_status(item) == PAUSED]
    return {"count": len(reasons), "reasons": sorted(set(reasons))}


def _sidecars(result: dict[str, Any]) -> dict[str, Any]:
    """written, newer: see `SidecarsWritten`; and `error` with a sentence when the step failed."""
    sidecars = {"written": result.get("written", 0), "newer": result.get("newer", [])}
    return sidecars | _error(result)


def _backup(result: dict[str, Any]) -> dict[str, Any]:
    """created, name, kept, deleted, and why rotation was `held` when it was.

    And `error` with a sentence when the step failed.
    """
    return {
        "created": result.get("created", False),
        "name": result.get("name"),
        "kept": result.get("kept"),
        "deleted": result.get("deleted", []),
        "held": result.get("held"),
        **_error(result),
    }


def _export(result: dict[str, Any] | None) -> dict[str, Any] | None:
    """asked, written: see `Exported`; and `error` when the step failed; None without the step."""
    if result is None:
        return None
    asked, written = result.get("asked", []), result.get("written")
    return {"asked": asked, "written": written, **_error(result)}


def _error(result: dict[str, Any]) -> dict[str, str]:
    """`error`, when `result` is that of a step that failed."""
    if "Error" not in result:
        return {}
    return {"error": f"{result['Error']}: {sentence(result.get('Cause', ''))}"}


def _summary(
    counts: dict[str, int],
    sidecars: dict[str, Any],
    backup: dict[str, Any],
    export: dict[str, Any] | None,
) -> str:
    parts = [
        f"{counts['playable']} playable",
        f"{counts['link_only']} link only",
        f"{counts['unavailable']} unavailable",
        f"{counts['failed']} failed",
    ]
    if counts.get(PAUSED):
        parts.append(f"{counts[PAUSED]} paused")
    if "error" in sidecars:
        parts.append(f"the sidecars failed ({sidecars['error']})")
    if "error" in backup:
        parts.append(f"the backup failed ({backup['error']})")
    else:
        parts.append(f"backup {backup['name']}" if backup["created"] else "no new data, no backup")
    if export is not None and "error" in export:
        parts.append(f"the export failed ({export['error']})")
    return ", ".join(parts)


def count_statuses(statuses: Iterable[str]) -> dict[str, int]:
    """How many highlights are playable, link only, unavailable; failed are all others.

    And how many are paused, where any is.
    """
    found = Counter(statuses)
    counts = {str(status): found[status] for status in SETTLED}
    paused = {PAUSED: found[PAUSED]} if found[PAUSED] else {}
    return counts | {"failed": found.total() - sum((counts | paused).values())} | paused


def shown_highlight(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a record, and a page, say of a highlight."""
    return {
        "id": item["id"],
        "title": item.get("title"),
        "status": shown_status(item),
        "reason": item["paused"] if shown_status(item) == PAUSED else item.get("reason"),
        "match_id": item.get("match_id"),
        "teams": [item.get("home_team"), item.get("away_team")],
        "source": item.get("source"),
        "url": item.get("url") if item["status"] == Status.LINK_ONLY else None,
        "video": _plain(item.get("video")),
        "rendition": _plain(item.get("rendition")),
        "thumbnail": _plain(item.get("thumbnail")),
    }


def _plain(facts: Item | None) -> dict[str, Any] | None:
    """DynamoDB's numbers as JSON's; milliseconds as seconds."""
    if facts is None:
        return None
    plain = {k: v if isinstance(v, str) else int(v) for k, v in facts.items()}
    if "duration_milliseconds" in plain:
        plain["duration_seconds"] = plain.pop("duration_milliseconds") / 1000
    return plain
