"""What the commands say to wrong names, and where nobody can be asked; all before they look."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gameday.cli import main


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("restore --to a", "'a' cannot be a table's name"),
        ("restore --to bad!name", "'bad!name' cannot be a table's name"),
        ("rebuild --to a", "'a' cannot be a table's name"),
        ("restore objcts", "No such command 'objcts'"),
    ],
)
def test_a_wrong_name_is_wrong_usage(line: str, said: str):
    done = CliRunner().invoke(main, line.split())
    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_restore_explains_itself_with_any_option_behind():
    assert "objects" in CliRunner().invoke(main, ["restore", "--help", "--aws"]).output


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [("", 2, "add --yes"), ("n\n", 130, "nothing was changed"), ("y\n", 0, "deleted")],
)
def test_what_is_asked_is_done_only_when_somebody_agrees(
    tmp_path: Path, answer: str, code: int, said: str
):
    home = tmp_path / "home"
    (home / "aws").mkdir(parents=True)
    done = CliRunner().invoke(main, ["reset", "--home", str(home)], input=answer)
    assert (done.exit_code, said in done.output) == (code, True), done.output
    assert (home / "aws").exists() == (code != 0)
