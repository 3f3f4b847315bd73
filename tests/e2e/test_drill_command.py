"""`gameday drill` as a person uses it: its result, its exit code, and what an interruption leaves."""

import signal
import time

from tests.e2e.command import Command
from tests.e2e.conftest import POLL


def scratch_tables(command: Command) -> bool:
    """Whether the state on the disk has a drill's scratch table."""
    return "-drill-gameday-" in (command.home / "aws/services/dynamodb.json").read_text()


def test_a_drill_is_shown_and_one_that_was_cut_short_leaves_nothing_behind(command: Command):
    assert command.run("run").code == 0

    for ending in (signal.SIGINT, signal.SIGKILL):
        cut_short = command.start("drill")
        while not scratch_tables(command):
            assert cut_short.poll() is None, "the drill ended before its table was seen"
            time.sleep(POLL)
        cut_short.send_signal(ending)
        cut_short.wait(30)
        assert cut_short.returncode != 0
        if ending == signal.SIGKILL:
            assert command.run("status").code == 0
        assert not scratch_tables(command)

    done = command.run("drill", "--json", "--all")

    assert done.code == 0, done.err
    assert done.json["passed"] is True
    assert done.json["items"]["equal"] == 7
    assert done.json["objects"]["which"] == "all"
    assert "Everything came back as it was." in done.err
    assert not scratch_tables(command)
    last = command.run("drill", "--last", "--json").json
    assert last["last"] == last["last_good"] == done.json


def test_without_a_vault_there_is_nothing_to_drill(command: Command):
    done = command.run("drill", "--last")

    assert done.code == 1
    assert "run: gameday run" in done.err
