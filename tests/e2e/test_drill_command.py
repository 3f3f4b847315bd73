"""`gameday drill` as a person uses it: its result, its exit code, and what an interruption leaves."""

import json
import signal
import time
from pathlib import Path

from gameday.home import Home
from gameday.kept import kept_aws
from gameday.vault import Vault
from tests.e2e.command import LONGEST, Command
from tests.e2e.conftest import POLL

DAY = 86_400  # seconds, of which half an hour passes here


def look_at_restores_every(command: Command, seconds: int) -> int:
    """Set after how many seconds the drill looks again whether its table is there; before that."""
    with kept_aws(Home(command.home)) as aws:
        states, machine = aws.client("stepfunctions"), Vault.deployed(aws).drill
        described = states.describe_state_machine(stateMachineArn=machine)
        definition = json.loads(described["definition"])
        wait = definition["States"]["WaitForRestore"]
        before, wait["Seconds"] = wait["Seconds"], seconds
        states.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))
    return before


def scratch_tables(command: Command) -> bool:
    """Whether the state on the disk has a drill's scratch table."""
    return "-drill-gameday-" in (command.home / "aws/services/dynamodb.json").read_text()


def cut_short(command: Command, ending: signal.Signals) -> None:
    """A drill that is ended when its scratch table is there."""
    drill = command.start("drill")
    while not scratch_tables(command):
        assert drill.poll() is None, "the drill ended before its table was seen"
        time.sleep(POLL)
    drill.send_signal(ending)
    drill.wait(LONGEST)
    assert drill.returncode != 0


def test_ctrl_c_leaves_no_table_and_after_a_kill_the_next_command_deletes_it(
    kept_command: Command,
):
    seconds = look_at_restores_every(kept_command, DAY)
    cut_short(kept_command, signal.SIGINT)
    assert not scratch_tables(kept_command)

    cut_short(kept_command, signal.SIGKILL)
    look_at_restores_every(kept_command, seconds)
    assert scratch_tables(kept_command)
    done = kept_command.run("drill", "--json", "--all")

    assert not scratch_tables(kept_command)
    assert done.code == 0, done.err
    assert done.json["passed"] is True
    assert done.json["items"]["equal"] == 7
    assert done.json["objects"]["which"] == "all"
    assert "Everything came back as it was." in done.err


def test_where_nothing_is_kept_there_is_nothing_to_drill(tmp_path: Path):
    done = Command(tmp_path / "home").run("drill", "--last")

    assert done.code == 1
    assert "run: gameday run" in done.err
