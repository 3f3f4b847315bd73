"""The season's page: a table of days, a list of games for each, and nothing that runs or is fetched."""

from pathlib import Path

import pytest

from gameday.calendar.page import write_calendar
from tests.parsed_page import Parsed
from tests.unit.fakes.calendar_vault import NOW, CalendarVault

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"


@pytest.fixture
def vault() -> CalendarVault:
    vault = CalendarVault()
    vault.game("2026-01-10", "1", "kept")
    vault.game("2026-01-10", "2", "unavailable", "127.0.0.1 answered 404: not found")
    vault.game("2026-01-12", "3", "failed", MARKUP, home_team=MARKUP)
    vault.look("2026-01-13")
    return vault


def written(vault: CalendarVault, path: Path) -> Parsed:
    write_calendar(vault.calendar(), path, NOW, in_account=False)
    return Parsed(path)


def test_each_day_leads_to_its_games_with_their_states_and_reasons(
    vault: CalendarVault, tmp_path: Path
):
    page = written(vault, tmp_path / "season.html")
    cells = [one for one in page.all("a") if "cell" in (one["class"] or "")]
    assert len(cells) == 9  # to the 18th; nobody looked at six of them
    ids = {one.get("id") for one in page.all("h4")}
    assert all(cell["href"] and cell["href"].removeprefix("#") in ids for cell in cells)
    titles = [cell["title"] for cell in cells]
    assert "Monday, 12 January 2026: 0 of 1 game kept, 1 failed" in titles
    for words in ("Home 1 vs. Away 1", "unavailable", "127.0.0.1 answered 404: not found"):
        assert words in page.text


def test_the_calendar_is_a_table_that_can_be_read_aloud(vault: CalendarVault, tmp_path: Path):
    page = written(vault, tmp_path / "season.html")
    scopes = [one["scope"] for one in page.all("th")]
    assert scopes.count("row") == 7 and scopes.count("colgroup") == 1
    assert all("aria-label" in one for one in page.all("a"))
    assert page.all("caption") and page.all("html")[0]["lang"] == "en"


def test_the_page_runs_nothing_and_fetches_nothing(vault: CalendarVault, tmp_path: Path):
    page = written(vault, tmp_path / "season.html")
    assert page.all("script") == [] and page.all("img") == []
    assert page.text.count(MARKUP) >= 2
    policies = [one for one in page.all("meta") if one.get("http-equiv")]
    assert "script-src 'none'" in (policies[0]["content"] or "")
    links = [one[name] for _, one in page.elements for name in ("src", "href") if name in one]
    assert all(url and url.startswith(("#day-", "data:")) for url in links)


def test_a_season_of_which_nothing_is_known_says_so(tmp_path: Path):
    assert "Nothing is known" in written(CalendarVault(), tmp_path / "season.html").text
