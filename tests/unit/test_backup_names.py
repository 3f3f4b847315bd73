"""What a person may type for a backup's name."""

import pytest

from gameday.backup_names import backup_named
from gameday.request import UsageError

TABLE = "GameDayStorage-Highlights-1X"
FIRST, SECOND, THIRD = (
    f"{TABLE}-{stamp}" for stamp in ("20260111T144000Z", "20260111T150000Z", "20260214T144000Z")
)
NAMES = [FIRST, SECOND, THIRD, THIRD]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (FIRST, FIRST),
        ("20260111T144000Z", FIRST),
        ("20260111T15", SECOND),
        ("150000Z", SECOND),
        ("202602", THIRD),
        (f"{TABLE}-202602", THIRD),
        ("newest", THIRD),
    ],
)
def test_a_name_is_known_by_the_part_that_is_its_alone(given: str, meant: str):
    assert backup_named(given, NAMES, THIRD) == meant


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("20260111", "any of 2: 20260111T144000Z, 20260111T150000Z"),
        ("144000Z", "any of 2"),
        ("20260111T144100Z", "did you mean 20260111T144000Z"),
        (FIRST.lower(), "did you mean"),
        ("before-the-season", "see: gameday backups"),
        ("", "there is no backup ''"),
    ],
)
def test_a_name_that_is_none_or_several_says_which_there_are(given: str, said: str):
    with pytest.raises(UsageError, match=said):
        backup_named(given, NAMES, THIRD)


def test_without_a_backup_the_newest_is_none():
    with pytest.raises(UsageError, match="gameday backups make"):
        backup_named("newest", [], None)
