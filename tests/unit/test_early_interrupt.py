"""Ctrl-C while the command is still being read."""

import sys

import pytest

from gameday.__main__ import main


class Interrupted:
    """A module that somebody interrupts while it is imported."""

    @property
    def main(self) -> None:
        raise KeyboardInterrupt


def test_it_ends_with_a_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(sys.modules, "gameday.cli", Interrupted())
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "gameday: stopped before it began\n"
