from datetime import timedelta
from typing import Any

import pytest

from gameday import wording


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 kB"), (812_345, "812 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"),
     (16_470_000, "16.5 MB"), (999_950_000, "1.0 GB")],
)  # fmt: skip
def test_a_size_is_in_decimal_units(size: int, words: str):
    assert wording.size_in_words(size).replace(wording.NO_BREAK, " ") == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(5.6, "0:06"), (59.6, "1:00"), (90, "1:30"), (3723, "1:02:03")]
)
def test_a_duration_reads_like_a_clock(seconds: float, words: str):
    assert wording.duration_in_words(seconds) == words


def test_a_day_has_its_weekday():
    assert wording.day_in_words("2026-01-10") == "Saturday, 10 January 2026"


@pytest.mark.parametrize(
    ("teams", "words"), [(["A", "B"], "A vs. B"), (["A", None], "A"), ([None, None], "")]
)
def test_teams_are_named_as_far_as_known(teams: list[str | None], words: str):
    assert wording.teams_in_words(teams) == words


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("unavailable", "media.example answered 404: not found",
         "media.example answered 404: not found."),
        ("unavailable", "the provider gives no URL", "The provider gives no URL."),
        ("failed", "download failed: torn.", "Download failed: torn. The next run tries again."),
        ("failed", None, "Not finished yet. The next run tries again."),
        ("link_only", None, "A page, not a file."),
    ],
)  # fmt: skip
def test_a_reason_is_a_sentence(status: str, reason: str | None, words: str):
    assert wording.reason_in_words({"status": status, "reason": reason}) == words


@pytest.mark.parametrize(
    ("backup", "words"),
    [
        ({"created": False}, "No new data, so no new backup was needed."),
        ({"created": True, "kept": 1}, "Backed up as t-1, 1 backup kept."),
        ({"created": True, "kept": 14, "deleted": ["t-0", "t-00"]},
         "Backed up as t-1, 14 backups kept, 2 backups deleted."),
        ({"created": True, "kept": 14, "held": "the clock is behind"},
         "Backed up as t-1, 14 backups kept, none deleted: the clock is behind."),
        ({"created": False, "error": "BackupFailed: it ended as DELETED"},
         "The backup failed: BackupFailed: it ended as DELETED."),
    ],
)  # fmt: skip
def test_the_backup_is_told_in_a_sentence(backup: dict[str, Any], words: str):
    assert wording.backup_in_words({"name": "t-1", "kept": None, "deleted": []} | backup) == words


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=119), "just now"),
        (timedelta(seconds=120), "2 minutes ago"),
        (timedelta(minutes=119), "119 minutes ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=14), "2 weeks ago"),
        (timedelta(days=60), "8 weeks ago"),
        (timedelta(days=700), "22 months ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(age: timedelta, words: str):
    assert wording.age_in_words(age) == words
