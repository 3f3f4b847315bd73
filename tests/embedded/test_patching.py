"""A fix applies only to the emulator it was written against."""

import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gameday.embedded.fixes import FIXES
from gameday.embedded.fixes.patching import EmulatorChanged, Patch, source_digest

SOURCE = """
NAMES = ["a"]

def greet(name):
    text = "hello " + name
    return text

def twice():
    return 1, 1

class Worker:
    def run(self):
        return "slow"
"""


@pytest.fixture
def emulated(tmp_path: Path) -> ModuleType:
    path = tmp_path / "emulated.py"
    path.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("emulated", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def patch() -> Patch:
    return Patch("politeness")


def test_an_edit_replaces_the_text_it_names(emulated: ModuleType, patch: Patch):
    patch.edit(emulated, "greet", ('"hello "', "gameday_word"), gameday_word="good day ")
    patch.edit(emulated.Worker, "run", ('"slow"', '"fast"'))

    assert emulated.greet("Ada") == "good day Ada"
    assert emulated.Worker().run() == "fast"


def test_a_second_edit_sees_the_first(emulated: ModuleType, patch: Patch):
    patch.edit(emulated, "greet", ('"hello "', '"good day "'))
    patch.edit(emulated, "greet", ('"good day " + name', '"good day " + name.title()'))

    assert emulated.greet("ada") == "good day Ada"
    assert "name.title()" in inspect.getsource(emulated.greet)


def test_a_wrapped_function_is_the_one_with_the_digest(emulated: ModuleType, patch: Patch):
    digest = source_digest(emulated.greet)

    patch.wrap(emulated, "greet", digest, lambda greet: lambda name: greet(name) + "!")

    assert emulated.greet("Ada") == "hello Ada!"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda patch, module: patch.edit(module, "greet", ("bonjour", "hello")), "0 times"),
        (lambda patch, module: patch.edit(module, "twice", ("1", "2")), "2 times"),
        (lambda patch, module: patch.edit(module, "gone", ("1", "2")), "gone is missing"),
        (lambda patch, module: patch.edit(module, "NAMES", ("a", "b")), "NAMES is missing"),
        (lambda patch, module: patch.edit(module, "greet", NAMES=[]), "already knows 'NAMES'"),
        (lambda patch, module: patch.replace(module, "greet", "0" * 12, print), "greet is"),
        (lambda patch, module: patch.expect(module.NAMES, ["b"], "the list"), "the list is"),
    ],
)
def test_anything_else_is_refused_by_the_fixs_name(
    emulated: ModuleType, patch: Patch, change, what: str
):
    with pytest.raises(EmulatorChanged, match=f"'politeness'.*{what}") as refused:
        change(patch, emulated)

    assert refused.value.fix == "politeness"
    assert emulated.greet("Ada") == "hello Ada"


def test_every_fix_notices_another_emulator(project: Path, tmp_path: Path):
    script = """
import importlib, inspect, sys
from gameday.embedded.emulator import import_emulator
from gameday.embedded.fixes import FIXES, EmulatorChanged
import_emulator({"STATE_DIR": sys.argv[1]})
inspect.getsource = lambda function: "def anything():\\n    pass\\n"
for name in FIXES:
    try:
        importlib.import_module(f"gameday.embedded.fixes.{name}").apply()
    except EmulatorChanged as error:
        print(error.fix)
"""
    refused = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )

    assert refused.stdout.split() == list(FIXES)


def test_no_one_else_may_import_the_emulator_first(project: Path):
    script = """
import ministack
from gameday.embedded.emulator import EmulatorAlreadyImported, import_emulator
try:
    import_emulator({})
except EmulatorAlreadyImported as error:
    print(error)
"""
    refused = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True
    )

    assert "import it nowhere else" in refused.stdout
