"""The README says what is there."""

import re
from pathlib import Path

from gameday.cli import main
from stacks.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_every_setting_is_explained():
    for name in Settings.__dataclass_fields__:
        assert f"| `{name}` |" in README


def test_every_command_is_explained_and_explains_itself():
    for name, command in main.commands.items():
        assert f"`gameday {name}" in README
        assert command.help


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_make_target_named_is_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE)) <= targets
