"""What of a highlight's item lasts, in one form for sidecars, exports, restores and drills.

Equal items have equal bytes, whichever table, file or library they were read from.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lambdas.highlights.ledger import Item

# What says how far the vault itself has come, and is of no use to another table.
PASSING = ("backed_up", "upload")


def lasting(item: Mapping[str, Any]) -> Item:
    """The item without what passes, its numbers as Python's own."""
    return {name: _plain(value) for name, value in item.items() if name not in PASSING}


def canonical(item: Mapping[str, Any]) -> bytes:
    """What lasts of the item, as JSON in UTF-8 with sorted names."""
    text = json.dumps(lasting(item), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair can stand in JSON, but not in UTF-8.
    return text.encode("utf-8", "replace")


def digest(item: Mapping[str, Any]) -> str:
    """`sha256:` and hexadecimal digits, of the canonical form."""
    return f"sha256:{hashlib.sha256(canonical(item)).hexdigest()}"


def _plain(value: Any) -> Any:
    """DynamoDB's numbers as Python's; a set, which JSON lacks, as a sorted list."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(one) for one in value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
