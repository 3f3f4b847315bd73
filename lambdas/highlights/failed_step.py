"""What Step Functions says of a step that failed, as a sentence."""

import json

LONGEST = 300  # characters


def sentence(cause: str) -> str:
    """A failed function's `errorMessage`, or the cause itself, on one line."""
    try:
        found = json.loads(cause)
    except ValueError:
        found = None
    text = found.get("errorMessage", cause) if isinstance(found, dict) else cause
    return " ".join(str(text).split())[:LONGEST]
