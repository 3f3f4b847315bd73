"""The sidecar of a highlight: a JSON file beside its video with everything that its item knows.

A table can be made anew from sidecars alone, so each says which format it has and carries a digest
of its content:

    {"digest": "sha256:…", "format": 1, "highlight": {"id": "412380195", …}}
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lambdas.highlights.errors import SidecarDamaged
from lambdas.highlights.findings import Part
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.keys import sidecar_key
from lambdas.highlights.lasting import PASSING, canonical, digest
from lambdas.highlights.ledger import Item

FORMAT = 1
LARGEST = 2_500_000  # bytes; DynamoDB's largest item, 400 KB, is at most six times that in JSON
CONTENT_TYPE = "application/json"
TEXTS = ("id", "league", "game_date", "status", "updated_at")
PARTS = (Part.VIDEO, Part.RENDITION, Part.THUMBNAIL)


def key_of(item: Mapping[str, Any]) -> str:
    """Where the sidecar of the item stands."""
    game_day = GameDay(item["league"], date.fromisoformat(item["game_date"]))
    return sidecar_key(game_day, item["id"])


def render(item: Mapping[str, Any]) -> bytes:
    """The sidecar of `item`; equal items have equal ones."""
    head = f'{{"digest":"{digest(item)}","format":{FORMAT},"highlight":'
    return head.encode() + canonical(item) + b"}\n"


def parse(body: bytes, key: str) -> Item:
    """The item whose sidecar stands under `key`, its fractions as Decimal. Raises SidecarDamaged."""
    try:
        return _item(body, key)
    except (SidecarDamaged, ValueError, RecursionError) as error:
        raise SidecarDamaged(f"{key} is no sidecar: {error}") from error


def _item(body: bytes, key: str) -> Item:
    if len(body) > LARGEST:
        raise SidecarDamaged(f"{len(body):,} bytes")
    try:
        content = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except ValueError as error:
        raise SidecarDamaged(f"it is no JSON ({error})") from error
    if not isinstance(content, dict):
        raise SidecarDamaged("it is no JSON object")
    if content.get("format") != FORMAT or isinstance(content["format"], bool):
        known = f"this version of the vault reads format {FORMAT}"
        raise SidecarDamaged(f"its format is {content.get('format')!r}, and {known}")
    if content.keys() != {"digest", "format", "highlight"}:
        raise SidecarDamaged(f"it has {', '.join(sorted(content))}")
    item = content["highlight"]
    if not isinstance(item, dict):
        raise SidecarDamaged("its highlight is no JSON object")
    if content["digest"] != digest(item):
        raise SidecarDamaged("its content is not that of its digest")
    _require_types(item)
    if key_of(item) != key:
        raise SidecarDamaged(f"it is that of {key_of(item)}")
    return item


def _require_types(item: Item) -> None:
    for name in TEXTS:
        if not isinstance(item.get(name), str):
            raise SidecarDamaged(f"its {name} is {item.get(name)!r}")
    if date.fromisoformat(item["game_date"]).isoformat() != item["game_date"]:
        raise SidecarDamaged(f"its game_date is {item['game_date']!r}")
    if datetime.fromisoformat(item["updated_at"]).tzinfo is None:
        raise SidecarDamaged(f"its updated_at, {item['updated_at']!r}, has no time zone")
    Status(item["status"])
    if passing := [name for name in PASSING if name in item]:
        raise SidecarDamaged(f"it holds {' and '.join(passing)}, which do not last")
    for part in PARTS:
        if part in item:
            _require_facts(part, item[part])


def _require_facts(part: Part, facts: Any) -> None:
    """What an item names must be found and held against it: by key, bytes, and checksum if known."""
    if not isinstance(facts, dict):
        raise SidecarDamaged(f"its {part} is no JSON object")
    size = facts.get("bytes")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise SidecarDamaged(f"its {part} has {size!r} bytes")
    for name, value in (("key", facts.get("key")), ("checksum", facts.get("checksum", ""))):
        if not isinstance(value, str):
            raise SidecarDamaged(f"the {name} of its {part} is {value!r}")


def _refuse(constant: str) -> None:
    raise SidecarDamaged(f"{constant} is no number")
