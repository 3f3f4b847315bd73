"""A season from outside, checked whole before any of it is taken in."""

from dataclasses import dataclass, field
from pathlib import Path

from gameday import wording
from gameday.costs import PRICES
from gameday.season.entries import ArchiveEntry, File, HighlightEntry, NotASeason, Wrong, entries
from gameday.season.folder import Folder, NotInFolder, NotThere
from gameday.season.sending import PART
from gameday.season.taking_in import incoming
from lambdas.highlights import sidecar
from lambdas.highlights.comparison import Digests
from lambdas.highlights.lasting import digest

LINE = 20_000_000 / 8  # bytes a second that a home's line may send
SECONDS_A_FILE = 0.02
MOST_PROBLEMS = 1_000  # that are held


@dataclass
class Season:
    """A season as its index says it, checked. digests: of the items as they will be.

    lacks: parts that items name and the season does not hold, by highlight. unfit: how many files
    are missing or of another size, for which the rest need not wait.
    """

    folder: Folder
    digests: Digests = field(default_factory=dict)
    lacks: dict[str, list[str]] = field(default_factory=dict)
    unfit: int = 0
    files: int = 0
    bytes: int = 0
    requests: int = 0
    item_kilobytes: int = 0

    @classmethod
    def read(cls, root: Path) -> "Season":
        """Check everything that can be without reading the clips. Raises NotASeason."""
        season, problems = cls(Folder(root)), []
        for entry in entries(season.folder):
            try:
                if isinstance(entry, Wrong):
                    raise entry
                season._add(entry)
            except Wrong as problem:
                problems.append(str(problem))
                if len(problems) == MOST_PROBLEMS:
                    break
        if problems:
            raise NotASeason(problems, root)
        return season

    def plan(self) -> str:
        """What an import does, how long it takes and what it costs, in words."""
        seconds = self.files * SECONDS_A_FILE + self.bytes / LINE
        dollars = (
            self.requests * PRICES["s3_puts"].dollars
            + self.item_kilobytes * PRICES["dynamodb_writes"].dollars
        )
        unfit = f"; {self.unfit:,} of the files are not as exported, and will be named"
        return (
            f"{len(self.digests):,} highlights and {self.files:,} files, "
            f"{wording.size_in_words(self.bytes)}, go into the vault; on AWS that takes about "
            f"{wording.duration_in_words(seconds)} at 20 Mbit/s and costs about ${dollars:.4f}, and "
            f"what is in the vault already is not sent again{unfit if self.unfit else ''}"
        )

    def _add(self, entry: HighlightEntry | ArchiveEntry) -> None:
        if isinstance(entry, ArchiveEntry):
            self._add_file(entry.file)
            return
        if entry.id in self.digests:
            raise Wrong(f"highlight {entry.id} occurs twice")
        found = incoming(entry, self.folder)
        self.digests[entry.id] = digest(found.item)
        if found.lacks:
            self.lacks[entry.id] = found.lacks
        for source in found.sources:
            self._add_file(source.file)
        body = len(sidecar.render(found.item))
        self.requests += 1
        # A write is counted once more for the index of game days.
        self.item_kilobytes += 2 * (1 + body // 1024)

    def _add_file(self, file: File) -> None:
        try:
            self.unfit += self.folder.size(file.path) != file.bytes
        except NotThere:
            self.unfit += 1
        except NotInFolder as error:
            raise Wrong(f"{file.path!r:.200} {error}") from None
        self.files += 1
        self.bytes += file.bytes
        self.requests += 1 if file.bytes <= PART else 3 + file.bytes // PART
