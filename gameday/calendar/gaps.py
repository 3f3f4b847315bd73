"""What a season lacks: each gap with its reason, and what a person can do about it."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from gameday import wording

LIMIT_REACHED = "the day's limit of highlights"


class GapKind(StrEnum):
    """Kinds of gaps, the one that needs somebody most first."""

    FAILED = "failed"
    LATE = "overdue"
    UNSEEN = "not looked at"
    PAUSED = "paused"
    UNAVAILABLE = "unavailable"


ORDER = list(GapKind)


@dataclass(frozen=True)
class Problem:
    """One game, highlight or day that is not as it should be. id: of the game or highlight."""

    kind: GapKind
    league: str
    date: date
    name: str
    id: str
    reason: str


@dataclass
class Gap:
    """Problems of one kind and reason. examples: some of them, the first ones."""

    kind: GapKind
    league: str
    reason: str
    first: date
    last: date
    number: int = 0
    examples: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem, most: int) -> None:
        """Take another problem in, of which at most so many are examples."""
        self.first, self.last = min(self.first, problem.date), max(self.last, problem.date)
        self.number += 1
        if len(self.examples) < most:
            self.examples.append(problem)

    @property
    def what(self) -> str:
        """What is concerned: a game by its name, or how many of them."""
        if self.kind is GapKind.UNSEEN:
            return "a day" if self.number == 1 else f"{self.number} days"
        if self.number == 1:
            return self.examples[0].name
        return f"{self.number} games"

    @property
    def when(self) -> str:
        """`2026-01-10`, or from when to when."""
        if self.first == self.last:
            return self.first.isoformat()
        return f"{self.first.isoformat()} to {self.last.isoformat()}"


def gaps(problems: Iterable[Problem], examples: int = 3) -> list[Gap]:
    """The problems, those of one league, kind and reason together; the gravest kinds first.

    Of different days only those are together that one thing explains: a cap, what cannot be kept,
    or that nobody looked at days which follow each other.
    """
    found: dict[tuple[str, ...], Gap] = {}
    for problem in sorted(problems, key=lambda one: (one.date, one.league)):
        key = (problem.kind, problem.league, problem.reason)
        gap = found.get(key)
        if gap is not None and _is_apart(gap, problem):
            found[(*key, gap.first.isoformat())] = gap
            gap = None
        if gap is None:
            gap = Gap(problem.kind, problem.league, problem.reason, problem.date, problem.date)
            found[key] = gap
        gap.add(problem, examples)
    return sorted(found.values(), key=lambda gap: (ORDER.index(gap.kind), gap.first, gap.league))


def what_to_do(gap: Gap, *, in_account: bool) -> str:
    """What a person can do about it, as one line."""
    if gap.kind is GapKind.PAUSED:
        return "nothing: it goes on by itself"
    if gap.kind is GapKind.UNAVAILABLE:
        if gap.reason.startswith(LIMIT_REACHED):
            return "the setting limit says how many highlights of a day are kept"
        return f"nothing; what was tried: {_why(gap)}"
    look = _look(gap, in_account=in_account)
    if gap.kind is GapKind.FAILED:
        return f"the next look tries again; at once: {look}"
    return look


def _is_apart(gap: Gap, problem: Problem) -> bool:
    if gap.kind is GapKind.UNSEEN:
        return problem.date - gap.last > timedelta(days=1)
    return gap.kind in (GapKind.FAILED, GapKind.LATE) and problem.date != gap.last


def _why(gap: Gap) -> str:
    return wording.why_command(gap.examples[0].id)


def _look(gap: Gap, *, in_account: bool) -> str:
    """The command that looks at the days concerned."""
    league = shlex.quote(gap.league)
    if gap.first == gap.last and not in_account:
        return f"gameday run --league {league} --date {gap.first.isoformat()}"
    span = f"--from {gap.first.isoformat()} --to {gap.last.isoformat()}"
    return f"gameday backfill {'--aws ' if in_account else ''}--league {league} {span}"
