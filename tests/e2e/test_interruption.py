"""A killed run leaves nothing broken, and the same command completes it."""

import signal
from dataclasses import replace

import pytest

from gameday.embedded.provider import Provider
from tests.e2e.command import Command

SLOW = "pine-hollow_480p30.mp4"
BYTES_PER_SECOND = 2_000


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_ended_in_the_middle_is_completed_by_the_next(
    provider: Provider, command: Command, ending: signal.Signals
):
    media = provider.media[SLOW]
    provider.media[SLOW] = replace(media, bytes_per_second=BYTES_PER_SECOND)
    interrupted = command.start("run")
    command.wait_for(interrupted, "FetchHighlights")
    interrupted.send_signal(ending)
    interrupted.wait(30)
    provider.media[SLOW] = media

    done = command.run("run", "--json")

    assert interrupted.returncode != 0
    assert done.code == 0, done.err
    assert done.json["counts"]["playable"] == 5
    assert done.json["counts"]["failed"] == 0
    assert done.json["backup"]["created"] is True
