from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status, attributes_of
from lambdas.highlights.season.games import Game, GameState, is_on, state_of
from lambdas.highlights.season.phases import Phase, phase_of

DAY = GameDay("NCAA", date(2026, 1, 10))
START = datetime(2026, 1, 11, 0, 30, tzinfo=UTC)  # 19:30 on the 10th in New York
END = START + timedelta(hours=3)
WINDOW = timedelta(days=3)
ROW = {
    "id": 98311377,
    "date": "2026-01-11T00:30:00.000Z",
    "league": {"id": 1, "name": "NCAA"},
    "homeTeam": {"id": 4, "name": "Blue Ridge"},
    "awayTeam": {"id": 5, "name": "Bellmont"},
    "state": {"clock": None, "description": "Finished", "score": {"current": "71 - 68"}},
}
GAME = Game.from_match(ROW, DAY)


def highlight(id_: str = "1", status: str = "playable", **facts: Any) -> dict[str, Any]:
    return {"id": id_, "status": status, "type": "VERIFIED", **facts}


def state(*highlights: dict[str, Any], game: Game = GAME, now: datetime = END, room: bool = True):
    return state_of(game, highlights, now=now, window=WINDOW, room=room)


def test_a_row_of_matches_is_read():
    assert (
        Game(
            id="98311377",
            league="NCAA",
            date=DAY.date,
            home="Blue Ridge",
            away="Bellmont",
            starts_at=START,
            provider_state="Finished",
            score="71 - 68",
        )
        == GAME
    )
    assert Game.from_item(GAME.facts()) == GAME


def test_a_highlight_and_the_list_name_the_same_game():
    for match in (ROW, ROW | {"id": None}, ROW | {"id": " a/b\n"}):
        item = attributes_of({"id": 1, "match": match}, DAY)
        assert Game.from_highlight(item).id == Game.from_match(match, DAY).id


@pytest.mark.parametrize(
    ("said", "phase"),
    [
        ("Not finished", Phase.OPEN),
        ("Finished", Phase.PLAYED),
        ("Finished after over time", Phase.PLAYED),
        ("Over time", Phase.OPEN),
        ("Half time", Phase.OPEN),
        ("Interrupted", Phase.OPEN),
        ("Not started", Phase.UPCOMING),
        ("To be announced", Phase.UPCOMING),
        ("Postponed", Phase.POSTPONED),
        ("CANCELED", Phase.CANCELLED),
        ("Abandoned", Phase.CANCELLED),
        ("", Phase.OPEN),
        (None, Phase.OPEN),
    ],
)
def test_the_providers_words_are_understood(said, phase):
    assert phase_of(said) == phase


@pytest.mark.parametrize(
    ("now", "wanted", "closed"),
    [
        (START - timedelta(hours=1), GameState.EXPECTED, False),
        (END - timedelta(minutes=1), GameState.EXPECTED, False),
        (END, GameState.WAITING, False),
        (END + WINDOW - timedelta(seconds=1), GameState.WAITING, False),
        (END + WINDOW, GameState.UNAVAILABLE, True),
    ],
)
def test_a_game_is_expected_then_waited_for_then_missing(now, wanted, closed):
    game = Game(**{**vars(GAME), "provider_state": "Not started"})
    settled = state(game=game, now=now)

    assert (settled.state, settled.closed) == (wanted, closed)
    assert (settled.reason is None) == (wanted is GameState.EXPECTED)


@pytest.mark.parametrize(
    ("highlights", "wanted", "closed"),
    [
        ([highlight()], GameState.KEPT, True),
        ([highlight(type="UNVERIFIED")], GameState.KEPT, False),
        ([highlight(), highlight("2", "failed")], GameState.KEPT, True),
        ([highlight(status="failed", reason="no")], GameState.FAILED, False),
        ([highlight(status="failed"), highlight("2", "link_only")], GameState.FAILED, False),
        ([highlight(status="stored")], GameState.WAITING, False),
        ([highlight(status="pending", paused="the cap")], GameState.WAITING, False),
        ([highlight(status="link_only", reason="a page")], GameState.LINK_ONLY, False),
        ([highlight(status="unavailable", reason="gone")], GameState.UNAVAILABLE, False),
    ],
)
def test_highlights_say_what_became_of_a_game(highlights, wanted, closed):
    settled = state(*highlights)

    assert (settled.state, settled.closed) == (wanted, closed)


