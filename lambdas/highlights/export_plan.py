"""Which exports to ask DynamoDB for next: all items, or what changed since the last export.

An incremental export covers 15 minutes to 24 hours, in whole seconds, from its first moment to
before its last:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from lambdas.highlights.export_layout import Export
from lambdas.highlights.table_export import newest_chain

LEAST_WINDOW = timedelta(minutes=15)
LARGEST_WINDOW = timedelta(hours=24)

# Each export, however small, is charged as 10 MB, and all items of a season are little more: to
# catch up on more days with one window each costs more than all items do.
LONGEST_GAP = timedelta(hours=48)

# Each window is one more export without which those after it are of no use.
LONGEST_CHAIN = 31


@dataclass(frozen=True)
class Window:
    """What an export is to hold: what changed from `since` until before `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Plan:
    """What to ask for: all items, or the windows, oldest first; neither when nothing is due."""

    full: bool = False
    windows: tuple[Window, ...] = ()


def plan_export(exports: Iterable[Export], table_id: str, now: datetime) -> Plan:
    """What to ask for at `now`, given the exports that are complete or under way, newest first.

    A window begins with the second in which the last export ended, so that no change is left out.
    An item that came in that very second and was deleted in the window stays in what is read: an
    export does not tell of what came and went in its window. The product deletes no items.

    table_id: of the table as it is now; exports of another one of its name do not count.
    """
    chain = newest_chain(exports, table_id)
    if not chain:
        return Plan(full=True)
    since = chain[-1].until.replace(microsecond=0)
    until = now.replace(microsecond=0)
    gap = until - since
    if gap < LEAST_WINDOW:
        return Plan()
    if gap > LONGEST_GAP or len(chain) >= LONGEST_CHAIN:
        return Plan(full=True)
    return Plan(windows=tuple(_windows(since, until)))


def _windows(since: datetime, until: datetime) -> list[Window]:
    """As few windows as may be, of nearly the same length, so that none is too short."""
    count = math.ceil((until - since) / LARGEST_WINDOW)
    seconds = int((until - since).total_seconds())
    bounds = [since + timedelta(seconds=seconds * number // count) for number in range(count + 1)]
    return [Window(start, end) for start, end in pairwise(bounds)]
