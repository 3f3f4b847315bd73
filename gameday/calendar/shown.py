"""The calendar as a person reads it on a terminal: the heat map, the gaps, the totals."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gameday import wording
from gameday.calendar.day import DayState
from gameday.calendar.gaps import Gap, GapKind, gaps, what_to_do
from gameday.calendar.heat_map import LOOKS, heat_map, legend
from gameday.calendar.reading import Calendar, LeagueSeason
from lambdas.highlights.season.games import GameState
from lambdas.highlights.season.story import without_secrets

MOST_GAPS = 5  # of a kind that are shown
NARROW = 60  # columns below which a gap's parts stand below each other
KIND_LOOKS = {
    GapKind.FAILED: LOOKS[DayState.FAILED],
    GapKind.LATE: LOOKS[DayState.LATE],
    GapKind.UNSEEN: LOOKS[DayState.UNSEEN],
    GapKind.PAUSED: LOOKS[DayState.PAUSED],
    GapKind.UNAVAILABLE: LOOKS[DayState.NONE],
}


def print_calendar(
    calendar: Calendar, console: Console, *, in_account: bool, asked: Sequence[str] = ()
) -> None:
    """Every league's season: the heat map, the gaps with what to do, the totals.

    asked: the leagues asked for, all others being left out.
    """
    if not calendar.leagues:
        whose = f"{' or '.join(asked)} in the season" if asked else "the season"
        _say(f"Nothing is known of {whose} {season_name(calendar.season)}.", console)
    for number, league in enumerate(calendar.leagues):
        if number:
            console.print()
        _print_league(league, calendar.season, console, in_account=in_account)
    if calendar.others:
        years = ", ".join(map(str, calendar.others))
        _say(f"Other seasons: --season {years}", console)


def season_name(season: int) -> str:
    """`2025–26`."""
    return f"{season}–{(season + 1) % 100:02}"


def totals(league: LeagueSeason) -> str:
    """The games by state, the clips with their size, and how much of it is backed up."""
    games, days = Counter[str](), list(league.days.values())
    for day in days:
        games.update(day.games)
    called_off, paused = sum(day.called_off for day in days), sum(day.paused for day in days)
    total, clips = games.total(), sum(day.highlights["playable"] for day in days)
    words = [f"{games[GameState.KEPT]} of {total} {'game' if total == 1 else 'games'} kept"]
    words += [
        f"{games[state]} {wording.GAME_STATES[state]}"
        for state in GameState
        if state is not GameState.KEPT and games[state]
    ]
    words += [f"{n} {word}" for word, n in (("paused", paused), ("called off", called_off)) if n]
    size = sum(day.bytes for day in days)
    stored = f"{clips} {'clip' if clips == 1 else 'clips'} in the archive"
    if size:
        stored += f", {wording.size_in_words(size)} with the originals"
    if not any(sum(day.highlights.values()) for day in days):
        return f"{', '.join(words)}. {stored}."
    unsaved = sum(day.unsaved for day in days)
    saved = f"{unsaved} highlights are in no backup yet" if unsaved else "all of it is backed up"
    return f"{', '.join(words)}. {stored}; {saved}."


def _print_league(league: LeagueSeason, season: int, console: Console, *, in_account: bool) -> None:
    plain = not console.encoding.lower().startswith("utf")
    first, last = min(league.days).isoformat(), max(league.days).isoformat()
    dash = "-" if plain else "–"
    title = f"{league.league} {season}{dash}{(season + 1) % 100:02}"
    span = first if first == last else f"{first} to {last}"
    _say(Text.assemble((title, "bold"), f", {span}"), console)
    console.print()
    for line in heat_map(league.days, console.width, plain=plain):
        console.print(line, no_wrap=True, crop=False)
    console.print()
    for line in legend(league.days, console.width, plain=plain):
        console.print(line)
    console.print()
    _print_gaps(gaps(league.problems), console, plain=plain, in_account=in_account)
    _say(totals(league).replace(wording.NO_BREAK, " "), console)


def _print_gaps(found: Sequence[Gap], console: Console, *, plain: bool, in_account: bool) -> None:
    if not found:
        _say("No gaps.", console)
        return
    narrow = console.width < NARROW
    table = Table.grid(padding=(0, 1 if narrow else 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    arrow = "->" if plain else "→"
    for kind, of_kind in groupby(found, key=lambda gap: gap.kind):
        look, shown = KIND_LOOKS[kind], list(of_kind)
        symbol = look.plain if plain else look.symbol
        for gap in shown[:MOST_GAPS]:
            what = without_secrets(f"{gap.what}: {gap.reason}")
            label = symbol if narrow else f"{symbol} {kind}"
            table.add_row(Text(label, style=look.style), Text(f"{gap.when}  {what}"))
            todo = f"{arrow} {what_to_do(gap, in_account=in_account)}"
            table.add_row("", Text(todo, style="bright_black"))
        if len(shown) > MOST_GAPS:
            more = f"and {len(shown) - MOST_GAPS} more like it; all of them: --html FILE"
            table.add_row(Text(symbol, style=look.style), Text(more))
    console.print(table)
    console.print()


def _say(words: str | Text, console: Console) -> None:
    console.print(words if isinstance(words, Text) else Text(words), soft_wrap=False)
