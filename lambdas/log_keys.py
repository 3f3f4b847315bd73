"""What every log line of a function carries."""

from typing import Any


def log_keys(event: dict[str, Any]) -> dict[str, str]:
    """Execution, league, date and, where the event is about one, the highlight's id."""
    keys = {
        "execution": event["execution"],
        "league": event["league"],
        "date": event["game_date"],
    }
    return keys | {"highlight_id": event["id"]} if "id" in event else keys
