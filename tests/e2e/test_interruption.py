"""A killed run leaves nothing broken, and the same command completes it."""

import signal
from pathlib import Path

from gameday.embedded.provider import Provider
from tests.e2e.command import LONGEST, Command
from tests.e2e.slow_clip import slowed

SLOW = "pine-hollow_480p30.mp4"


def test_a_run_that_is_killed_and_then_stopped_is_completed_by_the_next(
    provider: Provider, command: Command, tmp_path: Path
):
    media = provider.media[SLOW]
    provider.media[SLOW] = slowed(media, tmp_path)
    for ending in (signal.SIGKILL, signal.SIGINT):
        interrupted = command.start("run")
        command.wait_for(interrupted, "FetchHighlights")
        interrupted.send_signal(ending)
        interrupted.wait(LONGEST)
        assert interrupted.returncode != 0
    provider.media[SLOW] = media

    done = command.run("run", "--json")

    assert done.code == 0, done.err
    assert done.json["counts"]["playable"] == 5
    assert done.json["counts"]["failed"] == 0
    assert done.json["backup"]["created"] is True
