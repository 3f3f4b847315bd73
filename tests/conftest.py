import fcntl
import functools
import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# Schema validation and cdk-nag have a test of their own; elsewhere they would only cost time.
os.environ["CDK_VALIDATION"] = "false"
# The account, the proxy and the terminal that this machine is set to must matter to no test.
TERMINAL = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
for variable in [one for one in os.environ if one.startswith("AWS_") or one in TERMINAL]:
    del os.environ[variable]
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

import stacks  # noqa: F401  names the Node that the CDK's modules start when they are imported

# How long an example takes depends on what else the machine does. The same ones are tried each time,
# so that a failure is of the change that it comes with; `--hypothesis-profile search` tries others.
HEALTH = hypothesis.HealthCheck
for profile, is_search in (("any machine", False), ("search", True)):
    hypothesis.settings.register_profile(
        profile,
        deadline=None,
        derandomize=not is_search,
        suppress_health_check=[HEALTH.too_slow, HEALTH.data_too_large, HEALTH.filter_too_much],
    )
hypothesis.settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that at the end several processes find something to do."""
    items.sort(key=lambda item: (not _needs_a_home(item.path), "e2e" not in item.path.parts))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`: files that need a home in which a command has run go to one process,
    which makes it once."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "homes" if _needs_a_home(config.rootpath / file) else file

    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


@functools.cache
def _needs_a_home(file: Path) -> bool:
    return "from tests.e2e.command import" in file.read_text("utf-8")


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sample day's clips lie, which all processes of the tests make together once."""
    from gameday.embedded.sample import sample_day

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sample_day(folder / "sample")
    return folder / "sample"
