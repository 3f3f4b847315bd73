"""A vault in memory with what an export reads of one: items, and objects by key."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from lambdas.highlights.game_day import GameDay, game_day_of
from lambdas.highlights.keys import rendition_key, thumbnail_key, video_key
from lambdas.highlights.verification import StoredObject


class KeptSeason:
    """items, objects: what is kept. reads: the keys that were read, in order."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.stored: dict[str, bytes] = {}
        self.reads: list[str] = []
        self.broken: dict[str, BaseException] = {}

    def add(
        self,
        id_: str,
        title: str | None = "A title",
        *,
        status: str = "playable",
        day: str = "2026-01-10",
        league: str = "NCAA",
        clip: bytes = b"a clip",
        **facts: Any,
    ) -> dict[str, Any]:
        """A highlight; a playable one with its objects."""
        game_day = game_day_of({"league": league, "date": day}, "UTC")
        item = {
            "id": id_,
            "league": league,
            "game_date": day,
            "status": status,
            "updated_at": f"{day}T12:00:00.000000+00:00",
            "fetch_date": "2026-01-11",
            **facts,
        }
        if title is not None:
            item["title"] = title
        if status == "playable":
            item |= self._objects(game_day, id_, clip)
        self.known[id_] = item
        return item

    def answer(self, body: bytes, day: str = "2026-01-10") -> str:
        """A raw answer; its key."""
        key = f"highlights/NCAA/{day}/{hashlib.sha256(body).hexdigest()[:32]}.json"
        self.stored[key] = body
        return key

    def _objects(self, game_day: GameDay, id_: str, clip: bytes) -> dict[str, Any]:
        bodies = {
            "video": (video_key(game_day, id_, "mp4"), b"the original of " + clip),
            "rendition": (rendition_key(game_day, id_), clip),
            "thumbnail": (thumbnail_key(game_day, id_), b"the picture of " + clip),
        }
        facts = {}
        for part, (key, body) in bodies.items():
            self.stored[key] = body
            digest = hashlib.sha256(body).hexdigest()
            facts[part] = {"key": key, "bytes": len(body), "checksum": f"sha256:{digest}"}
        facts["rendition"] |= {"duration_milliseconds": 6_000, "width": 640, "height": 360}
        return facts

    # What a Vault has.

    @property
    def ledger(self) -> "KeptSeason":
        return self

    def read(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {id_: self.known[id_] for id_ in ids if id_ in self.known}

    def items(self) -> Iterator[dict[str, Any]]:
        return iter(list(self.known.values()))

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        for key, body in sorted(self.stored.items()):
            if key.startswith(prefix):
                yield StoredObject(key, len(body), "etag")

    def read_object(self, key: str) -> BinaryIO:
        self.reads.append(key)
        if key in self.broken:
            raise self.broken[key]
        return io.BytesIO(self.stored[key])

    def read_chunks(self, key: str) -> Iterator[bytes]:
        yield self.read_object(key).read()
