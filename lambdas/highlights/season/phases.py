"""What the provider's words for the state of a game mean."""

import re
from enum import StrEnum


class Phase(StrEnum):
    """How far a game is, by the provider's words. open: any other word, such as a quarter's."""

    UPCOMING = "upcoming"
    OPEN = "open"
    PLAYED = "played"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


# The texts of `state.description`, as clients of the provider list them; the set is open.
_PHASES = (
    (Phase.POSTPONED, re.compile(r"postpon")),
    (Phase.CANCELLED, re.compile(r"cancel|abandon|walk ?over|forfeit")),
    (Phase.UPCOMING, re.compile(r"not started|scheduled|to be (announced|defined)")),
    (Phase.OPEN, re.compile(r"\b(not|un)[ -]?(finished|ended|final)")),
    (Phase.PLAYED, re.compile(r"\b(finished|ended|final|full[ -]?time|after over ?time)\b")),
)


def phase_of(provider_state: str | None) -> Phase:
    """What the provider's `state.description` means."""
    said = (provider_state or "").casefold()
    return next((phase for phase, words in _PHASES if words.search(said)), Phase.OPEN)
