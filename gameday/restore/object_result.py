"""What came of a restore of objects."""

from dataclasses import dataclass, field

from gameday.restore.object_plan import ObjectPlan
from gameday.restore.placing import Outcome, Settled
from gameday.wording import size_in_words
from lambdas.highlights.comparison import Comparison


@dataclass
class RestoredObjects:
    """What came of a restore. whole: as they should be all along. there: restored before.

    lost: why, by the key of what is not as it should be.
    """

    plan: ObjectPlan
    whole: int = 0
    restored: int = 0
    there: int = 0
    bytes: int = 0
    lost: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def comparison(self) -> Comparison:
        """Objects expected, found, and what is missing or different."""
        right = self.whole + self.restored + self.there
        return Comparison(
            right + len(self.lost),
            right + len(self.damaged),
            sorted(self.missing),
            [],
            sorted(self.damaged),
        )

    @property
    def exit_code(self) -> int:
        """0: everything is as it should be, or came back. 1: something did not."""
        return 1 if self.lost else 0

    def add(self, one: Settled) -> None:
        """Count an object that was settled."""
        if one.outcome is Outcome.WHOLE:
            self.whole += 1
        elif one.outcome is Outcome.THERE:
            self.there += 1
        elif one.outcome is Outcome.RESTORED:
            self.restored += 1
            self.bytes += one.bytes
        else:
            self.lost[one.key] = one.note or ""
            (self.missing if one.outcome is Outcome.MISSING else self.damaged).append(one.key)

    def in_words(self) -> str:
        words = f"{self.restored:,} restored, {self.whole:,} were whole"
        if self.bytes:
            words += f", {size_in_words(self.bytes)}"
        if self.there:
            words += f", {self.there:,} restored before"
        return words + (f", {len(self.lost):,} not brought back" if self.lost else "")
