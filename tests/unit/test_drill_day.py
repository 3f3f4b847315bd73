"""One game day rebuilt from its sidecars, and held against the backup."""

from datetime import date

from lambdas.highlights.drill.day import Rebuilt, rebuild
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.ledger import Item
from lambdas.highlights.sidecar import key_of, render
from tests.unit.test_as_of import AS_OF, NOW, SINCE, item

DAY = GameDay("NCAA", date(2026, 1, 10))


def rebuilt(restored: list[Item], stored: dict[str, bytes]) -> Rebuilt:
    by_id = {one["id"]: one for one in restored}
    return rebuild(DAY, by_id, sorted(stored), stored.__getitem__, AS_OF, NOW)


def sidecars(*items: Item) -> dict[str, bytes]:
    return {key_of(one): render(one) for one in items}


def test_a_day_comes_back_from_its_sidecars():
    videos = {"videos/NCAA/2026-01-10/1.mp4": b"not read"}

    found = rebuilt([item("1"), item("2")], sidecars(item("1"), item("2")) | videos)

    assert found.is_equal
    assert (found.sidecars, found.held.equal) == (2, 2)


def test_an_item_without_a_sidecar_is_named():
    found = rebuilt([item("1"), item("2")], sidecars(item("1")))

    assert not found.is_equal
    assert found.held.unexpected == ["2"]


def test_a_sidecar_that_says_something_else_is_named():
    assert rebuilt([item("1")], sidecars(item("1", title="other"))).held.different == ["1"]


def test_a_sidecar_of_a_later_change_is_not():
    later = item("1", SINCE, title="corrected")

    assert rebuilt([item("1")], sidecars(later, item("2", SINCE))).is_equal


def test_a_damaged_sidecar_is_named():
    stored = sidecars(item("1"))
    (key,) = stored
    found = rebuilt([item("1")], {key: stored[key][:-9]})

    assert not found.is_equal
    assert found.damaged == [key]
