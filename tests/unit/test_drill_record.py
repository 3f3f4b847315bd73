"""What a drill's record says, and when a drill is a good one."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.highlights.drill.as_of import Held
from lambdas.highlights.drill.record import Drill, days_since, held_as_json, last_good

ENDED = datetime(2026, 1, 12, 10, 20, tzinfo=UTC)
RESTORE = {
    "state": "restored",
    "scratch": "T-drill-one",
    "backup": "T-20260111T144000Z",
    "created_at": "2026-01-11T14:40:00+00:00",
    "requested_at": "2026-01-12T10:00:00+00:00",
    "seconds": 312,
}
DAY = {"league": "NCAA", "game_date": "2026-01-10", "sidecars": 2, "damaged": 0}
FAILED = {"Error": "NoBackup", "Cause": json.dumps({"errorMessage": "no backup can be restored"})}


def held(**lists: list[str]) -> dict[str, Any]:
    return held_as_json(Held(expected=2, found=2, equal=2, **lists))


def state(**changes: Any) -> dict[str, Any]:
    """The state of a good drill, changed."""
    good = {
        "execution": "one",
        "started": "2026-01-12T10:00:00.000Z",
        "input": {},
        "restore": RESTORE,
        "items": {**held(), "missing_backup": None, "sample": [], "rebuild": {**held(), **DAY}},
        "objects": {
            "done": True,
            "after": 2,
            "which": "sample",
            "objects": 2,
            "bytes": 2_000,
            "wrong": 0,
            "named": [],
        },
        "deletion": {"deleted": ["T-drill-one"]},
    }
    return good | changes


def test_a_good_drill_says_how_long_and_how_much():
    drill = Drill(state())

    assert drill.passed
    assert drill.summary == "restored in 312 s; 2 items and 2 objects are as they were"
    record = drill.record(ENDED)
    assert record["passed"] is True
    assert record["seconds_to_restore"] == 312
    assert record["backup"]["name"] == RESTORE["backup"]
    assert record["problems"] == []
    assert json.dumps(record)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"items": {**state()["items"], **held(different=["7"])}},
            "1 item different from the backup: 7",
        ),
        (
            {"items": {**state()["items"], **held(missing=[str(n) for n in range(30)])}},
            "30 items not in the backup: 0, 1, 10, …",
        ),
        (
            {"items": {**state()["items"], "missing_backup": "T-20260112T000000Z"}},
            "the backup T-20260112T000000Z, which the ledger names, is not there",
        ),
        (
            {"items": {**state()["items"], "rebuild": {**held(unexpected=["7"]), **DAY}}},
            "NCAA 2026-01-10: 1 highlight without a sidecar: 7",
        ),
        (
            {"objects": {**state()["objects"], "wrong": 1, "named": [{"key": "videos/1.mp4"}]}},
            "1 object damaged or missing: videos/1.mp4",
        ),
        ({"restore": {}, "items": {}, "objects": {}, "error": FAILED}, "no backup can be restored"),
        ({"deletion": FAILED}, "the scratch table could not be deleted: no backup can be restored"),
        ({"objects": {}}, "the drill did not come to its end"),
        ({"error": {"Error": "States.Timeout"}}, "States.Timeout"),
    ],
)
def test_whatever_is_wrong_is_said_and_the_drill_is_no_good_one(changes: dict[str, Any], said: str):
    drill = Drill(state(**changes))

    assert not drill.passed
    assert drill.summary == said
    assert drill.record(ENDED)["summary"] == said


def test_where_nothing_is_kept_there_is_nothing_to_lose():
    drill = Drill(state(restore={"state": "nothing_kept"}, items={}, objects={}))

    assert drill.passed
    assert "nothing is kept yet" in drill.summary


def test_the_last_good_drill_is_the_newest_that_passed():
    records = {
        "drills/2026-01-01-a.json": b'{"passed": true, "execution": "a"}',
        "drills/2026-02-01-b.json": b'{"passed": true, "execution": "b"}',
        "drills/2026-03-01-c.json": b'{"passed": false, "execution": "c"}',
        "drills/2026-04-01-d.json": b"no JSON",
    }

    assert last_good(records, records.__getitem__)["execution"] == "b"
    assert last_good([], records.__getitem__) is None


def test_days_are_counted_with_their_parts():
    assert days_since(ENDED - timedelta(days=40, hours=12), ENDED) == 40.5
    assert days_since(ENDED + timedelta(hours=1), ENDED) == 0
