"""The season's calendar: what a day's cell says, and each gap with its reason."""

import io
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from gameday.calendar.day import Day, DayState
from gameday.calendar.gaps import GapKind, gaps, what_to_do
from gameday.calendar.heat_map import LOOKS, heat_map, legend
from gameday.calendar.shown import print_calendar
from gameday.status import days_json, days_kept
from lambdas.highlights.season.games import GameState
from tests.unit.fakes.calendar_vault import CalendarVault, a_day


@pytest.fixture
def vault() -> CalendarVault:
    return CalendarVault()


def states(vault: CalendarVault, **how) -> dict[str, str]:
    (league,) = vault.calendar(**how).leagues
    return {day.date.isoformat(): day.state.value for day in league.days.values()}


def found_gaps(vault: CalendarVault, **how):
    (league,) = vault.calendar(**how).leagues
    return gaps(league.problems)


def printed(vault: CalendarVault, width: int = 100, asked: tuple[str, ...] = (), **console) -> str:
    shown = Console(width=width, record=True, file=io.StringIO(), **console)
    print_calendar(vault.reading(leagues=asked).calendar(), shown, in_account=False, asked=asked)
    return shown.export_text()


def test_a_day_says_how_many_of_its_games_are_kept(vault: CalendarVault):
    for day, kept, lost in (("18", 3, 0), ("17", 2, 1), ("16", 1, 2), ("15", 1, 9), ("14", 0, 2)):
        for number in range(kept + lost):
            state = "kept" if number < kept else "unavailable"
            vault.game(f"2026-01-{day}", str(number), state, None if number < kept else "gone")
    vault.look("2026-01-13")

    assert list(states(vault).values()) == [
        *("no_games", "none_kept", "few_kept", "some_kept", "most_kept", "all_kept")
    ]


def test_what_is_to_be_done_comes_before_what_is_kept(vault: CalendarVault):
    for number in range(9):
        vault.game("2026-01-18", str(number), "kept")
    vault.game("2026-01-18", "9", "failed", "download failed: video.example answered 503")

    assert states(vault) == {"2026-01-18": "failed"}
    (gap,) = found_gaps(vault)
    assert (gap.kind, gap.what) == (GapKind.FAILED, "Home 9 vs. Away 9")
    assert gap.reason == "download failed: video.example answered 503"
    assert what_to_do(gap, in_account=False).endswith("gameday run --league NCAA --date 2026-01-18")
    assert "gameday backfill --aws --league NCAA --from 2026-01-18" in what_to_do(
        gap, in_account=True
    )


def test_a_game_waits_for_its_window_and_is_overdue_behind_it(vault: CalendarVault):
    start = "2026-01-17T00:00:00+00:00"
    vault.game("2026-01-16", "1", "waiting", "no clip is out yet", starts_at=start)

    assert states(vault)["2026-01-16"] == "waiting"
    assert GapKind.LATE not in {gap.kind for gap in found_gaps(vault)}
    after = datetime(2026, 1, 22, tzinfo=UTC)
    assert states(vault, now=after)["2026-01-16"] == "late"
    assert GapKind.LATE in {gap.kind for gap in found_gaps(vault, now=after)}


def test_a_game_that_nobody_looked_at_after_its_end_is_overdue_before(vault: CalendarVault):
    vault.look("2026-01-16", "2026-01-16T15:00:00+00:00")
    vault.game("2026-01-16", "1", "expected", starts_at="2026-01-17T00:00:00+00:00")

    for now, state in (("2026-01-18T10:00Z", "expected"), ("2026-01-19T00:00Z", "late")):
        assert states(vault, now=datetime.fromisoformat(now))["2026-01-16"] == state


def test_days_between_that_nobody_looked_at_are_one_gap_until_yesterday(vault: CalendarVault):
    vault.game("2026-01-10", "1", "kept")
    vault.game("2026-01-14", "1", "kept")

    found = states(vault)
    assert [day for day, state in found.items() if state == "unseen"] == [
        *("2026-01-11", "2026-01-12", "2026-01-13"),
        *("2026-01-15", "2026-01-16", "2026-01-17", "2026-01-18"),
    ]
    first, second = found_gaps(vault)
    assert (first.what, first.when) == ("3 days", "2026-01-11 to 2026-01-13")
    assert what_to_do(second, in_account=False) == (
        "gameday backfill --league NCAA --from 2026-01-15 --to 2026-01-18"
    )


