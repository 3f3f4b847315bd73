"""Which game or highlight a person means by an id, a match, a date and a team, or part of a title."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from heapq import nlargest
from typing import Any, Protocol

from gameday.calendar.day import name_of
from lambdas.highlights.highlight import one_line
from lambdas.highlights.season.games import Game

MOST_CANDIDATES = 20  # that are named
CLOSE, MOST_CLOSE = 0.6, 5  # how alike, from 0 to 1; how many
ALIKE = 0.75  # likewise, of single words and ids, which chance makes more alike
DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
WORDS = re.compile(r"[^\W_]+")

Item = dict[str, Any]


class Known(Protocol):
    """Where games and highlights are known."""

    def highlight(self, id_: str) -> Item | None:
        """The ledger's item of an id."""

    def games(self) -> Iterable[Item]:
        """The rows of games."""

    def highlights(self) -> Iterable[Item]:
        """The ledger's items; of an earlier version's days they alone tell the games."""


@dataclass(frozen=True)
class Target:
    """A game, or a highlight when it is `highlight`; game: its own, where that is known."""

    league: str
    date: date
    name: str
    highlight: str | None = None
    game: str | None = None

    @property
    def id(self) -> str:
        return self.highlight or self.game or ""

    @property
    def kind(self) -> str:
        return "highlight" if self.highlight else "game"


class Ambiguous(Exception):
    """Several are meant; candidates: at most MOST_CANDIDATES of them, of `number`."""

    def __init__(self, given: str, candidates: list[Target], number: int):
        super().__init__(f"{given!r} may be any of {number}")
        self.candidates, self.number = candidates, number


class Unknown(Exception):
    """None is meant; close: those that are called alike."""

    def __init__(self, given: str, close: list[Target]):
        super().__init__(f"no game and no highlight is {given!r}")
        self.close = close


def find(given: str, known: Known) -> Target:
    """The one game or highlight that `given` means.

    The id of a highlight, else that of a match, else all of its words in a highlight's title or a
    game's teams, with a date on that day alone. A game comes before its own highlights. Raises
    Ambiguous and Unknown.
    """
    if (item := known.highlight(given)) is not None:
        return _of_highlight(item)
    wanted = _Wanted(given)
    found, close = {}, []
    for target in _all(known):
        if wanted.is_by_id(target):
            return target
        if wanted.means(target):
            found.setdefault((target.league, target.date, target.kind, target.id), target)
        elif not found:
            close.append((wanted.likeness(target), target))
            close = nlargest(MOST_CLOSE, close, key=lambda pair: pair[0])
    meant = _without_their_highlights(list(found.values()))
    if not meant:
        raise Unknown(given, _close(close))
    if len(meant) > 1:
        meant.sort(key=lambda one: (one.date, one.name))
        raise Ambiguous(given, meant[:MOST_CANDIDATES], len(meant))
    return meant[0]


class _Wanted:
    """What is looked for."""

    def __init__(self, given: str):
        text = one_line(given)
        self._id = text
        dates = DATE.findall(text)
        self._date = dates[0] if dates else None
        self._text = " ".join(DATE.sub(" ", text).split()).casefold()
        self._words = WORDS.findall(self._text)
        self._alike = SequenceMatcher(b=self._text, autojunk=False)
        self._of_words: dict[tuple[str, str], float] = {}

    def is_by_id(self, target: Target) -> bool:
        """Whether the target is a game by its id."""
        return target.kind == "game" and target.id == self._id

    def means(self, target: Target) -> bool:
        """Whether the date and all words are the target's."""
        if self._date is not None and target.date.isoformat() != self._date:
            return False
        name = target.name.casefold()
        if self._text and self._text in name:
            return True
        words = set(WORDS.findall(name))
        if not self._words:
            return self._date is not None and target.kind == "game"
        return all(word in words for word in self._words)

    def likeness(self, target: Target) -> float:
        """From 0 to 1, how alike the names are: as a whole, or each word wanted and one of them.

        On whatever day, since that may be what was mistyped.
        """
        name = target.name.casefold()
        self._alike.set_seq1(name)
        whole = _ratio(self._alike, CLOSE)
        words = [*WORDS.findall(name), target.id.casefold()]
        alike = [max(self._of_two(wanted, word) for word in words) for wanted in self._words]
        return max(whole, sum(alike) / len(alike) if alike and all(alike) else 0.0)

    def _of_two(self, wanted: str, word: str) -> float:
        """How alike two words are; teams come again and again, and each pair is compared once."""
        pair = (wanted, word)
        if pair not in self._of_words:
            matcher = SequenceMatcher(a=word, b=wanted, autojunk=False)
            self._of_words[pair] = _ratio(matcher, ALIKE)
        return self._of_words[pair]


def _ratio(matcher: SequenceMatcher, least: float) -> float:
    """How alike two texts are, or 0 where that is less than `least`."""
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0


def _all(known: Known) -> Iterator[Target]:
    """Every game once, and every highlight."""
    seen = set()
    for row in known.games():
        game = Game.from_item(row)
        seen.add((game.league, game.date, game.id))
        yield _of_game(game)
    for item in known.highlights():
        game = Game.from_highlight(item)
        if game is not None and (key := (game.league, game.date, game.id)) not in seen:
            seen.add(key)
            yield _of_game(game)
        yield _of_highlight(item)


def _of_game(game: Game) -> Target:
    return Target(game.league, game.date, name_of(game), game=game.id)


def _of_highlight(item: Item) -> Target:
    game = Game.from_highlight(item)
    return Target(
        item["league"],
        date.fromisoformat(item["game_date"]),
        item.get("title") or (name_of(game) if game else "") or f"highlight {item['id']}",
        highlight=item["id"],
        game=game.id if game else None,
    )


def _without_their_highlights(found: list[Target]) -> list[Target]:
    """Those found without the highlights of a game that is found as well."""
    games = {(one.league, one.date, one.game) for one in found if one.kind == "game"}
    return [
        one for one in found if one.kind == "game" or (one.league, one.date, one.game) not in games
    ]


def _close(found: list[tuple[float, Target]]) -> list[Target]:
    return [target for likeness, target in found if likeness >= CLOSE]
