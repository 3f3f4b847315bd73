"""A person sees what waits for a cap, why, and what changes that: on a terminal, in JSON, on a page."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

from rich.console import Console

from gameday.page import write_page
from gameday.report import as_json, print_table
from gameday.run import DayResult, RunResult
from gameday.vault import Execution
from lambdas.highlights.game_day import GameDay
from tests.day_record import Archive, day_record, playable, without_clip
from tests.parsed_page import Parsed

REASON = (
    "transcoding is paused: 1 of 1 minutes of transcode_minutes_per_day are used; it goes on at "
    "2026-01-12 00:00 UTC, or with a larger transcode_minutes_per_day"
)


def paused_day(archive: Archive) -> dict:
    waiting = [without_clip(id_, f"Clip {id_}", "stored", None) for id_ in ("2", "3")]
    return day_record(
        [playable(archive, "1", "One"), *(one | {"paused": REASON} for one in waiting)]
    )


def shown(record: dict) -> RunResult:
    execution = Execution("arn", "SUCCEEDED", None, None)
    return RunResult([DayResult(GameDay("NCAA", date(2026, 1, 10)), execution, record, None, 1)])


def test_a_terminal_tells_what_waits_and_what_to_change():
    text = StringIO()
    print_table(shown(paused_day(Archive())), Console(file=text, width=300))

    told = text.getvalue()
    assert told.count("paused       Clip") == 2
    assert f"Paused: 2 highlights wait.\n  {REASON.capitalize()[:11]}" in told
    assert "cdk.json" in told
    assert "tries what failed" not in told


def test_json_counts_what_waits():
    told = json.loads(as_json(shown(paused_day(Archive()))))

    assert told["paused"] == {"count": 2, "reasons": [REASON]}
    assert told["counts"]["failed"] == 0
    assert [one["status"] for one in told["highlights"]] == ["playable", "paused", "paused"]


def test_a_page_shows_what_waits_and_no_failure(tmp_path: Path):
    archive = Archive()
    parsed = Parsed(write_page(paused_day(archive), tmp_path, archive.read))

    assert "2 paused" in parsed.text
    assert "Failed" not in parsed.text and " failed" not in parsed.text
    assert parsed.text.count("2026-01-12 00:00 UTC") == 2
