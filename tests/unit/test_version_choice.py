"""Which version of an object comes back: by its size and checksum, or by the moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.restore.object_plan import ObjectPlan, WantedObjects, case_of, without_history
from gameday.restore.versions import History, Version, histories, joined, newest_first
from lambdas.highlights.expectations import ExpectedObject
from lambdas.highlights.findings import Part

START = datetime(2026, 1, 10, tzinfo=UTC)
VIDEO = "videos/NCAA/2026-01-10/1.mp4"
RUN = "runs/NCAA/2026-01-10/first.json"
PIN = "pins/a-backup.json"

# What happened to one object, oldest first: a number of bytes written, or None for a deletion.
events = st.lists(st.one_of(st.none(), st.integers(1, 3)), max_size=8)


def history(happened: list[int | None], key: str = VIDEO, step: int = 60) -> History:
    """The history of an object to which this happened, one thing every `step` seconds."""
    versions = [
        Version(
            key,
            f"v{number}",
            START + timedelta(seconds=step * number),
            size or 0,
            f"etag-{size}" if size else "",
            is_marker=size is None,
            is_latest=number == len(happened) - 1,
        )
        for number, size in enumerate(happened)
    ]
    return History(key, newest_first(versions))


def listed(found: list[History], per_page: int) -> list[dict[str, Any]]:
    """Pages of a listing, as boto3 gives them."""
    every = [one for each in found for one in each.versions]
    return [
        {
            name: [
                {
                    "Key": one.key,
                    "VersionId": one.id,
                    "LastModified": one.modified,
                    "Size": one.bytes,
                    "ETag": one.etag,
                    "IsLatest": one.is_latest,
                }
                for one in every[start : start + per_page]
                if one.is_marker is is_marker
            ]
            for name, is_marker in (("Versions", False), ("DeleteMarkers", True))
        }
        for start in range(0, len(every), per_page)
    ]


@given(events, st.integers(1, 3))
def test_only_versions_of_the_right_size_are_tried_and_the_newest_first(happened, size):
    found = history(happened).candidates(size)

    assert {one.bytes for one in found} <= {size}
    assert len(found) == happened.count(size)
    assert found == sorted(found, key=lambda one: one.modified, reverse=True)


@given(events, st.integers(0, 9))
def test_a_moment_brings_back_what_stood_there_then(happened, minutes):
    moment = START + timedelta(minutes=minutes, seconds=30)

    found = history(happened).as_of(moment)

    before = happened[: minutes + 1]
    assert (found and found.bytes) == (before[-1] if before else None)


@given(events)
def test_what_stands_there_now_is_what_happened_last(happened):
    current = history(happened).current

    assert (current and current.bytes) == (happened[-1] if happened else None)


@given(events)
def test_markers_are_taken_away_only_where_nothing_else_is_over_a_version(happened):
    found = history(happened)
    for version in found.contents:
        over = found.markers_over(version)
        later = happened[int(version.id[1:]) + 1 :]
        assert over is None if any(later) else len(over) == len(later)


@given(events)
def test_the_latest_comes_first_though_all_happened_in_one_second(happened):
    found = history(happened, step=0)

    assert (found.current and found.current.bytes) == (happened[-1] if happened else None)


@given(st.lists(events, min_size=1, max_size=6), st.integers(1, 5))
def test_a_listing_in_pages_gives_each_object_once_with_its_whole_history(several, per_page):
    made = [history(one, f"videos/{number}.mp4") for number, one in enumerate(several)]

    found = list(histories(listed(made, per_page)))

    assert found == [one for one in made if one.versions]


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_two_listings_are_read_side_by_side(ones, others):
    pairs = joined(
        (history([1], key) for key in sorted(ones)), (history([2], key) for key in sorted(others))
    )

    found = {
        one.key: (bool(one.versions), bool(other.versions))
        for one, other in pairs
        if one.key == other.key
    }
    assert found == {key: (key in ones, key in others) for key in ones | others}


def case(happened: list[int | None], key: str = VIDEO, **wanted: Any):
    expected = {VIDEO: ExpectedObject(VIDEO, Part.VIDEO, "1", 2, "crc32:00000000")}
    found = history(happened, key)
    return case_of(found, found, WantedObjects(**wanted), expected)


@pytest.mark.parametrize(
    ("happened", "is_lost", "sizes"),
    [
        ([2, None], True, [2]),
        ([2, 1, None, None], True, [2]),
        ([2, 3, 2, 1], True, [2, 2]),
        ([2, 2], False, [2]),
        ([1, None], True, []),
    ],
)
def test_what_the_ledger_names_is_sought_by_its_size(happened, is_lost, sizes):
    found = case(happened)

    assert found.is_lost is is_lost
    assert [one.bytes for one in found.candidates] == sizes


def test_a_version_that_is_the_current_one_is_not_tried():
    assert "v1" not in {one.id for one in case([2, 2]).candidates}


def test_an_object_that_was_deleted_on_purpose_comes_back_only_by_its_prefix():
    assert case([1, None], PIN) is None
    assert case([1, None], "videos/NCAA/2026-01-10/unnamed.mp4") is None
    assert [one.id for one in case([1, 3, None], PIN, prefix="pins/").candidates] == ["v1", "v0"]
    unnamed = case([1, 3, None], "videos/what.mp4", prefix="videos/")
    assert [one.id for one in unnamed.candidates] == ["v1"]


def test_a_deleted_run_record_comes_back():
    assert [one.id for one in case([1, None], RUN).candidates] == ["v0"]


def test_what_is_as_it_was_then_is_left_alone():
    moment = START + timedelta(seconds=1)

    assert case([2], moment=moment) is None
    assert case([2, 3, 2], moment=moment) is None
    assert case([2, 3], moment=START - timedelta(days=1)) is None
    assert [one.id for one in case([2, 3], moment=moment).candidates] == ["v0"]


def test_what_was_restored_aside_is_not_restored_again():
    assert case([1, None], f"restored/20260111t143005/{VIDEO}", prefix="restored/") is None


def test_what_was_never_listed_has_nothing_left_but_a_sidecar_that_may_be_missing():
    expected = {
        VIDEO: ExpectedObject(VIDEO, Part.VIDEO, "1"),
        "a.json": ExpectedObject("a.json", Part.SIDECAR, "1", is_optional=True),
    }

    assert [one.key for one in without_history(expected, set())] == [VIDEO]
    assert list(without_history(expected, {VIDEO})) == []


def test_a_plan_says_what_reading_every_object_here_costs():
    plan = ObjectPlan(WantedObjects(), "bucket", "bucket", None, listed_bytes=146_000_000_000)
    as_of = ObjectPlan(WantedObjects(moment=START), "bucket", "bucket", None, lost_bytes=10**9)

    assert "about $13.14 for what is read here" in dict(plan.in_words())["costs"]
    assert "about $0.18 for what is read here" in dict(as_of.in_words())["costs"]
