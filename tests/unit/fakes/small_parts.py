"""Downloads in small steps, so that a file of some kilobytes has many parts and ends early often.

The sizes are constants of the modules, chosen for S3 and for networks; nothing else about a
download depends on them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lambdas.highlights import (
    opening,
    source,
    transfer_held,
    transfer_in_order,
    transfer_side_by_side,
)

PART = 8 * 1024


@contextmanager
def small_parts(kibibytes: int = 8, few: int = 4) -> Iterator[None]:
    """Meanwhile parts are of so many kibibytes or more, and everything else is small to match."""
    part = kibibytes * 1024
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "OPENING", part)
        patch.setattr(source, "FIRST_CHUNK", part // 8)
        patch.setattr(source, "PROGRESS", part // 8)
        patch.setattr(source, "CHUNK", part // 3)
        patch.setattr(opening, "LEAST_PART", part)
        patch.setattr(opening, "LARGEST_PART", 2 * part)
        patch.setattr(opening, "OPENING", part)
        patch.setattr(opening, "HELD", 2 * part)
        patch.setattr(transfer_in_order, "LEAST_PART", part)
        patch.setattr(transfer_held, "LEAST_RANGE", part // 4)
        patch.setattr(transfer_held, "SLICE", part // 3)
        patch.setattr(transfer_side_by_side, "MOST_PEEKED", part)
        patch.setattr(transfer_side_by_side, "LARGEST_TAIL", part)
        patch.setattr(transfer_side_by_side, "BUFFER", part // 3)
        patch.setattr(transfer_side_by_side, "SMALL_BUFFER", part // 5)
        patch.setattr(transfer_side_by_side, "FEW", few)
        yield
