"""One `gameday run`: the templates deployed here, each game day's execution, what came of it."""

import contextlib
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gameday.deployment import deployed, embedded_aws, understood
from gameday.execution_watch import watch
from gameday.home import Home
from gameday.page import write_page
from gameday.request import Options
from gameday.steps import Steps
from gameday.vault import Execution, Vault
from lambdas.highlights.game_day import GameDay

# Errors of an execution that a rerun does not mend, because what it was told is wrong.
WRONG_SETTINGS = ("ProviderRefusedKey", "ProviderRefusedRequest", "InvalidInput")


@dataclass(frozen=True)
class DayResult:
    """One game day's execution and the record it left, which is None when it failed early."""

    game_day: GameDay
    execution: Execution
    record: dict[str, Any] | None
    page: Path | None
    backups_kept: int

    @property
    def exit_code(self) -> int:
        """0: nothing failed. 1: a rerun can mend what failed. 2: the settings are wrong."""
        if self.execution.status == "SUCCEEDED":
            return 0
        return 2 if self.execution.error in WRONG_SETTINGS else 1


@dataclass
class RunResult:
    """What `gameday run` did. seconds: by step, over all days; total_seconds: all of it."""

    days: list[DayResult] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    total_seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """The worst of the days'."""
        return max((day.exit_code for day in self.days), default=0)


def run(options: Options, home: Home, steps: Steps) -> RunResult:
    """Keep the game days that `options` ask for, in the embedded AWS of `home`.

    Raises UsageError before anything is written, and the errors of the
    embedded AWS. Interrupted, it ends the execution; what is kept stays, a rerun continues.
    """
    began = time.monotonic()
    result = RunResult()
    with contextlib.ExitStack() as stack:
        request = stack.enter_context(understood(options, home, steps))
        aws = stack.enter_context(embedded_aws(home, steps))
        vault = deployed(request, home, aws, steps)
        for game_day in request.game_days:
            result.days.append(keep_day(game_day, vault, home, steps))
    result.seconds = steps.seconds
    result.total_seconds = time.monotonic() - began
    return result


def keep_day(game_day: GameDay, vault: Vault, home: Home, steps: Steps) -> DayResult:
    """One execution for `game_day`, to its end, and the page of what it kept."""
    steps.say(f"{game_day.league} · {game_day.date:%A %d %B %Y}")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    name = f"{game_day.folder.replace('/', '-')}-{stamp}-{secrets.token_hex(2)}"[:80]
    arn = vault.start(game_day, name)
    try:
        execution = watch(vault, arn, steps, lambda state: _progress(state, game_day, vault))
    except BaseException:
        vault.stop(arn)
        raise
    record = vault.record(game_day, name)
    page = None
    if record is not None:
        with steps.step("page", "page") as step:
            page = write_page(record, home.page(game_day.folder), vault.read_object)
            step.tell(f"{record['counts']['playable']} clips")
    return DayResult(game_day, execution, record, page, vault.backups_kept())


def _progress(state: str, game_day: GameDay, vault: Vault) -> str:
    """How far the state is, from the ledger."""
    items = [
        item
        for item in vault.items()
        if (item["league"], item["game_date"]) == (game_day.league, game_day.date.isoformat())
    ]
    statuses = [item["status"] for item in items]
    if state == "FetchHighlights":
        return f"{len(items)} known"
    if state == "DownloadVideos":
        size = sum(int(item["video"]["bytes"]) for item in items if "video" in item)
        settled = len(statuses) - statuses.count("pending")
        return f"{settled} of {len(items)}, {size / 1e6:.1f} MB"
    if state == "TranscodeVideos":
        with_video = sum("video" in item for item in items)
        return f"{statuses.count('playable')} of {with_video} playable"
    return ""
