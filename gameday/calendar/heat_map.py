"""A league's season as a heat map for a terminal: a column a week, a row a weekday, a cell a day.

Each state has a symbol of its own, so that nothing depends on colour, and one of plain ASCII for
terminals that know no others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.text import Text

from gameday.calendar.day import Day, DayState

LABEL, CELL = 4, 2  # characters of a weekday's name, and of a day
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = timedelta(days=7)
GAP = "   "  # between two parts of the legend
FEWEST_WEEKS = 2  # in a row, however narrow the terminal


@dataclass(frozen=True)
class Look:
    """How a state looks: its symbol, one of ASCII, its colour, and what it means."""

    symbol: str
    plain: str
    style: str
    words: str


LOOKS = {
    DayState.ALL: Look("█", "#", "green", "all games kept"),
    DayState.MOST: Look("▓", "%", "green", "most kept"),
    DayState.SOME: Look("▒", "+", "green", "some kept"),
    DayState.FEW: Look("░", "-", "green", "few kept"),
    DayState.NONE: Look("□", "0", "yellow", "none kept"),
    DayState.WAITING: Look("…", "~", "cyan", "waiting for clips"),
    DayState.EXPECTED: Look("○", "o", "", "to come"),
    DayState.NO_GAMES: Look("·", ".", "bright_black", "no games"),
    DayState.FAILED: Look("✗", "X", "bold red", "something failed"),
    DayState.LATE: Look("!", "!", "bold yellow", "a look is overdue"),
    DayState.UNSEEN: Look("?", "?", "bold yellow", "not looked at"),
    DayState.PAUSED: Look("‖", "=", "magenta", "paused"),
}


def heat_map(days: Mapping[date, Day], width: int, *, plain: bool = False) -> list[Text]:
    """The days as lines of at most `width` characters, in as many bands of weeks as that takes.

    days: at least one. plain: with symbols of ASCII alone.
    """
    monday = _monday(min(days))
    weeks = [monday + n * WEEK for n in range((_monday(max(days)) - monday) // WEEK + 1)]
    at_once = max(FEWEST_WEEKS, (width - LABEL + 1) // CELL)
    lines: list[Text] = []
    for start in range(0, len(weeks), at_once):
        band = weeks[start : start + at_once]
        lines += [Text()] if lines else []
        lines.append(Text(_months(band, width), style="bold"))
        lines += [_row(weekday, band, days, plain=plain) for weekday in range(7)]
    return lines


def legend(days: Mapping[date, Day], width: int, *, plain: bool = False) -> list[Text]:
    """What the symbols that occur mean, and of how many days, in lines of at most `width`."""
    found = Counter(day.state for day in days.values())
    lines = [Text()]
    for state, look in LOOKS.items():
        if not found[state]:
            continue
        part = Text.assemble((_symbol(look, plain=plain), look.style))
        part.append(f" {look.words} {found[state]}")
        if lines[-1] and len(lines[-1]) + len(GAP) + len(part) > width:
            lines.append(Text())
        lines[-1].append_text(Text(GAP if lines[-1] else "") + part)
    return lines


def _row(weekday: int, band: Sequence[date], days: Mapping[date, Day], *, plain: bool) -> Text:
    row = Text(f"{WEEKDAYS[weekday]:{LABEL}}")
    for number, monday in enumerate(band):
        day = days.get(monday + timedelta(days=weekday))
        if day is None:
            row.append(" ")
        else:
            look = LOOKS[day.state]
            row.append(_symbol(look, plain=plain), look.style)
        if number + 1 < len(band):
            row.append(" " * (CELL - 1))
    row.rstrip()
    return row


def _months(band: Sequence[date], width: int) -> str:
    """Each month's name above the week in which it begins, where there is room for it."""
    line = " " * LABEL
    for number, monday in enumerate(band):
        sunday = monday + timedelta(days=6)
        if number and sunday.day > 7:
            continue
        column, name = LABEL + CELL * number, f"{sunday:%b}"
        if (not number or column > len(line)) and column + len(name) <= width:
            line = line.ljust(column) + name
    return line.rstrip()


def _symbol(look: Look, *, plain: bool) -> str:
    return look.plain if plain else look.symbol


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