def test_a_look_that_got_no_answer_is_no_look(vault: CalendarVault):
    vault.look("2026-01-19", None)

    assert states(vault) == {"2026-01-19": "unseen"}
    assert "got no answer" in found_gaps(vault)[0].reason


def test_summer_and_what_is_behind_a_season_are_not_missed(vault: CalendarVault):
    vault.game("2025-04-29", "1", "kept")
    assert list(states(vault)) == ["2025-04-29"]
    assert list(states(vault, now=datetime(2025, 6, 20, tzinfo=UTC))) == [
        "2025-04-29",
        "2025-04-30",
    ]


def test_a_paused_clip_is_told_with_its_reason(vault: CalendarVault):
    paused = "transcoding is paused: 60 of 60 minutes are used; it goes on at 2026-01-21 00:00 UTC"
    vault.game("2026-01-19", "m1", "waiting", "its clip is not fetched yet")
    vault.highlight("2026-01-19", "1", "stored", paused=paused)

    assert states(vault) == {"2026-01-19": "paused"}
    (gap,) = found_gaps(vault)
    assert (gap.kind, gap.reason) == (GapKind.PAUSED, paused)


def test_a_vault_without_rows_shows_the_games_of_its_highlights(vault: CalendarVault):
    vault.highlight("2026-01-10", "1", "playable", type="VERIFIED")
    vault.highlight("2026-01-10", "2", "link_only", reason="a page")
    vault.highlight("2026-01-10", "3", "failed", reason="download failed: reset")
    vault.highlight("2026-01-10", "4", "playable", match_id=None, home_team=None, away_team=None)

    (league,) = vault.calendar().leagues
    day = league.days[a_day("2026-01-10")]
    assert (day.games[GameState.KEPT], day.games[GameState.LINK_ONLY]) == (1, 1)
    assert day.state is DayState.FAILED
    assert day.highlights["playable"] == 2


def test_many_games_with_one_reason_are_one_line(vault: CalendarVault):
    reason = "the day's limit of highlights was reached without one of this game"
    for number in range(40):
        vault.game("2026-01-18", str(number), "unavailable", reason)
    vault.game("2026-01-17", "1", "unavailable", "the URL answers with a page")

    one, many = found_gaps(vault)
    assert (many.what, many.number, len(many.examples)) == ("40 games", 40, 3)
    assert "limit" in what_to_do(many, in_account=False)
    assert what_to_do(one, in_account=False).endswith("gameday why 1")


def test_what_to_type_for_an_id_that_looks_like_an_option_works(vault: CalendarVault):
    vault.game("2026-01-18", "-1", "unavailable", "the URL answers with a page")

    (gap,) = found_gaps(vault)
    assert what_to_do(gap, in_account=False).endswith("gameday why -- -1")


def test_a_game_that_was_called_off_is_no_gap(vault: CalendarVault):
    vault.game("2026-01-18", "1", "kept")
    vault.game(
        *("2026-01-18", "2", "unavailable", "the game was postponed"), provider_state="Postponed"
    )
    assert states(vault) == {"2026-01-18": "all_kept"}
    assert not found_gaps(vault)
    assert "1 called off" in printed(vault)


def test_a_league_that_is_not_known_is_named(vault: CalendarVault):
    vault.game("2026-01-18", "1", "kept")

    assert printed(vault, asked=("NBA",)) == "Nothing is known of NBA in the season 2025–26.\n"


def test_a_season_without_clips_claims_no_backup(vault: CalendarVault):
    vault.look("2026-01-18")

    assert printed(vault).endswith("0 of 0 games kept. 0 clips in the archive.\n")


def test_the_newest_season_is_shown_and_the_others_are_named(vault: CalendarVault):
    vault.game("2024-12-01", "1", "kept")
    vault.game("2026-01-18", "1", "kept")

    assert list(states(vault)) == ["2026-01-18"]
    assert list(states(vault, season=2024)) == ["2024-12-01"]
    assert "Other seasons: --season 2024" in printed(vault)


