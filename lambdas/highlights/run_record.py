"""What one execution did, as the JSON that is kept in the bucket and shown to a person."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lambdas.highlights.highlight import SETTLED, Status
from lambdas.highlights.ledger import Item, moment


def run_record(state: dict[str, Any], items: Sequence[Item], now: datetime) -> dict[str, Any]:
    """The record of the execution whose final state is `state`, over the day's `items`.

    state: `{"execution", "league", "game_date", "found", "new", "listed", "limit",
    "calls_left", "backup"}`, where `backup` is the backup step's result or its `{"Error", "Cause"}`.
    """
    statuses = Counter(item["status"] for item in items)
    counts = {
        "found": state["found"],
        "new": state["new"],
        "playable": statuses[Status.PLAYABLE],
        "link_only": statuses[Status.LINK_ONLY],
        "unavailable": statuses[Status.UNAVAILABLE],
        "failed": len(items) - sum(statuses[s] for s in SETTLED),
    }
    backup = _backup(state["backup"])
    succeeded = counts["failed"] == 0 and "error" not in backup
    return {
        "execution": state["execution"],
        "league": state["league"],
        "game_date": state["game_date"],
        "reported_at": moment(now),
        "succeeded": succeeded,
        "summary": _summary(counts, backup),
        "counts": counts,
        "limit": state["limit"],
        "listed_by_provider": state["listed"],
        "provider_calls_left": state["calls_left"],
        "highlights": [_highlight(item) for item in items],
        "backup": backup,
    }


def _backup(result: dict[str, Any]) -> dict[str, Any]:
    """created, name, kept, deleted; and `error` with a sentence when the step failed."""
    backup = {
        "created": result.get("created", False),
        "name": result.get("name"),
        "kept": result.get("kept"),
        "deleted": result.get("deleted", []),
    }
    if "Error" in result:
        backup["error"] = f"{result['Error']}: {_cause(result.get('Cause', ''))}"
    return backup


def _cause(cause: str) -> str:
    try:
        found = json.loads(cause)
    except ValueError:
        found = None
    text = found.get("errorMessage", cause) if isinstance(found, dict) else cause
    return " ".join(str(text).split())[:300]


def _summary(counts: dict[str, int], backup: dict[str, Any]) -> str:
    parts = [
        f"{counts['playable']} playable",
        f"{counts['link_only']} link only",
        f"{counts['unavailable']} unavailable",
        f"{counts['failed']} failed",
    ]
    if "error" in backup:
        parts.append(f"the backup failed ({backup['error']})")
    else:
        parts.append(f"backup {backup['name']}" if backup["created"] else "no new data, no backup")
    ending = "" if counts["failed"] == 0 and "error" not in backup else "; run again to mend"
    return ", ".join(parts) + ending


def _highlight(item: Item) -> dict[str, Any]:
    return {
        "id": item["id"],
        "title": item.get("title"),
        "status": _shown_status(item["status"]),
        "reason": item.get("reason"),
        "teams": [item.get("home_team"), item.get("away_team")],
        "source": item.get("source"),
        "url": item.get("url") if item["status"] == Status.LINK_ONLY else None,
        "video": _plain(item.get("video")),
        "rendition": _plain(item.get("rendition")),
        "thumbnail": _plain(item.get("thumbnail")),
    }


def _shown_status(status: str) -> str:
    return status if status in SETTLED else Status.FAILED.value


def _plain(facts: Item | None) -> dict[str, Any] | None:
    """DynamoDB's numbers as JSON's; milliseconds as seconds."""
    if facts is None:
        return None
    plain = {k: v if isinstance(v, str) else int(v) for k, v in facts.items()}
    if "duration_milliseconds" in plain:
        plain["duration_seconds"] = plain.pop("duration_milliseconds") / 1000
    return plain
