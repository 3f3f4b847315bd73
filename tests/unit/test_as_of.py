"""A restored table against the live one: what may differ by then, and what may not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.drill.as_of import AsOf, Held, compare, trace, traces
from lambdas.highlights.ledger import moment

BACKED_UP = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)
AS_OF = AsOf.requested(BACKED_UP)
LONG_BEFORE = BACKED_UP - timedelta(days=1)
SINCE = BACKED_UP + timedelta(hours=3)
NOW = BACKED_UP + timedelta(days=2)


def item(id_: str = "1", written: datetime = LONG_BEFORE, **changes: Any) -> dict[str, Any]:
    """A playable highlight as the ledger has it; a change to None takes an attribute away."""
    whole = {
        "id": id_,
        "league": "NCAA",
        "game_date": "2026-01-10",
        "status": "playable",
        "title": "Red Mesa vs. Ironwood State",
        "url": "https://cdn.example/1.mp4?token=a",
        "image_url": "https://cdn.example/1.jpg",
        "updated_at": moment(written),
        "video": {"key": "videos/1.mp4", "bytes": Decimal(1000), "checksum": "crc32:01020304"},
        "rendition": {"key": "processed_videos/1.mp4", "bytes": Decimal(900)},
        "thumbnail": {"key": "thumbnails/1.jpg", "bytes": Decimal(90)},
        "backed_up": {"name": "T-20260111T144000Z", "updated_at": moment(written)},
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def held(restored: list[dict[str, Any]], live: list[dict[str, Any]], as_of: AsOf = AS_OF) -> Held:
    return compare(dict(traces(restored)), traces(live), as_of, NOW)


def test_equal_tables_are_equal_though_the_vault_went_on_noting_its_progress():
    live = [item("1", backed_up=None, upload={"id": "x"}), item("2")]

    found = held([item("2"), item("1")], live)

    assert found.comparison.is_equal
    assert (found.expected, found.found, found.equal, found.passing) == (2, 2, 2, 0)


@pytest.mark.parametrize("name", sorted(item().keys() - {"id", "backed_up"}))
def test_an_alteration_of_any_lasting_attribute_is_found(name: str):
    altered = item(**{name: "altered"})
    taken_away = {key: value for key, value in item().items() if key != name}

    assert held([item()], [altered]).different == ["1"]
    assert held([altered], [item()]).different == ["1"]
    assert held([item()], [taken_away]).different == ["1"]
    assert held([item()], [item(added="attribute")]).different == ["1"]


@pytest.mark.parametrize("part", ["video", "rendition", "thumbnail"])
def test_an_alteration_of_a_part_is_found_under_repair_too(part: str):
    facts = item()[part]
    broken = item(video_refused={}, **{part: {**facts, "bytes": Decimal(7)}})

    assert held([item(video_refused={})], [broken]).different == ["1"]


@pytest.mark.parametrize(
    "repair",
    [
        {"status": "pending", "video_refused": {}},
        {"status": "pending", "video_refused": {"etag": '"e"'}},
        {"status": "stored", "rendition_refused": True},
        {"rendition_refused": True},
    ],
)
def test_a_repair_under_way_is_no_difference(repair: dict[str, Any]):
    for restored, live in ((item(), item(**repair)), (item(**repair), item())):
        found = held([restored], [live])
        assert (found.equal, found.passing, found.different) == (1, 1, [])


def test_a_status_that_changed_without_a_repair_is_a_difference():
    assert held([item()], [item(status="pending")]).different == ["1"]


def test_addresses_may_be_signed_anew_only_as_long_as_no_video_is_kept():
    signed = "https://cdn.example/1.mp4?token=b"
    link = {"status": "link_only", "video": None, "rendition": None, "thumbnail": None}

    assert held([item(**link)], [item(url=signed, **link)]).passing == 1
    assert held([item()], [item(url=signed)]).different == ["1"]
    elsewhere = item(url="https://other.example/1.mp4?token=a", **link)
    assert held([item(**link)], [elsewhere]).different == ["1"]


@pytest.mark.parametrize(
    ("seconds", "changed"), [(-3600, 0), (-66, 0), (-64, 1), (0, 1), (59, 1), (3600, 1)]
)
def test_only_what_the_backup_surely_holds_must_be_equal(seconds: int, changed: int):
    later = item(written=BACKED_UP + timedelta(seconds=seconds), title="corrected")

    found = held([item()], [later])

    assert (found.changed_since, len(found.different)) == (changed, 1 - changed)


def test_what_was_added_after_the_backup_need_not_be_in_it_and_all_else_must():
    found = held([], [item("old"), item("new", SINCE)])

    assert (found.missing, found.changed_since) == (["old"], 1)


def test_what_the_table_lost_is_a_difference_whenever_it_was_written():
    assert held([item(written=BACKED_UP)], []).unexpected == ["1"]


def test_a_table_that_went_back_is_a_difference():
    restored = item(written=BACKED_UP - timedelta(hours=1), title="corrected")

    assert held([restored], [item()]).different == ["1"]


def test_a_time_that_has_not_come_hides_nothing():
    altered = item(written=NOW + timedelta(days=365), title="altered")

    assert held([item()], [altered]).different == ["1"]


@pytest.mark.parametrize("moment_", ["", "yesterday", None])
def test_an_item_without_a_time_is_as_old_as_can_be(moment_: str | None):
    assert held([item()], [item(updated_at=moment_)]).different == ["1"]


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(-7200, 7200), max_size=30),
    st.data(),
)
def test_every_item_is_counted_once(written: dict[str, int], data: st.DataObject):
    live = [item(id_, BACKED_UP + timedelta(seconds=s)) for id_, s in written.items()]
    restored = [one for one in live if data.draw(st.booleans())]

    found = held(restored, live)

    assert found.expected == len(live)
    assert found.equal == len(restored) == found.found
    assert found.equal + found.changed_since + len(found.missing) == len(live)
    surely = moment(AS_OF.surely)
    left_out = {one["id"] for one in live if one["updated_at"] <= surely} - {
        one["id"] for one in restored
    }
    assert set(found.missing) == left_out


def test_little_is_held_of_an_item():
    assert len(trace(item(title="x" * 10_000))) == 41
