"""A provider's rows over several days, made of those of the sample day."""

import copy
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

CLIP, LINK = 412380371, 412380301  # a highlight of the sample day with a clip, and one without


def rows_of_days(
    rows: Sequence[dict[str, Any]], first: date, days: int, ids: Sequence[int]
) -> list[dict[str, Any]]:
    """The rows with these ids once for each day, under ids and dates of their own."""
    chosen = [row for row in rows if row["id"] in ids]
    found = []
    for number in range(days):
        day = first + timedelta(days=number)
        for row in copy.deepcopy(chosen):
            row["id"] += 1_000_000 * (number + 1)
            row["match"]["id"] += 1_000_000 * (number + 1)
            row["match"]["date"] = f"{day}T18:00:00.000Z"
            found.append(row)
    return found
