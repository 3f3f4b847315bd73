"""A highlight as the vault knows it, read from one row of the provider's answer."""

import hashlib
import math
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from lambdas.highlights.game_day import GameDay
from lambdas.highlights.links import LONGEST_URL

LONGEST_TEXT = 2_000  # characters; a DynamoDB item holds 400 KB in all
LONGEST_GIVEN = 100_000  # characters of a text that are looked at


class Status(StrEnum):
    """How far a highlight has come.

    pending: known, nothing tried. stored: the video is kept, the rendition is not.
    playable: video, rendition and thumbnail are kept. link_only: its URL is a page, not a file.
    unavailable: it cannot be kept, for the recorded reason. failed: a rerun tries again.
    """

    PENDING = "pending"
    STORED = "stored"
    PLAYABLE = "playable"
    LINK_ONLY = "link_only"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


SETTLED = (Status.PLAYABLE, Status.LINK_ONLY, Status.UNAVAILABLE)

# What is shown of a highlight that is not settled and waits for a cap, whatever its status.
PAUSED = "paused"


def shown_status(item: Mapping[str, Any]) -> str:
    """The status of the ledger's `item` as a person is told it: settled, paused or failed."""
    if item["status"] in SETTLED:
        return item["status"]
    return PAUSED if "paused" in item else Status.FAILED.value


def highlight_id(row: dict[str, Any]) -> str | None:
    """The key under which a row is kept: its `id`, else a stable hash of its `url`.

    An id of unusual characters is hashed too, so that no id can break out of a key or a path.
    None when the row has neither.
    """
    given, url = row.get("id"), row.get("url")
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if isinstance(given, str) and given:
        return given if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", given) else f"id-{_digest(given)}"
    return f"url-{_digest(url)}" if isinstance(url, str) and url else None


def is_of_league(row: dict[str, Any], league: str) -> bool:
    """Whether `row` is of `league`; the provider's filter was seen to leak other leagues.

    A row that names no league is believed to match what was asked for.
    """
    named = _dict(row.get("match")).get("league")
    name = named.get("name") if isinstance(named, dict) else named
    return not isinstance(name, str) or name.strip().casefold() == league.strip().casefold()


def attributes_of(row: dict[str, Any], game_day: GameDay) -> dict[str, str]:
    """What the provider says of a highlight, as DynamoDB attributes; absent facts are left out."""
    match = _dict(row.get("match"))
    facts = {
        "id": highlight_id(row),
        "league": game_day.league,
        "game_date": game_day.date.isoformat(),
        "title": text_of(row.get("title")),
        "description": text_of(row.get("description")),
        "source": text_of(row.get("source")),
        "channel": text_of(row.get("channel")),
        "category": text_of(row.get("category")),
        "type": text_of(row.get("type")),
        "url": _url(row.get("url")),
        "embed_url": _url(row.get("embedUrl")),
        "image_url": _url(row.get("imgUrl")),
        "match_id": text_of(match.get("id")),
        "match_date": text_of(match.get("date")),
        "home_team": text_of(_dict(match.get("homeTeam")).get("name")),
        "away_team": text_of(_dict(match.get("awayTeam")).get("name")),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def one_line(text: str) -> str:
    """`text` with nothing that could break a line, a log or a terminal.

    Control characters are left out, and white space becomes single spaces.
    """
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def text_of(value: Any) -> str | None:
    """A text or number of the provider on one line, not too long; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return one_line(str(value)[:LONGEST_GIVEN])[:LONGEST_TEXT].strip() or None


def _url(value: Any) -> str | None:
    """A URL as given, or None: what is cut short or mended would lead elsewhere."""
    if not isinstance(value, str):
        return None
    url = value.strip()
    return url if len(url) <= LONGEST_URL and url.isprintable() and url else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
