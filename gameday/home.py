"""The folder that keeps everything between commands: `.gameday/` unless `--home` names another."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from gameday.embedded.aws import EmbeddedAws


@dataclass(frozen=True)
class Home:
    """Where each thing stands below `folder`.

    state: the embedded AWS. assemblies: synthesised templates. sample: the sample day's clips.
    pages: a page for each game day.
    """

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "aws"

    @property
    def assemblies(self) -> Path:
        return self.folder / "assemblies"

    @property
    def sample(self) -> Path:
        return self.folder / "sample"

    def page(self, game_day_folder: str) -> Path:
        """The folder of one game day's page, `game_day_folder` being `<league>/<date>`."""
        return self.folder / "pages" / game_day_folder

    def create(self) -> None:
        """Make the folder, for its owner alone: the provider's key is in it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def delete(self) -> None:
        """Delete what commands have kept here, and nothing else that the folder may hold.

        Raises StateInUse while another process runs the embedded AWS.
        """
        with EmbeddedAws(self.state):
            pass
        for part in (self.state, self.assemblies, self.sample, self.folder / "pages"):
            shutil.rmtree(part, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def exists(self) -> bool:
        """Whether a command has kept anything here yet."""
        return self.state.is_dir()
