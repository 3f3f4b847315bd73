"""What came of an export."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from lambdas.highlights.comparison import Comparison

PAGE = "index.html"


@dataclass
class Exported:
    """What came of an export.

    written, there: files made or replaced, and files that were as they should be; bytes: of the
    former. left_out: why each object could not be exported, by its key. comparison: of the
    ledger's highlights with those exported.
    """

    folder: Path
    highlights: int = 0
    written: int = 0
    there: int = 0
    bytes: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    comparison: Comparison = field(default_factory=lambda: Comparison(0, 0))

    @property
    def exit_code(self) -> int:
        """0: everything that was selected is in the folder. 1: something is not."""
        return 1 if self.left_out or not self.comparison.is_equal else 0

    def as_json(self) -> dict[str, Any]:
        """As `--json` shows it."""
        return {
            "folder": str(self.folder),
            "highlights": self.highlights,
            "files": {"written": self.written, "there": self.there},
            "bytes_written": self.bytes,
            "left_out": [{"key": key, "reason": why} for key, why in self.left_out.items()],
            "comparison": self.comparison.as_json(),
            "ok": self.exit_code == 0,
        }


def print_export(done: Exported, console: Console) -> None:
    """What came of it, for a person."""
    for key, reason in done.left_out.items():
        console.print(Text(f"  not exported: {key}: {reason}", "red"), soft_wrap=True)
    words = [done.comparison.in_words("highlights")]
    if done.left_out:
        count = len(done.left_out)
        words.append(f"{count:,} {'object' if count == 1 else 'objects'} could not be exported")
    if not done.comparison.is_equal:
        words.append("the ledger changed meanwhile; run the same command again")
    console.print(Text("; ".join(words)), soft_wrap=True)
    console.print(Text(f"Season: {done.folder / PAGE}"), soft_wrap=True)
