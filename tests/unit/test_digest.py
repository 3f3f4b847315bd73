"""A digest tells a person what is new of a game day, once, and who won never."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.billing import DOLLARS_PER_MINUTE
from lambdas.highlights.season.digest import LONGEST_SUBJECT, digest_of, fingerprint, is_news
from tests.day_record import Archive, day_record, playable, without_clip

UNTIL = datetime(2026, 1, 12, 2, 32, tzinfo=UTC)


def link(key: str) -> str:
    return f"https://archive.example/{key}?signed"


def clip(id_: str = "1", **facts: Any) -> dict[str, Any]:
    return playable(Archive(), id_, "Blue Ridge stuns Lakeshore State 71-70", **facts)


def gone(id_: str = "2") -> dict[str, Any]:
    return without_clip(
        id_, "Stone Creek vs. Bellmont", "unavailable", "answered 404: not found"
    ) | {
        "home_team": "Stone Creek",
        "away_team": "Bellmont",
    }


def record(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return day_record(list(items)) | changes


def test_what_is_kept_has_a_link_that_says_when_it_ends():
    mail = digest_of(record(clip()), link, UNTIL)

    assert "Blue Ridge vs. Lakeshore State\n  https://archive.example/processed_videos/1.mp4" in (
        mail.body
    )
    assert "until 2026-01-12 02:32 UTC" in mail.body


def test_what_is_missing_is_told_game_by_game_with_its_reason():
    mail = digest_of(record(clip(), gone()), link, UNTIL)

    assert mail.subject == "NCAA, Sat 10 Jan 2026: 1 game kept, 1 missing"
    assert "Missing\n- Stone Creek vs. Bellmont: answered 404: not found" in mail.body


def test_nobody_learns_who_won():
    mail = digest_of(record(clip()), link, UNTIL)

    assert "71" not in mail.body + mail.subject
    assert "stuns" not in mail.body + mail.subject


def test_games_that_still_wait_are_told_with_until_when():
    waiting = {
        "id": "9",
        "home_team": "Fort Linden",
        "away_team": "Prairie A&M",
        "state": "waiting",
        "reason": "no clip is out yet; looked for until 2026-01-14 02:00 UTC",
    }
    mail = digest_of(record(clip(), games=[waiting]), link, UNTIL)

    assert mail.subject.endswith("1 game kept, 1 not yet")
    assert "Not kept yet\n- Fort Linden vs. Prairie A&M: no clip is out yet" in mail.body


def test_what_it_cost_and_the_calls_that_are_left_are_told():
    mail = digest_of(record(clip(size=(1280, 720), seconds=90)), link, UNTIL)

    assert "about $0.02" in mail.body  # 1.5 minutes in HD are three, at $0.0075
    assert "97 more calls" in mail.body


def test_a_video_that_was_ready_as_it_came_has_cost_no_transcoding():
    rendition = clip(size=(1280, 720), seconds=90)["rendition"] | {"made_by": "copy"}
    mail = digest_of(record(clip() | {"rendition": rendition}), link, UNTIL)

    assert "about $0.00" in mail.body


def test_the_price_is_that_of_the_price_file():
    prices = tomllib.loads(Path("gameday/prices.toml").read_text())["prices"]

    assert prices["normalized_minutes"]["dollars"] == DOLLARS_PER_MINUTE


def test_what_was_told_is_no_news_whatever_else_a_later_run_says():
    first = record(clip(), gone())
    again = record(clip(), gone(), execution="later", provider_calls_left=3)

    assert is_news(first, None)
    assert not is_news(again, fingerprint(first))
    assert is_news(record(clip(), clip("3"), gone()), fingerprint(first))


def test_a_day_of_which_all_is_waited_for_is_no_news():
    game = {"id": "9", "home_team": "A", "away_team": "B", "state": "waiting", "reason": "not yet"}

    assert not is_news(record(games=[game]), None)
    assert not is_news(record(), None)


def test_a_backup_that_failed_is_news():
    failed = {"Error": "BackupFailed", "Cause": "it ended as DELETED"}
    with_it = day_record([clip()], backup=failed)

    assert is_news(with_it, fingerprint(record(clip())))
    assert "The backup failed" in digest_of(with_it, link, UNTIL).body


@given(league=st.from_regex(r"[A-Za-z0-9][\w .&'()-]{0,63}", fullmatch=True), teams=st.text())
def test_a_subject_is_one_that_sns_takes(league: str, teams: str):
    item = gone() | {"home_team": teams}
    subject = digest_of(record(clip(), item, league=league), link, UNTIL).subject

    assert len(subject) <= LONGEST_SUBJECT
    assert subject.isascii()
    assert subject.isprintable()


def test_work_that_waits_is_told_of_once_and_not_each_morning():
    def waits(until: str) -> dict[str, Any]:
        item = without_clip("3", "Pine Hollow vs. Silver Bay", "stored", None)
        return record(clip(), item | {"paused": f"transcoding is paused until {until}"})

    first, later = waits("2026-01-12 00:00 UTC"), waits("2026-01-13 00:00 UTC")

    assert "until 2026-01-12 00:00 UTC" in digest_of(first, link, UNTIL).body
    assert is_news(first, fingerprint(record(clip())))
    assert not is_news(later, fingerprint(first))