def test_the_window_and_the_days_limit_end_the_wait_for_a_better_clip():
    short_lived = highlight(type="UNVERIFIED")

    assert state(short_lived, now=END + WINDOW).closed
    assert state(short_lived, room=False).closed
    assert state(room=False).state is GameState.UNAVAILABLE
    assert "limit" in state(room=False).reason


def test_work_that_a_cap_holds_back_is_waited_for_however_long_that_takes():
    settled = state(highlight(status="pending", paused="the cap"), now=END + 10 * WINDOW)

    assert (settled.state, settled.reason, settled.closed) == (GameState.WAITING, "the cap", False)


items = st.lists(
    st.builds(
        highlight,
        st.text("0123456789", min_size=1, max_size=2),
        st.sampled_from([*Status]),
        type=st.sampled_from(["VERIFIED", "UNVERIFIED", "verified", None]),
        paused=st.sampled_from([None, "", "a cap"]),
        reason=st.none() | st.text(max_size=3),
    ),
    max_size=4,
    unique_by=lambda item: item["id"],
)
hours = st.integers(-48, 240).map(lambda number: END + timedelta(hours=number))
texts = st.none() | st.sampled_from(["Finished", "Postponed", "Cancelled", "Not started", "?"])


@given(items, hours, texts, st.booleans(), st.randoms())
def test_every_game_has_one_state_whatever_the_order(found, now, said, room, random):
    game = Game(**{**vars(GAME), "provider_state": said})
    settled = state(*found, game=game, now=now, room=room)
    shuffled = random.sample(found, len(found))

    assert state(*shuffled, game=game, now=now, room=room) == settled
    assert (settled.state is GameState.KEPT) == any(i["status"] == "playable" for i in found)
    if settled.state in (GameState.EXPECTED, GameState.WAITING):
        assert not settled.closed
    if settled.closed:
        later = state(*found, game=game, now=now + timedelta(hours=1), room=room)
        assert (later.state, later.closed) == (settled.state, True)


nasty = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
) | st.sampled_from(
    ["9999-12-31T23:59:59-23:59", "0001-01-01", "2026-01-10T19:00:00", "\ud800", "x" * 100_000]
)


@given(
    st.dictionaries(st.sampled_from(sorted(ROW)), nasty),
    st.dictionaries(st.sampled_from(["name", "description", "score", "current"]), nasty),
)
def test_no_row_breaks_the_ledger_of_games(changes, inner):
    row: dict[str, Any] = {**ROW, **changes}
    for name in ("homeTeam", "awayTeam", "state"):
        if name not in changes:
            row[name] = inner
    is_on(row, DAY, "America/New_York")
    game = Game.from_match(row, DAY)
    if game is None:
        return
    assert Game.from_item(game.facts()) == game
    assert all(value and value.isprintable() for value in game.facts().values())
    assert len(game.id) <= 64 and "#" not in game.id and "/" not in game.id
    assert state(game=game).state in GameState


@pytest.mark.parametrize(
    ("start", "is_ours"),
    [
        ("2026-01-10T05:00:00.000Z", True),
        ("2026-01-11T04:59:00.000Z", True),
        ("2026-01-10T04:59:00.000Z", True),  # the day in UTC
        ("2026-01-11T05:00:00.000Z", False),
        ("2026-01-09T23:00:00.000Z", False),
        (None, True),
    ],
)
def test_the_day_of_the_start_decides(start, is_ours):
    assert is_on({"date": start}, DAY, "America/New_York") == is_ours
