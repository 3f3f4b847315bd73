"""DynamoDB's expressions, as far as the vault writes them: `SET`, `REMOVE`, and conditions."""

import re
from collections.abc import Mapping
from typing import Any

TOKEN = re.compile(r"\(|\)|<>|<=|>=|=|<|>|,|[:#]?[\w.]+")
ABSENT = object()

Item = dict[str, Any]


def updated(
    item: Item, expression: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> Item:
    """`item` after an UpdateExpression of SET with `if_not_exists` or `+`, REMOVE, and ADD."""
    found = dict(item)
    for clause in re.split(r"\s+(?=SET |REMOVE |ADD )", expression.strip()):
        verb, _, rest = clause.partition(" ")
        for part in re.split(r",(?![^(]*\))", rest):
            _apply(verb, part.strip(), item, found, names, values)
    return found


def _apply(verb: str, part: str, before: Item, found: Item, names: Any, values: Any) -> None:
    if verb == "REMOVE":
        found.pop(names.get(part, part), None)
    elif verb == "ADD":
        name, value = part.split()
        name = names.get(name, name)
        found[name] = found.get(name, 0) + values[value]
    else:
        name, _, given = part.partition("=")
        name = name.strip()
        found[names.get(name, name)] = _sum(given.strip(), before, names, values)


def _sum(text: str, item: Item, names: Any, values: Any) -> Any:
    parts = [_value(part.strip(), item, names, values) for part in text.split(" + ")]
    return parts[0] if len(parts) == 1 else sum(parts)


def _value(text: str, item: Item, names: Any, values: Any) -> Any:
    if found := re.fullmatch(r"if_not_exists\((.+?),(.+)\)", text):
        name, other = (part.strip() for part in found.groups())
        return item.get(names.get(name, name), _value(other, item, names, values))
    return values[text] if text.startswith(":") else item.get(names.get(text, text), ABSENT)


def holds(
    item: Item, condition: str | None, names: Mapping[str, str], values: Mapping[str, Any]
) -> bool:
    """Whether a condition of comparisons, `attribute_exists` and the like, AND and OR is so."""
    if not condition:
        return True
    words = {"AND": "and", "OR": "or", "NOT": "not", "=": "==", "<>": "!="}
    known: dict[str, Any] = {
        "attribute_exists": lambda value: value is not ABSENT,
        "attribute_not_exists": lambda value: value is ABSENT,
    }
    python = []
    for token in TOKEN.findall(condition):
        if token in known or token in "(),<=>=" or token in words:
            python.append(words.get(token, token))
            continue
        name = f"v{len(known)}"
        known[name] = _value(token, item, names, values)
        python.append(name)
    try:
        return bool(eval(" ".join(python), {}, known))
    except TypeError:
        return False  # an order of what is absent