def test_leagues_have_a_calendar_each(vault: CalendarVault):
    other = CalendarVault("NBA")
    other.table, other.highlights = vault.table, vault.highlights
    vault.game("2026-01-18", "1", "kept")
    other.game("2026-01-18", "1", "failed", "x")

    assert [one.league for one in vault.calendar().leagues] == ["NBA", "NCAA"]
    assert [one.league for one in vault.reading(leagues=("NBA",)).calendar().leagues] == ["NBA"]


def test_the_json_keeps_its_list_and_its_facts_and_says_more(vault: CalendarVault):
    vault.highlight("2026-01-18", "1", "playable", video={"bytes": 7}, rendition={"bytes": 5})
    vault.game("2026-01-18", "m1", "kept")
    vault.game("2026-01-17", "m2", "failed", "x")

    failed, kept = days_json(vault.reading(), in_account=False)
    assert {name: kept[name] for name in list(kept)[:8]} == {
        "league": "NCAA",
        "game_date": "2026-01-18",
        "playable": 1,
        "link_only": 0,
        "unavailable": 0,
        "failed": 0,
        "bytes": 12,
        "backed_up": True,
    }
    assert (kept["state"], kept["games"]["kept"], kept["gaps"]) == ("all_kept", 1, [])
    assert (failed["gaps"][0]["kind"], failed["gaps"][0]["id"]) == ("failed", "m2")
    assert [day.game_date for day in days_kept(vault.reading())] == ["2026-01-18"]


def test_nothing_depends_on_colour_or_unicode(vault: CalendarVault):
    vault.game("2026-01-18", "1", "kept")
    vault.game("2026-01-17", "1", "failed", "x")
    symbols = [look.symbol for look in LOOKS.values()]
    assert len(set(symbols)) == len(symbols)
    plains = [look.plain for look in LOOKS.values()]
    assert len(set(plains)) == len(plains)
    assert all(one.isascii() for one in plains)
    assert "✗ something failed 1" in printed(vault, no_color=True)


def test_a_terminal_without_unicode_gets_ascii(vault: CalendarVault):
    vault.game("2026-01-18", "1", "kept")
    vault.game("2026-01-17", "1", "failed", "x")
    vault.highlight("2026-01-18", "1", "playable", rendition={"bytes": 5_000_000})
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_calendar(vault.calendar(), Console(file=terminal, width=40), in_account=False)
    terminal.flush()
    assert b"# all games kept 1" in terminal.buffer.getvalue()


def test_markup_and_control_characters_from_outside_are_text(vault: CalendarVault):
    vault.game("2026-01-18", "1", "failed", "[red]x[/red]\x1b[2J https://a.example/v?sig=abc")
    shown = printed(vault)
    assert "[red]x[/red]" in shown
    assert "\x1b" not in shown and "sig=abc" not in shown


@given(
    st.dictionaries(
        st.dates(date(2025, 10, 1), date(2026, 5, 31)), st.sampled_from(DayState), min_size=1
    ),
    st.integers(12, 200),
    st.booleans(),
)
def test_any_mix_of_days_fits_any_width_and_shows_each_day_once(days, width, plain):
    class Shown(Day):
        @property
        def state(self) -> DayState:
            return days[self.date]

    days = {day: state for day, state in days.items() if state in LOOKS}
    if not days:
        return
    shown = {one: Shown("NCAA", one) for one in days}
    lines = heat_map(shown, width, plain=plain)
    symbols = Counter(
        LOOKS[state].plain if plain else LOOKS[state].symbol for state in days.values()
    )
    cells = Counter("".join(line.plain[4:] for line in lines if line.plain[:3] in WEEKDAYS))
    del cells[" "]
    assert cells == symbols
    assert max(line.cell_len for line in lines) <= width
    words = " ".join(line.plain for line in legend(shown, max(width, 30), plain=plain))
    assert sum(int(n) for n in words.replace("!", "").split() if n.isdigit()) >= len(days)


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
