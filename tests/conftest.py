import fcntl
import os
from pathlib import Path

import hypothesis
import pytest

# Schema validation and cdk-nag have a test of their own; elsewhere they would only cost time.
os.environ["CDK_VALIDATION"] = "false"

import stacks  # noqa: F401  names the Node that the CDK's modules start when they are imported

# How long an example takes depends on what else the machine does; CI tries the same ones each time.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("any machine")


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
