"""The `gameday` command as a person runs it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from gameday.cli import main

ROOT = Path(__file__).parents[2]
LONGEST = 600  # seconds
SEEDS = ("API_URL", "RAPIDAPI_HOST", "RAPIDAPI_KEY", "LEAGUE_NAME", "LIMIT", "DATE")
WIDE = {"COLUMNS": "200"}


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


class Command:
    """Runs `gameday` with a home of its own against a provider.

    provider_options: those that name the provider; left out for the sample day.
    """

    def __init__(self, home: Path, *provider_options: str):
        self.home = home
        self._provider_options = provider_options

    def run(self, name: str, *options: str, **environment: str) -> Done:
        """Run to the end, in this process: where that is enough it saves the start of another.

        No embedded AWS may run here meanwhile. What no command expects is raised.
        """
        result = CliRunner().invoke(
            main,
            self._arguments(name, options),
            env=dict.fromkeys(SEEDS) | WIDE | environment,
            catch_exceptions=False,
        )
        return Done(result.exit_code, result.stdout, result.stderr)

    def run_apart(self, name: str, *options: str, **environment: str) -> Done:
        """Run to the end, in a process of its own."""
        done = subprocess.run(
            self._line(name, options),
            cwd=ROOT,
            env=self._environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, name: str, *options: str) -> subprocess.Popen:
        """Start, to be ended by the test."""
        return subprocess.Popen(
            self._line(name, options),
            cwd=ROOT,
            env=self._environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @staticmethod
    def wait_for(process: subprocess.Popen, words: str) -> str:
        """Read what the process prints until a line holds `words`, and return all of it."""
        seen = []
        for line in process.stdout:
            seen.append(line)
            if words in line:
                return "".join(seen)
        raise AssertionError(f"{words!r} never came:\n{''.join(seen)}")

    def _line(self, name: str, options: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "gameday", *self._arguments(name, options)]

    def _arguments(self, name: str, options: tuple[str, ...]) -> list[str]:
        provider = self._provider_options if name in ("run", "up") else ()
        return [*name.split(), "--home", str(self.home), *provider, *options]

    @staticmethod
    def _environment(added: dict[str, str]) -> dict[str, str]:
        host = {name: value for name, value in os.environ.items() if name not in SEEDS}
        return host | WIDE | added
