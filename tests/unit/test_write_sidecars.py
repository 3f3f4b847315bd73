"""Sidecars become what the ledger says, and an older item never replaces a newer one's."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import StoreUnavailable
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.sidecar import CONTENT_TYPE, key_of, parse, render
from lambdas.highlights.sidecars import SidecarsWritten, write_sidecars
from tests.unit.fakes.s3 import FakeS3


def item(id_: str, minute: int = 0, **facts: Any) -> dict[str, Any]:
    """A highlight that changed at this minute."""
    whose = {"id": id_, "league": "NCAA", "game_date": "2026-01-10", "status": "link_only"}
    return whose | {"updated_at": f"2026-01-11T14:{minute:02}:00.000000+00:00"} | facts


class Table:
    """Items by id. before_read: what others do before each read, the first at last."""

    name, conflict = "table", KeyError

    def __init__(self, *items: dict[str, Any]):
        self.items = {one["id"]: one for one in items}
        self.before_read: list[Callable[[], object]] = []

    def batch_get(self, keys: list[dict[str, str]]) -> tuple[list[dict[str, Any]], list]:
        if self.before_read:
            self.before_read.pop()()
        return [self.items[key["id"]] for key in keys if key["id"] in self.items], []


@pytest.fixture
def archive() -> Archive:
    return Archive(FakeS3(), "bucket")


def write(table: Table, archive: Archive, *ids: str) -> SidecarsWritten:
    return write_sidecars(ids or list(table.items), archive, Ledger(table))


def put(archive: Archive, of: dict[str, Any], body: bytes | None = None) -> None:
    archive.s3.objects.pop(key_of(of), None)
    archive.put_once(key_of(of), body or render(of), CONTENT_TYPE)


def kept(archive: Archive) -> dict[str, dict[str, Any]]:
    """What the sidecars say, by id."""
    found = (parse(one.body, key) for key, one in archive.s3.objects.items())
    return {one["id"]: one for one in found}


def test_every_highlight_gets_one_and_a_second_call_writes_none(archive: Archive):
    table = Table(item("1"), item("2", status="playable"), item("3", status="failed"))

    assert write(table, archive) == SidecarsWritten(3, 0, [])
    assert kept(archive) == table.items
    assert {one.content_type for one in archive.s3.objects.values()} == {"application/json"}

    assert write(table, archive) == SidecarsWritten(0, 3, [])
    assert len(archive.s3.asked("put_object")) == 3


def test_what_passes_is_no_change(archive: Archive):
    table = Table(item("1"))
    write(table, archive)
    table.items["1"] = item("1", backed_up={"name": "a backup"}, upload={"upload_id": "1"})

    assert write(table, archive) == SidecarsWritten(0, 1, [])


@pytest.mark.parametrize(
    "there",
    [
        render(item("1", minute=1)),
        render(item("1", minute=2, url="https://host.example/?signature=old")),
        render(item("1", minute=2))[:-9],
        render(item("2", minute=9)),
        b"",
    ],
    ids=["earlier change", "signed anew", "half", "another's", "empty"],
)
def test_an_older_or_damaged_one_is_replaced(archive: Archive, there: bytes):
    now = item("1", minute=2)
    archive.put_once(key_of(now), there, CONTENT_TYPE)

    assert write(Table(now), archive) == SidecarsWritten(1, 0, [])
    assert kept(archive) == {"1": now}


def test_one_of_a_later_change_is_left_alone_and_named(archive: Archive):
    later = item("1", minute=9)
    put(archive, later)

    assert write(Table(item("1"), item("2")), archive) == SidecarsWritten(1, 0, [key_of(later)])
    assert kept(archive) == {"1": later, "2": item("2")}


def test_an_item_that_changes_meanwhile_has_the_sidecar_of_its_last_state(archive: Archive):
    table = Table(item("1"))
    table.before_read = [lambda: table.items.update({"1": item("1", minute=5)}), lambda: None]

    write(table, archive)

    assert kept(archive) == {"1": item("1", minute=5)}


@pytest.mark.parametrize("first", [item("1"), None], ids=["there", "not there"])
def test_what_another_writes_meanwhile_is_not_overwritten_by_what_was_read_before(
    archive: Archive, first: dict[str, Any] | None
):
    """The item is signed anew, which is no later change: only the conditions tell."""
    if first is not None:
        put(archive, first)
    old, new = item("1", url="https://old.example/"), item("1", url="https://new.example/")
    table = Table(old)
    put_object, sent = archive.s3.put_object, []

    def overtaken(**asked: Any) -> None:
        sent.append(asked)
        if len(sent) == 1:
            table.items["1"] = new
            put(archive, new)
        put_object(**asked)

    archive.s3.put_object = overtaken
    done = write(table, archive)

    assert kept(archive) == {"1": new}
    assert done == SidecarsWritten(0, 1, [])


def test_writers_that_never_rest_are_a_passing_failure(archive: Archive):
    table, changes = Table(item("1")), iter(range(60))
    put_object = archive.s3.put_object

    def overtaken(**asked: Any) -> None:
        archive.s3.put_object = put_object
        try:
            put(archive, item("1", url=f"https://{next(changes)}.example/"))
            put_object(**asked)
        finally:
            archive.s3.put_object = overtaken

    archive.s3.put_object = overtaken
    with pytest.raises(StoreUnavailable, match="such as of 1"):
        write(table, archive)


def test_an_id_that_the_ledger_lacks_has_none(archive: Archive):
    assert write(Table(item("1")), archive, "1", "2", "1") == SidecarsWritten(1, 0, [])
    assert list(kept(archive)) == ["1"]
