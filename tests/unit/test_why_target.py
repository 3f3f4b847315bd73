"""What a person may type to name a game or a highlight, and what is said when that is not clear."""

from collections.abc import Iterable
from typing import Any

import pytest

from gameday.why.target import Ambiguous, Target, Unknown, find


def highlight(id_: str, title: str, day: str = "2026-01-10", match: str | None = "7") -> dict:
    item = {"id": id_, "title": title, "league": "NCAA", "game_date": day, "match_id": match}
    item |= {"home_team": "Blue Ridge", "away_team": "Lakeshore State"}
    return item if match else {n: item[n] for n in ("id", "title", "league", "game_date")}


class Known:
    """Games and highlights by hand."""

    def __init__(self, *items: dict[str, Any], rows: Iterable[dict[str, Any]] = ()):
        self.items, self.rows = items, list(rows)

    def highlight(self, id_: str) -> dict[str, Any] | None:
        return next((item for item in self.items if item["id"] == id_), None)

    def highlights(self) -> Iterable[dict[str, Any]]:
        return iter(self.items)

    def games(self) -> Iterable[dict[str, Any]]:
        return iter(self.rows)


def row(id_: str, home: str, away: str, day: str = "2026-01-10") -> dict[str, Any]:
    return {
        "id": id_,
        "league": "NCAA",
        "game_date": day,
        "home_team": home,
        "away_team": away,
    }


ONE = highlight("412380195", "Blue Ridge rallies past Lakeshore State")
GAMES = [row("7", "Blue Ridge", "Lakeshore State"), row("8", "Fort Linden", "Prairie A&M")]
KNOWN = Known(ONE, rows=GAMES)


def meant(given: str, known: Known = KNOWN) -> tuple[str, str]:
    target = find(given, known)
    return target.kind, target.id


@pytest.mark.parametrize(
    ("given", "kind", "id_"),
    [
        ("412380195", "highlight", "412380195"),
        ("7", "game", "7"),
        ("2026-01-10 blue ridge", "game", "7"),
        ("  lakeshore   STATE 2026-01-10 ", "game", "7"),
        ("rallies", "highlight", "412380195"),
        ("Prairie A&M", "game", "8"),
        ("ridge blue", "game", "7"),
    ],
)
def test_it_is_found_by(given: str, kind: str, id_: str):
    assert meant(given) == (kind, id_)


def test_a_game_comes_before_its_own_highlights():
    assert meant("blue ridge") == ("game", "7")


def test_games_of_an_earlier_version_are_found_by_their_highlights():
    target = find("2026-01-10 lakeshore", Known(ONE))
    assert (target.kind, target.id, target.name) == ("game", "7", "Blue Ridge vs. Lakeshore State")


def test_several_are_named_by_day():
    known = Known(rows=[*GAMES, row("9", "Blue Ridge", "Fort Linden", "2026-01-17")])
    with pytest.raises(Ambiguous, match="may be any of 2") as caught:
        find("blue ridge", known)
    assert [one.id for one in caught.value.candidates] == ["7", "9"]
    assert meant("2026-01-17 blue ridge", known) == ("game", "9")


def test_a_day_alone_means_its_games():
    with pytest.raises(Ambiguous) as caught:
        find("2026-01-10", KNOWN)
    assert {one.id for one in caught.value.candidates} == {"7", "8"}


def test_what_is_called_alike_is_named_when_nothing_is_called_so():
    with pytest.raises(
        Unknown, match="no game and no highlight is 'fort lindon prairie'"
    ) as caught:
        find("fort lindon prairie", KNOWN)
    assert [one.id for one in caught.value.close] == ["8"]


@pytest.mark.parametrize(
    ("given", "close"), [("praire", "8"), ("bleu rigde", "7"), ("41238019", "412380195")]
)
def test_a_word_or_an_id_that_is_mistyped_is_enough(given: str, close: str):
    with pytest.raises(Unknown) as caught:
        find(given, KNOWN)
    assert caught.value.close[0].id == close


def test_a_game_of_another_day_may_be_meant():
    with pytest.raises(Unknown) as caught:
        find("2026-01-11 prairie", KNOWN)
    assert [one.id for one in caught.value.close] == ["8"]


def test_nothing_is_like_noise():
    with pytest.raises(Unknown) as caught:
        find("zzzz", KNOWN)
    assert caught.value.close == []


def test_candidates_are_bounded():
    known = Known(rows=[row(str(n), "Blue Ridge", f"Team {n}") for n in range(100)])
    with pytest.raises(Ambiguous) as caught:
        find("blue ridge", known)
    assert (len(caught.value.candidates), caught.value.number) == (20, 100)


def test_a_highlight_without_a_game_is_found_by_its_title():
    known = Known(highlight("x", "Top ten plays", match=None))
    assert find("top ten", known) == Target(
        "NCAA", find("x", known).date, "Top ten plays", highlight="x"
    )
