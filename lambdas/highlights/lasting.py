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
PASSING = ("backed_up", "upload", "paused")

# Made once: a drill writes texts by the million.
_TEXT = json.JSONEncoder(ensure_ascii=False).encode


def lasting(item: Mapping[str, Any]) -> Item:
    """The item without what passes, its numbers as Python's own where those are as exact."""
    return {name: _plain(value) for name, value in item.items() if name not in PASSING}


def canonical(item: Mapping[str, Any]) -> bytes:
    """What lasts of the item, as JSON in UTF-8 with sorted names and exact numbers.

    Raises TypeError for bytes, which no item holds, and ValueError for a number that is none.
    """
    text = _json({name: value for name, value in item.items() if name not in PASSING})
    # Half a surrogate pair has no UTF-8, and is written as JSON's escape of it.
    return text.encode("utf-8", "backslashreplace")


def digest(item: Mapping[str, Any]) -> str:
    """`sha256:` and hexadecimal digits, of the canonical form."""
    return f"sha256:{hashlib.sha256(canonical(item)).hexdigest()}"


def _plain(value: Any) -> Any:
    """DynamoDB's numbers as Python's; a set, which JSON lacks, as a sorted list."""
    if isinstance(value, Decimal):
        return _own_number(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(one) for one in value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _own_number(value: Decimal) -> int | float | Decimal:
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else value


def _json(value: Any) -> str:
    if isinstance(value, str):
        return _TEXT(_whole_characters(value))
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        pairs = (f"{_json(name)}:{_json(value[name])}" for name in sorted(value))
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, list | tuple | set | frozenset):
        ordered = value if isinstance(value, list | tuple) else sorted(value)
        return f"[{','.join(map(_json, ordered))}]"
    raise TypeError(f"an item holds no {type(value).__name__}")


def _number(value: float | Decimal) -> str:
    """Every digit, and no other way to write the same number."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise ValueError(f"an item holds no {exact}")
    if exact == 0:
        return "0"
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _whole_characters(text: str) -> str:
    """`text` with both halves of a surrogate pair as the one character that they mean."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text
