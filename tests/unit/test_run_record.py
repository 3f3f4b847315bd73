"""A run record tells of each step, and what a failed export is to a run."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.highlights.run_record import run_record

NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)
FAILED = {"Error": "ExportFailed", "Cause": '{"errorMessage": "S3AccessDenied: no"}'}


def record(**backup: Any) -> dict[str, Any]:
    """The record of a run that made a backup of a day without highlights."""
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
    return run_record(state, [], NOW)


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
