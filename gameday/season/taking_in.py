"""What becomes of a highlight that comes back from files: its item, and the key of each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from gameday.copies import chunks_checksum
from gameday.season.entries import SIDECAR, File, HighlightEntry, Wrong
from gameday.season.folder import Folder, NotInFolder
from lambdas.highlights import sidecar
from lambdas.highlights.containers.formats import MATROSKA, MOV, MP4, MPEGTS, WEBM
from lambdas.highlights.errors import SidecarDamaged
from lambdas.highlights.findings import Part
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import SETTLED, Status
from lambdas.highlights.keys import rendition_key, sidecar_key, thumbnail_key, video_key
from lambdas.highlights.lasting import digest
from lambdas.highlights.ledger import Item

TYPES = {form.extension: form.content_type for form in (MP4, MOV, WEBM, MATROSKA, MPEGTS)}
FACT = str | int
LENGTH = "duration_milliseconds"
TEXTS = (
    *("title", "description", "reason", "fetch_date", "home_team", "away_team", "match_id"),
    *("match_date", "source", "channel", "category", "type", "url", "embed_url", "image_url"),
)


@dataclass(frozen=True)
class Source:
    """A file that becomes the object `key`."""

    key: str
    content_type: str
    file: File


@dataclass(frozen=True)
class Incoming:
    """A highlight to be taken in. item: as the ledger is to have it. lacks: parts that it named."""

    item: Item
    sources: list[Source]
    lacks: list[str]


def incoming(entry: HighlightEntry, folder: Folder) -> Incoming:
    """What the highlight of `entry` becomes. Raises Wrong.

    Its item is read from its sidecar, and every key is made anew from its game day and id.
    """
    item = _item(entry, folder)
    sources = []
    for part, key, content_type in _objects(item, entry.game_day):
        if part in entry.files:
            file = entry.files[part]
            if file.bytes != item[part]["bytes"] or not _agree(file, item[part]):
                raise Wrong(f"{file.path}: the index and the sidecar say different things of it")
            sources.append(Source(key, content_type, file))
    if unknown := [part for part in entry.files if part != SIDECAR and part not in item]:
        raise Wrong(f"highlight {entry.id} has a file for its {unknown[0]}, of which it knows none")
    taken = without_missing(item, set(entry.files))
    return Incoming(taken, sources, sorted(str(p) for p in Part if p in item and p not in taken))


def without_missing(item: Item, files: set[str]) -> Item:
    """The item of a highlight of whose parts only `files` come back.

    A settled one stays what it is without its original: what was known of that is kept as
    `video_left_out`, and nothing expects or fetches it any more. One without its rendition or its
    picture waits for a run that makes them, from the original or from the source.
    """
    taken = dict(item)
    if not {Part.RENDITION, Part.THUMBNAIL} <= files:
        for name in (Part.RENDITION, Part.THUMBNAIL, "rendition_refused"):
            taken.pop(name, None)
        if taken["status"] == Status.PLAYABLE:
            taken["status"] = Status.STORED.value
    if Part.VIDEO in files:
        taken.pop("video_refused", None)  # the file was proved to be what it should be
    elif "video_refused" not in taken and Part.VIDEO in taken:
        video = taken.pop(Part.VIDEO)
        if taken["status"] in SETTLED:
            taken["video_left_out"] = {n: value for n, value in video.items() if n != "key"}
        elif taken["status"] == Status.STORED:
            taken["status"] = Status.PENDING.value
    elif "video_refused" in taken:
        taken["video_refused"] = {}  # the object that it told of is not here
    return taken


def _item(entry: HighlightEntry, folder: Folder) -> Item:
    file = entry.files[SIDECAR]
    try:
        body = folder.read(file.path, sidecar.LARGEST)
    except NotInFolder as error:
        raise Wrong(f"{file.path!r} {error}") from None
    if len(body) != file.bytes or chunks_checksum([body], _algorithm(file)) != file.checksum:
        raise Wrong(f"{file.path} is not the file that was exported")
    try:
        item = sidecar.parse(body, sidecar_key(entry.game_day, entry.id))
        TypeSerializer().serialize(item)
    except SidecarDamaged as error:
        raise Wrong(f"{file.path}: {error}") from None
    except (TypeError, ArithmeticError) as error:
        raise Wrong(
            f"{file.path} holds what DynamoDB cannot: {error or type(error).__name__}"
        ) from None
    if strange := [name for name in TEXTS if not isinstance(item.get(name, ""), str)]:
        raise Wrong(f"{file.path}: its {strange[0]} is {item[strange[0]]!r:.80}, which is no text")
    if (item["id"], item["league"]) != (entry.id, entry.game_day.league):
        raise Wrong(f"{file.path} is of another highlight than the index says")
    if digest(item) != entry.digest:
        raise Wrong(f"{file.path} does not have the digest that the index says")
    return item


def _objects(item: Item, game_day: GameDay) -> list[tuple[Part, str, str]]:
    """The parts that the item names, each with the key made anew and its content type."""
    found = []
    for part in (Part.VIDEO, Part.RENDITION, Part.THUMBNAIL):
        if part in item:
            key, content_type = _key(part, item, game_day)
            if item[part]["key"] != key:
                raise Wrong(
                    f"highlight {item['id']}: its {part} has the key {item[part]['key']!r:.120}"
                )
            if not all(isinstance(value, FACT) for value in item[part].values()):
                raise Wrong(f"highlight {item['id']}: what it says of its {part} is no plain fact")
            found.append((part, key, content_type))
    if not isinstance(item.get("rendition", {LENGTH: 0}).get(LENGTH), int):
        raise Wrong(f"highlight {item['id']}: its rendition has no length")
    return found


def _key(part: Part, item: Item, game_day: GameDay) -> tuple[str, str]:
    if part is Part.RENDITION:
        return rendition_key(game_day, item["id"]), MP4.content_type
    if part is Part.THUMBNAIL:
        return thumbnail_key(game_day, item["id"]), "image/jpeg"
    extension = str(item[part]["key"]).rpartition(".")[2]
    if extension not in TYPES:
        raise Wrong(f"highlight {item['id']}: its video is a {extension!r:.20}, which none is")
    return video_key(game_day, item["id"], extension), TYPES[extension]


def _agree(file: File, facts: Mapping[str, Any]) -> bool:
    return file.checksum == facts["checksum"]


def _algorithm(file: File) -> str:
    return file.checksum.partition(":")[0]
