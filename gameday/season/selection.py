"""Which part of a season is meant, and how much that is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gameday.vault import Vault
from lambdas.highlights.comparison import Digests
from lambdas.highlights.findings import Part
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import RAW_ANSWER, RUN_RECORD
from lambdas.highlights.lasting import digest
from lambdas.highlights.verification import StoredObject

PREFIXES = ("highlights/", "matches/", "runs/")
SAFE_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", re.ASCII)  # of a key, as the vault makes it


@dataclass(frozen=True)
class Selection:
    """What is exported. leagues: all when there are none. first, last: game days, both included.

    originals: whether videos are wanted as their sources served them, beside the renditions.
    """

    leagues: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    originals: bool = True

    @property
    def is_part(self) -> bool:
        """Whether not every game day is meant."""
        return bool(self.leagues or self.first or self.last)

    def takes(self, league: str, day: date) -> bool:
        """Whether a game day is meant."""
        return (not self.leagues or league in self.leagues) and self._takes_day(day)

    def takes_key(self, key: str) -> bool:
        """Whether a raw answer or a run record is of a game day that is meant."""
        if not (RAW_ANSWER.fullmatch(key) or RUN_RECORD.fullmatch(key)):
            return False
        _, league, day, name = key.split("/")
        if not all(SAFE_PART.fullmatch(part) for part in (league, name)):
            return False
        try:
            game_date = date.fromisoformat(day)
        except ValueError:
            return False
        leagues = {GameDay(one, game_date).folder.split("/")[0] for one in self.leagues}
        return (not leagues or league in leagues) and self._takes_day(game_date)

    def as_json(self) -> dict[str, Any]:
        """As the index says it."""
        return {
            "leagues": list(self.leagues),
            "from": None if self.first is None else self.first.isoformat(),
            "to": None if self.last is None else self.last.isoformat(),
            "originals": self.originals,
        }

    def _takes_day(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class DaySurvey:
    """A game day and its highlights."""

    game_day: GameDay
    ids: list[str] = field(default_factory=list)


@dataclass
class Survey:
    """What there is of a selection. days: in order. files, bytes: of objects alone.

    Of each highlight its id and digest are held, and nothing else.
    """

    selection: Selection
    days: list[DaySurvey] = field(default_factory=list)
    digests: Digests = field(default_factory=dict)
    files: int = 0
    bytes: int = 0

    @classmethod
    def of(cls, vault: Vault, selection: Selection) -> "Survey":
        """Read the ledger once, and list raw answers and run records."""
        survey, days = cls(selection), {}
        for item in vault.items():
            game_day = GameDay(item["league"], date.fromisoformat(item["game_date"]))
            if selection.takes(game_day.league, game_day.date):
                days.setdefault(game_day, DaySurvey(game_day)).ids.append(item["id"])
                survey.digests[item["id"]] = digest(item)
                survey._add_item(item)
        for stored in survey.answers_and_records(vault):
            survey._add(stored.bytes)
        survey.days = sorted(
            days.values(), key=lambda day: (day.game_day.date, day.game_day.league)
        )
        for day in survey.days:
            day.ids.sort()
        return survey

    @property
    def highlights(self) -> int:
        """How many are meant."""
        return len(self.digests)

    @property
    def leagues(self) -> set[str]:
        """Whose game days there are."""
        return {day.game_day.league for day in self.days}

    def answers_and_records(self, vault: Vault) -> Iterator[StoredObject]:
        """The raw answers and run records of the selection."""
        for prefix in PREFIXES:
            for stored in vault.objects(prefix):
                if self.selection.takes_key(stored.key):
                    yield stored

    def _add_item(self, item: dict[str, Any]) -> None:
        for part in (Part.VIDEO, Part.RENDITION, Part.THUMBNAIL):
            if part in item and (part is not Part.VIDEO or self.selection.originals):
                self._add(int(item[part]["bytes"]))

    def _add(self, size: int) -> None:
        self.files += 1
        self.bytes += size
