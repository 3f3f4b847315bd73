"""The season's metadata as CSV: a row for each highlight, for spreadsheets and data frames.

https://www.rfc-editor.org/rfc/rfc4180, in UTF-8.
"""

import csv
import io
from collections.abc import Mapping
from typing import Any

from gameday.season.layout import Place

COLUMNS = (
    "id",
    "league",
    "season",
    "episode",
    "game_date",
    "title",
    "status",
    "reason",
    "home_team",
    "away_team",
    "description",
    "source",
    "channel",
    "category",
    "type",
    "url",
    "match_id",
    "fetch_date",
    "updated_at",
    "seconds",
    "width",
    "height",
    "bytes",
    "video_file",
    "thumbnail_file",
    "original_file",
    "original_bytes",
)
# What a spreadsheet takes for the beginning of a formula.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def heading() -> str:
    """The first line."""
    return _line(COLUMNS)


def row(item: Mapping[str, Any], place: Place, files: Mapping[str, Mapping[str, Any]]) -> str:
    """The line of a highlight; files: as the index has them."""
    rendition = item.get("rendition", {})
    milliseconds = rendition.get("duration_milliseconds")
    facts = {name: item.get(name) for name in COLUMNS} | {
        "season": place.season,
        "episode": place.episode,
        "seconds": None if milliseconds is None else int(milliseconds) / 1000,
        "width": rendition.get("width"),
        "height": rendition.get("height"),
        "bytes": rendition.get("bytes"),
        "original_bytes": item.get("video", {}).get("bytes"),
    }
    for column, kind in (("video_file", "rendition"), ("thumbnail_file", "thumbnail")):
        facts[column] = files.get(kind, {}).get("path")
    facts["original_file"] = files.get("video", {}).get("path")
    return _line([harmless(facts[name]) for name in COLUMNS])


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet computes: a text that may be a formula is led by `'`."""
    if not isinstance(value, str):
        return "" if value is None else value
    return f"'{value}" if value.startswith(FORMULA) else value


def _line(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
