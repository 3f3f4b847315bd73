"""The table of highlights: one item per highlight, each step adding what it alone knows.

`updated_at` says when what is kept of a highlight last changed, and `backed_up` which backup
first holds that; an attempt that changes nothing leaves both alone. `video_left_out` says what is
known of an original that an import did not bring: nothing expects it, and nothing fetches it.
`paused` says why a highlight that is not settled waits, and goes with the next work on it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lambdas.highlights.errors import StoreUnavailable
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.unfinished import Unfinished

GAME_DAY_INDEX = "game-day"
BATCH = 100  # keys of one BatchGetItem
IDENTITY = ("id", "league", "game_date")
ADDRESSES = ("url", "embed_url", "image_url")
OF_ATTEMPTS = ("upload", "paused")
Item = dict[str, Any]


class Ledger:
    """Reads and writes highlights in `table`, a `lambdas.table.Table`.

    Every write is conditional: none overwrites what a later step recorded.
    """

    def __init__(self, table: Any):
        self._table = table
        self._conflict = table.conflict

    def read(self, ids: Sequence[str]) -> dict[str, Item]:
        """The items of `ids` by id, read consistently; unknown ids are absent."""
        found: dict[str, Item] = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), BATCH):
            keys = [{"id": one} for one in wanted[start : start + BATCH]]
            for _ in range(10):
                items, keys = self._table.batch_get(keys)
                found |= {item["id"]: item for item in items}
                if not keys:
                    break
            else:
                name = self._table.name
                raise StoreUnavailable(f"DynamoDB left {len(keys)} highlights of {name} unread")
        return found

    def ids_of(self, game_day: GameDay) -> list[str]:
        """Ids of all highlights ever listed for `game_day`, as far as the index has them yet."""
        items = self._table.query(
            IndexName=GAME_DAY_INDEX,
            KeyConditionExpression="league = :league AND game_date = :date",
            ExpressionAttributeValues={
                ":league": game_day.league,
                ":date": game_day.date.isoformat(),
            },
            ProjectionExpression="id",
        )
        return [item["id"] for item in items]

    def add(self, attributes: dict[str, str], fetch_date: str, now: datetime) -> bool:
        """Add a highlight that was not known; False when it is known after all."""
        try:
            self._table.put_item(
                Item={
                    **attributes,
                    "status": Status.PENDING.value,
                    "fetch_date": fetch_date,
                    "updated_at": moment(now),
                },
                ConditionExpression="attribute_not_exists(id)",
            )
        except self._conflict:
            return False
        return True

    def refresh(self, known: Item, attributes: dict[str, str], now: datetime) -> bool:
        """Take over what the provider changed; True when it changed anything.

        The game day stays the one under which the highlight was first kept, and the addresses
        those that its video came from: some are signed anew in every answer. A new URL makes a
        highlight that could not be kept worth another try.
        """
        is_kept = "video" in known and "video_refused" not in known
        settled = IDENTITY + (ADDRESSES if is_kept else ())
        changes: Item = {
            name: value
            for name, value in attributes.items()
            if name not in settled and known.get(name) != value
        }
        if not changes:
            return False
        if all(_only_signed_anew(name, known.get(name), new) for name, new in changes.items()):
            self._update(known["id"], changes, None, unless_playable=False)
            return False
        if "url" in changes and known.get("status") in (Status.LINK_ONLY, Status.UNAVAILABLE):
            changes["status"] = Status.PENDING.value
        return self._update(known["id"], changes, now, unless_playable="status" in changes)

    def record_video(self, highlight_id: str, video: Item, now: datetime) -> None:
        """The video is kept: `video` has key, bytes, checksum, content_type and the like."""
        changes = {"video": video, "status": Status.STORED.value}
        self._update(
            highlight_id, changes, now, forget=("video_refused", "video_left_out", *OF_ATTEMPTS)
        )

    def note_upload(self, highlight_id: str, unfinished: Unfinished | None) -> None:
        """Keep what an attempt to download leaves open, or forget it."""
        if unfinished is None:
            self._update(highlight_id, {}, None, forget=("upload",))
        else:
            self._update(highlight_id, {"upload": unfinished.as_item()}, None)

    def record_rendition(
        self, highlight_id: str, rendition: Item, thumbnail: Item, now: datetime
    ) -> None:
        """The rendition and its thumbnail are kept: the highlight is playable."""
        changes = {
            "rendition": rendition,
            "thumbnail": thumbnail,
            "status": Status.PLAYABLE.value,
        }
        self._update(highlight_id, changes, now, forget=("reason", "rendition_refused", "paused"))

    def pause(self, known: Item, reason: str) -> None:
        """Note why the highlight waits, which changes nothing of what is kept of it."""
        self._update(known["id"], {"paused": reason}, None)

    def go_on(self, known: Item) -> None:
        """Forget that it waited."""
        if "paused" in known:
            self._update(known["id"], {}, None, forget=("paused",))

    def refuse_rendition(self, known: Item) -> None:
        """Note that the rendition in the archive is no whole video, so that a new one is made."""
        self._update(known["id"], {"rendition_refused": True}, None)

    def refuse_video(self, known: Item, etag: str | None) -> bool:
        """Have the next run download the video again, since it is lost; False if `known` is old.

        etag: of the damaged object, the only one that may be replaced; None when it is missing.
        """
        changes = {
            "status": Status.PENDING.value,
            "video_refused": {} if etag is None else {"etag": etag},
        }
        return self._reopen(known, changes)

    def refuse_playable(self, known: Item) -> bool:
        """Have the next run transcode again, since rendition or thumbnail is lost; likewise."""
        return self._reopen(known, {"status": Status.STORED.value, "rendition_refused": True})

    def record_outcome(self, known: Item, status: Status, reason: str, now: datetime) -> None:
        """The highlight is not kept as a file, for `reason`; writes nothing if that is known.

        One that lost its video alone stays playable, its rendition being kept.
        """
        if _is_playable_without_video(known):
            status = Status.PLAYABLE
        if (known.get("status"), known.get("reason")) != (status, reason):
            changes = {"status": status.value, "reason": reason}
            self._update(known["id"], changes, now, forget=OF_ATTEMPTS)
        elif not known.keys().isdisjoint(OF_ATTEMPTS):
            self._update(known["id"], {}, None, forget=OF_ATTEMPTS)

    def mark_backed_up(self, item: Item, backup_name: str) -> None:
        """Note that `backup_name` holds `item` as it was read, unless it changed since."""
        try:
            self._table.update_item(
                Key={"id": item["id"]},
                UpdateExpression="SET backed_up = :backed_up",
                ConditionExpression="updated_at = :read",
                ExpressionAttributeValues={
                    ":backed_up": {"name": backup_name, "updated_at": item["updated_at"]},
                    ":read": item["updated_at"],
                },
            )
        except self._conflict:
            return  # a later write: the next backup holds it

    def _reopen(self, known: Item, changes: Item) -> bool:
        return self._update(known["id"], changes, None, unless_playable=False, unchanged=known)

    def _update(
        self,
        highlight_id: str,
        changes: Item,
        now: datetime | None,
        *,
        unless_playable: bool = True,
        unchanged: Item | None = None,
        forget: Sequence[str] = (),
    ) -> bool:
        if now is not None:
            changes = {**changes, "updated_at": moment(now)}
        names = {f"#{index}": name for index, name in enumerate(changes)}
        values = {f":{index}": value for index, value in enumerate(changes.values())}
        clauses = []
        if changes:
            clauses.append("SET " + ", ".join(f"#{i} = :{i}" for i in range(len(changes))))
        if forget:
            names |= {f"#f{index}": name for index, name in enumerate(forget)}
            clauses.append("REMOVE " + ", ".join(f"#f{i}" for i in range(len(forget))))
        condition = "attribute_exists(id)"
        if unless_playable:
            names["#status"] = "status"
            values[":playable"] = Status.PLAYABLE.value
            condition += " AND #status <> :playable"
        if unchanged is not None:
            values[":read"] = unchanged["updated_at"]
            condition += " AND updated_at = :read"
        try:
            self._table.update_item(
                Key={"id": highlight_id},
                UpdateExpression=" ".join(clauses),
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except self._conflict:
            return False
        return True


def _is_playable_without_video(item: Item) -> bool:
    return (
        "video_refused" in item
        and {"rendition", "thumbnail"} <= item.keys()
        and not item.get("rendition_refused", False)
    )


def _only_signed_anew(name: str, known: Any, new: str) -> bool:
    """Whether an address differs in its query alone, as one with a fresh signature does."""
    return (
        name in ADDRESSES
        and isinstance(known, str)
        and known.partition("?")[0] == new.partition("?")[0]
    )


def is_backed_up(item: Item) -> bool:
    """Whether a backup holds `item` as it is."""
    return item.get("backed_up", {}).get("updated_at") == item["updated_at"]


def moment(now: datetime) -> str:
    """`now`, an aware UTC time, as the ledger writes it; such texts sort as the moments do."""
    return now.isoformat(timespec="microseconds")
