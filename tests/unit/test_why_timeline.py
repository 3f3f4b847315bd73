"""A story names the cause of each fault, in order of time, and lets nobody in."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from gameday.why.evidence import Ended, Evidence
from gameday.why.kept import files, spent
from gameday.why.shown import print_story, story_json
from gameday.why.target import Target
from gameday.why.timeline import timeline
from lambdas.highlights.backups import Backup
from lambdas.highlights.season.story import Story, Told
from tests.unit.fakes.sorted_table import SortedTable

NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
RUN = "NCAA-2026-01-10-20260111T143000-ab12"
KEY = "videos/NCAA/2026-01-10/1.mp4"
GAME = Target("NCAA", date(2026, 1, 10), "Blue Ridge vs. Lakeshore State", game="7")
SIGNED = "https://me:word@media.example/clip.mp4?X-Amz-Signature=abc"


def told(*lines: tuple[Told, dict[str, Any]]) -> list[dict[str, Any]]:
    """The story of highlight 1, a line a minute."""
    story = Story(SortedTable())
    for minutes, (what, facts) in enumerate(lines):
        now = NOW + timedelta(minutes=minutes)
        story.tell("1", now, RUN, what, attempt=str(minutes), **facts)
    return story.read("1")


def item(status: str, **facts: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "league": "NCAA",
        "game_date": "2026-01-10",
        "title": "Blue Ridge wins",
        "status": status,
        "fetch_date": "2026-01-11",
        "updated_at": "2026-01-11T14:33:00.000000+00:00",
        **facts,
    }


def evidence(highlight: dict[str, Any] | None, lines: Any = (), **known: Any) -> Evidence:
    found = {} if highlight is None else {"1": highlight}
    return Evidence(GAME, found, stories={"1": list(lines)}, **known)


def says(found: Evidence) -> str:
    return "\n".join(f"{entry.what}: {entry.says}" for entry in timeline(found))


LISTED = (Told.LISTED, {"type": "VERIFIED", "url": SIGNED, "answers": "highlights/NCAA/a.json"})
STORED = (
    Told.STORED,
    {
        "key": KEY,
        "bytes": 190_000,
        "checksum": "crc32:8cda80ae",
        "host": "media.example",
        "answered": 206,
    },
)


@pytest.mark.parametrize(
    ("status", "line", "cause"),
    [
        (
            "failed",
            (
                Told.DOWNLOAD_ATTEMPT,
                {
                    "error": "SourceUnavailable",
                    "reason": "media.example answered 503",
                    "host": "media.example",
                    "answered": 503,
                    "came": 0,
                },
            ),
            "the download broke off: media.example answered 503 (SourceUnavailable); nothing came",
        ),
        (
            "failed",
            (
                Told.DOWNLOAD_ATTEMPT,
                {
                    "error": "TruncatedVideo",
                    "reason": "the video ends too early",
                    "host": "media.example",
                    "answered": 200,
                    "came": 90_000,
                },
            ),
            "too early (TruncatedVideo); media.example answered 200; 90 kB came",
        ),
        (
            "failed",
            (
                Told.DOWNLOAD_ATTEMPT,
                {"error": "SourceUnavailable", "reason": "reset", "host": "media.example"},
            ),
            "media.example did not answer",
        ),
        (
            "unavailable",
            (
                Told.UNAVAILABLE,
                {
                    "reason": "media.example answered 404: not found",
                    "host": "media.example",
                    "answered": 404,
                },
            ),
            "it cannot be kept: media.example answered 404: not found",
        ),
        (
            "link_only",
            (
                Told.LINK_ONLY,
                {
                    "reason": "the URL answers with a page, not a file",
                    "host": "media.example",
                    "answered": 200,
                },
            ),
            "the URL answers with a page, not a file; media.example answered 200",
        ),
        (
            "failed",
            (
                Told.FAILED,
                {
                    "step": "transcoding",
                    "error": "States.TaskFailed",
                    "job": "job-9",
                    "reason": "transcoding failed: 1401 Access Denied",
                },
            ),
            "transcoding failed: 1401 Access Denied (States.TaskFailed); MediaConvert job job-9",
        ),
        (
            "unavailable",
            (
                Told.UNAVAILABLE,
                {
                    "step": "transcoding",
                    "job": "job-9",
                    "reason": "MediaConvert cannot read the video (1030)",
                },
            ),
            "it cannot be kept: MediaConvert cannot read the video (1030); MediaConvert job job-9",
        ),
        (
            "stored",
            (Told.PAUSED, {"reason": "transcoding is paused: 60 of 60 minutes are used"}),
            "it waits: transcoding is paused: 60 of 60 minutes are used",
        ),
    ],
)
def test_the_cause_of_a_fault_is_named(status: str, line: Any, cause: str):
    assert cause in says(evidence(item(status), told(LISTED, line)))


def test_a_run_that_got_no_answer_is_told_with_its_error():
    ended = Ended(
        *(RUN, "FAILED", "2026-01-11T14:30:00+00:00", "2026-01-11T14:30:04+00:00"),
        *("ProviderRefusedKey", "the provider refused the key; put a valid key into the secret"),
    )
    assert "ProviderRefusedKey: the provider refused the key" in says(evidence(None, ended=[ended]))


def test_a_game_without_a_clip_says_when_it_was_looked_for():
    row = {
        "id": "7",
        "state": "unavailable",
        "starts_at": "2026-01-11T00:00:00+00:00",
        "reason": "no clip was listed within 3 days of the game",
        "settled_at": "2026-01-14T14:31:00+00:00",
        "provider_state": "Finished",
    }
    day = {"first_looked_at": "2026-01-11T14:30:00+00:00", "closed_at": "2026-01-14T14:31:01+00:00"}
    record = {
        "execution": RUN,
        "reported_at": "2026-01-11T14:31:00+00:00",
        "counts": {"found": 6, "new": 6},
        "highlights": [],
        "games": [{"id": "7", "state": "waiting"}],
    }
    found = evidence(None, game=row, day=day, records=[record])
    assert [entry.what for entry in timeline(found)] == ["game", "look", "run", "game", "closed"]
    assert "6 listed by the provider, 6 new; the game is waiting" in says(found)
    assert "settled as unavailable: no clip was listed within 3 days" in says(found)


def test_a_kept_clip_is_told_from_its_listing_to_its_backup_and_its_cost():
    transcoded = (
        Told.TRANSCODED,
        {
            "key": "processed_videos/NCAA/2026-01-10/1.mp4",
            "bytes": 159_000,
            "checksum": "sha256:6e53",
            "width": 640,
            "height": 360,
            "job": "job-9",
            "duration_milliseconds": 90_000,
            "asked_at": "2026-01-11T14:31:30.000000+00:00",
        },
    )
    kept = item(
        "playable",
        video={"key": KEY, "bytes": 190_000, "checksum": "crc32:8cda80ae"},
        rendition={
            "key": "processed_videos/NCAA/2026-01-10/1.mp4",
            "bytes": 159_000,
            "width": 640,
            "height": 360,
            "duration_milliseconds": 90_000,
        },
        backed_up={"name": "table-1", "updated_at": "2026-01-11T14:33:00.000000+00:00"},
    )
    backups = [
        Backup("arn", name, NOW + timedelta(days=days), "AVAILABLE")
        for days, name in enumerate(("table-0", "table-1", "table-2"))
    ]
    found = evidence(kept, told(LISTED, STORED, transcoded), backups=backups, sizes={KEY: 190_000})
    whats = [entry.what for entry in timeline(found)]
    assert whats == ["listed", "stored", "job-asked", "transcoded", "backed-up"]
    assert f"{KEY}, 190 kB, crc32:8cda80ae; media.example answered 206" in says(found)
    assert "table-1, which is there; 1 other backup holds it" in says(found)
    cost = spent(kept, found.stories["1"])
    assert (cost.jobs, cost.minutes, cost.once) == (1, 1.5, pytest.approx(0.01125))
    states = {one.part: one.state for one in files(kept, found)}
    assert states == {"video": "whole", "rendition": "missing", "sidecar": "missing"}


def test_a_highlight_of_an_earlier_version_is_told_by_what_the_ledger_knows():
    kept = item(
        "playable",
        video={
            "key": KEY,
            "bytes": 5,
            "checksum": "crc32:8cda80ae",
            "stored_at": "2026-01-11T14:31:00.000000+00:00",
            "execution": RUN,
        },
        rendition={"key": "processed_videos/NCAA/2026-01-10/1.mp4", "bytes": 5, "execution": RUN},
        backed_up={"name": "gone", "updated_at": "2026-01-11T14:32:00.000000+00:00"},
    )
    found = evidence(kept)
    assert [entry.what for entry in timeline(found)] == [
        *("listed", "stored", "backed-up", "transcoded")
    ]
    assert "gone, which rotation deleted since" in says(found)
    assert "what changed since is in none yet" in says(found)
    assert spent(kept, ()).jobs == 1


def test_nothing_that_is_shown_lets_anybody_in():
    reason = f"{SIGNED} answered 503\x1b[2J"
    found = evidence(
        item("failed", reason=reason, url=SIGNED, title=f"[red]{SIGNED}"),
        told(LISTED, (Told.FAILED, {"reason": reason})),
        game={"id": "7", "state": "failed", "reason": reason},
    )
    shown = Console(file=io.StringIO(), width=60, record=True)
    print_story(found, shown)
    for text in (shown.export_text(), json.dumps(story_json(found))):
        assert "https://media.example/clip.mp4" in text.replace("\n", "").replace(" ", "")
        assert not any(secret in text for secret in ("Signature", "word@", "\x1b"))
