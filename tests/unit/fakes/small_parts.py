"""Downloads in small steps, so that a file of some kilobytes has many parts and ends early often.

The sizes are constants of the modules, chosen for S3 and for networks; nothing else about a
download depends on them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lambdas.highlights import source, transfer

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
        patch.setattr(transfer, "OPENING", part)
        patch.setattr(transfer, "MEBIBYTE", 1024)
        patch.setattr(transfer, "LEAST_PART", part)
        patch.setattr(transfer, "LARGEST_PART", 2 * part)
        patch.setattr(transfer, "MOST_PEEKED", part)
        patch.setattr(transfer, "LARGEST_TAIL", part)
        patch.setattr(transfer, "BUFFER", part // 3)
        patch.setattr(transfer, "SMALL_BUFFER", part // 5)
        patch.setattr(transfer, "FEW", few)
        yield
