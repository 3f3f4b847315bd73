"""A run record's facts in a person's words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

NO_BREAK = "\u00a0"
AGES = (  # seconds; a month is a twelfth of a year
    ("year", 31_556_952),
    ("month", 2_629_746),
    ("week", 604_800),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
)
STATUSES = {
    "playable": "Playable",
    "link_only": "Link only",
    "unavailable": "Unavailable",
    "failed": "Failed",
    "paused": "Paused",
}
GAME_STATES = {
    "expected": "to come",
    "waiting": "waiting",
    "kept": "kept",
    "link_only": "link only",
    "unavailable": "unavailable",
    "failed": "failed",
    "paused": "paused",
    "late": "overdue",
}
NO_REASON = {
    "link_only": "A page, not a file.",
    "unavailable": "The video cannot be kept.",
    "failed": "Not finished yet.",
}


def why_command(id_: str) -> str:
    """What to type for the story of a game or highlight; ids are safe in a shell."""
    return f"gameday why {'-- ' if id_.startswith('-') else ''}{id_}"


def day_in_words(iso_date: str) -> str:
    """`2026-01-10` as `Saturday, 10 January 2026`."""
    day = date.fromisoformat(iso_date)
    return f"{day:%A}, {day.day} {day:%B %Y}"


def moment_in_words(iso_moment: str) -> str:
    """`2026-01-11T14:30:05+00:00` as `11 January 2026, 14:30 UTC`."""
    moment = datetime.fromisoformat(iso_moment)
    return f"{moment.day} {moment:%B %Y, %H:%M} {moment.tzname()}"


def size_in_words(size: int) -> str:
    """Bytes as `812 kB` or `1.3 MB`: decimal units, as file managers and S3's bills count."""
    if size < 999_500:
        return f"{max(1, round(size / 1e3))}{NO_BREAK}kB"
    if size < 999_950_000:
        return f"{size / 1e6:.1f}{NO_BREAK}MB"
    return f"{size / 1e9:.1f}{NO_BREAK}GB"


def duration_in_words(seconds: float) -> str:
    """Seconds as `0:06` or `1:02:03`."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def age_in_words(age: timedelta) -> str:
    """How long ago something was, in the largest unit of which two or more have passed."""
    seconds = age.total_seconds()
    for unit, length in AGES:
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}s ago"
    return "just now"


def picture_in_words(rendition: Mapping[str, Any]) -> str:
    """Width and height as `640 × 360`, where they are known."""
    width, height = rendition.get("width"), rendition.get("height")
    return f"{width} × {height}" if width and height else ""


def teams_in_words(teams: Sequence[str | None]) -> str:
    """`Home vs. Away`, as far as they are known."""
    return " vs. ".join(team for team in teams if team)


def sentence(text: str) -> str:
    """`text` with a capital at its beginning, unless a host's name stands there, and a full stop."""
    text = text.strip()
    if text.split(" ")[0].isalpha():
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def reason_in_words(highlight: Mapping[str, Any]) -> str:
    """Why a highlight is not playable, and whether it may be some day."""
    reason = sentence(highlight["reason"] or NO_REASON[highlight["status"]])
    return f"{reason} The next run tries again." if highlight["status"] == "failed" else reason


def counts_in_words(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Pairs of status and `3 playable`, of each status that occurs."""
    return [(s, f"{counts[s]} {STATUSES[s].lower()}") for s in STATUSES if counts.get(s)]


def listing_in_words(counts: Mapping[str, int]) -> str:
    """What the provider listed."""
    return f"{counts['found']} listed by the provider, {counts['new'] or 'none'} of them new."


def backup_in_words(backup: Mapping[str, Any]) -> str:
    """What became of the table's backup."""
    if "error" in backup:
        return sentence(f"The backup failed: {backup['error']}")
    if not backup["created"]:
        return "No new data, so no new backup was needed."
    parts = [f"Backed up as {backup['name']}"]
    if backup["kept"]:
        parts.append(_backups(backup["kept"], "kept"))
    if backup["deleted"]:
        parts.append(_backups(len(backup["deleted"]), "deleted"))
    if backup.get("held"):
        parts.append(f"none deleted: {backup['held']}")
    return ", ".join(parts) + "."


def _backups(number: int, fate: str) -> str:
    return f"{number} {'backup' if number == 1 else 'backups'} {fate}"
