"""A highlight's work is held to the caps, step by step, and counted once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas import guarding
from lambdas.guarding import Guard, Paused
from lambdas.highlights.season.caps import Cap, Caps
from lambdas.highlights.season.usage import Usage
from tests.unit.fakes.sorted_table import SortedTable

CLIP = {"bytes": 600_000, "width": 640, "height": 360, "duration_milliseconds": 30_000}
BYTES = Caps(stored_bytes=Cap(day=1_000))
NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """No day ends meanwhile."""
    monkeypatch.setattr(guarding, "_now", lambda: NOW)


def guard(table: SortedTable, caps: Caps, id_: str = "1", execution: str = "run-1", **item: Any):
    return Guard(Usage(table), caps, execution, {"id": id_, **item})


def used(table: SortedTable) -> dict[str, int]:
    return Usage(table).month(f"{NOW:%Y-%m}")


def test_no_download_begins_when_no_byte_has_room():
    table = SortedTable()
    guard(table, BYTES, "1").count_video(1_000)

    with pytest.raises(Paused, match="stored_gigabytes_per_day"):
        guard(table, BYTES, "2").begin_download()


def test_a_video_whose_length_is_announced_is_stored_only_with_room_for_all_of_it():
    table = SortedTable()
    guard(table, BYTES, "1").admit(600)

    second = guard(table, BYTES, "2")
    second.begin_download()
    with pytest.raises(Paused):
        second.admit(401)
    second.admit(400)
    assert used(table)["stored_bytes"] == 1_000


def test_an_attempt_that_goes_on_and_the_video_that_comes_of_it_count_once():
    table = SortedTable()
    guard(table, BYTES).admit(1_000)

    again = guard(table, BYTES)
    again.begin_download()
    again.admit(1_000)
    again.count_video(1_000)
    assert used(table)["stored_bytes"] == 1_000


def test_a_job_that_is_asked_for_again_counts_once_and_one_for_a_lost_rendition_anew():
    table, caps = SortedTable(), Caps(transcode_seconds=Cap(day=70))
    for execution in ("run-1", "run-2"):
        guard(table, caps, execution=execution).begin_job(CLIP)
    assert used(table)["transcode_seconds"] == 30

    for _ in range(2):
        guard(table, caps, execution="run-3", rendition_refused=True).begin_job(CLIP)
    assert used(table)["transcode_seconds"] == 60
    with pytest.raises(Paused, match="transcode_minutes_per_day"):
        guard(table, caps, "2").begin_job(CLIP)


def test_no_job_begins_when_its_rendition_has_no_room():
    table = SortedTable()
    guard(table, BYTES).count_rendition(1_000)

    with pytest.raises(Paused, match="storing is paused"):
        guard(table, BYTES, "2").begin_job(CLIP)
    assert used(table)["transcode_seconds"] == 0


def test_originals_and_renditions_are_counted_without_any_cap():
    table = SortedTable()
    both = guard(table, Caps())
    both.begin_download()
    both.admit(600)
    both.begin_job(CLIP)
    both.count_rendition(200)

    assert (used(table)["stored_bytes"], used(table)["transcode_seconds"]) == (800, 30)
