"""A run record tells of each step, and what a failed export is to a run."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.highlights.run_record import run_record

NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)
STATUSES = [("1", "pending"), ("2", "stored"), ("3", "failed")]
FAILED = {"Error": "ExportFailed", "Cause": '{"errorMessage": "S3AccessDenied: no"}'}


def record(*items: dict[str, Any], **backup: Any) -> dict[str, Any]:
    """The record of a run that made a backup of a day with these highlights."""
    state = {
        "execution": "run-1",
        "league": "NCAA",
        "game_date": "2026-01-10",
        "found": 0,
        "new": 0,
        "listed": 0,
        "limit": 10,
        "calls_left": 9,
        "sidecars": {},
        "backup": {"created": True, "name": "Highlights-20260111T144000Z", **backup},
    }
    return run_record(state, items, NOW)


@pytest.mark.parametrize(
    ("export", "told"),
    [
        ({"asked": ["1-a"], "written": None}, {"asked": ["1-a"], "written": None}),
        ({"asked": [], "written": "1-b"}, {"asked": [], "written": "1-b"}),
        (FAILED, {"asked": [], "written": None, "error": "ExportFailed: S3AccessDenied: no"}),
    ],
)
def test_an_export_is_told_and_fails_no_run(export: dict[str, Any], told: dict[str, Any]):
    found = record(export=export)

    assert found["export"] == told
    assert found["succeeded"]
    assert ("S3AccessDenied" in found["summary"]) is ("error" in told)


def test_a_run_that_asks_for_no_export_tells_of_none():
    assert record()["export"] is None


def test_what_waits_for_a_cap_is_told_and_fails_no_run():
    reason = "transcoding is paused: 1 of 1 minutes of transcode_minutes_per_day are used"
    waiting = [{"id": id_, "status": status, "paused": reason} for id_, status in STATUSES]

    found = record(*waiting, {"id": "9", "status": "playable", "paused": reason})

    assert found["succeeded"] and "3 paused" in found["summary"]
    assert found["paused"] == {"count": 3, "reasons": [reason]}
    assert (found["counts"]["failed"], found["counts"]["playable"]) == (0, 1)
    assert [one["status"] for one in found["highlights"]] == ["paused"] * 3 + ["playable"]
    assert [one["reason"] for one in found["highlights"]] == [reason] * 3 + [None]


def test_a_run_in_which_nothing_waits_counts_no_waiting():
    found = record({"id": "1", "status": "stored"})

    assert not found["succeeded"]
    assert found["paused"] == {"count": 0, "reasons": []} and "paused" not in found["counts"]
