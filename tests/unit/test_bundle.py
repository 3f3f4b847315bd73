"""The asset holds all that the functions need beyond the Lambda runtime, and always the same."""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from stacks.bundle import SOURCE, build_bundle

RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
THIS_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
HANDLERS = sorted(path.stem for path in SOURCE.glob("*.py") if "\ndef handler(" in path.read_text())

REPORT_COMPILED = (
    "sys.addaudithook(lambda event, of: event == 'compile' and print('compiled', of[1])); "
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_bundle(tmp_path_factory.mktemp("asset") / "bundle")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_bundle(tmp_path_factory.mktemp("compiled") / "bundle", THIS_PYTHON)


@pytest.fixture(scope="module")
def unpacked(compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files under another path and with other dates than when they were compiled."""
    folder = tmp_path_factory.mktemp("unpacked") / "task"
    return shutil.copytree(compiled, folder, copy_function=shutil.copyfile)


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda's Python runtime ships, and nothing else."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        origin = Path(find_spec(name).origin)
        package = origin.parent if origin.name == "__init__.py" else origin
        (folder / package.name).symlink_to(package)
    return folder


def digest(folder: Path) -> str:
    """Of every file's name, content, mode and time."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            stat = path.stat()
            total.update(f"{path.relative_to(folder)} {stat.st_mode} {stat.st_mtime_ns}".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def run_isolated(code: str, *folders: Path) -> subprocess.CompletedProcess:
    """`code` in an interpreter that finds the standard library and `folders` alone."""
    setup = f"import sys; sys.path[:0] = {[str(folder) for folder in folders]!r}; "
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", setup + code],
        env={"PATH": os.defpath, "AWS_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_the_same_bytes_every_time(bundle: Path, tmp_path: Path):
    assert digest(build_bundle(tmp_path / "again")) == digest(bundle)


def test_it_is_pure_python_and_small(bundle: Path):
    files = [path for path in bundle.rglob("*") if path.is_file()]

    assert not [path for path in files if path.suffix in (".so", ".pyd", ".dylib", ".pyc")]
    assert sum(path.stat().st_size for path in files) < 20_000_000


def test_there_are_as_many_handlers_as_functions():
    assert len(HANDLERS) == 18


def test_the_isolation_is_real(bundle: Path, runtime: Path):
    done = run_isolated("import lambdas.fetch_highlights", runtime)

    assert "No module named 'lambdas'" in done.stderr
    assert "ModuleNotFoundError" in run_isolated("import aws_cdk", bundle, runtime).stderr


def test_time_zones_come_with_the_bundle(bundle: Path):
    code = "import zoneinfo; zoneinfo.reset_tzpath([]); zoneinfo.ZoneInfo('America/New_York')"

    assert run_isolated(code, bundle).returncode == 0


def test_it_is_the_same_bytes_every_time_with_bytecode_too(compiled: Path, tmp_path: Path):
    assert digest(build_bundle(tmp_path / "again", THIS_PYTHON)) == digest(compiled)


@pytest.mark.parametrize("module", HANDLERS)
def test_a_function_starts_with_the_bundle_and_the_runtime_alone_and_compiles_nothing(
    module: str, unpacked: Path, runtime: Path
):
    code = f"import lambdas.{module} as m; assert m.handler"
    done = run_isolated(REPORT_COMPILED + code, unpacked, runtime)

    assert done.returncode == 0, done.stderr
    assert f"compiled {unpacked}" not in done.stdout


def test_without_bytecode_it_is_compiled_at_every_start(bundle: Path, runtime: Path):
    done = run_isolated(REPORT_COMPILED + "import lambdas.plan_backup", bundle, runtime)

    assert f"compiled {bundle}/lambdas/plan_backup.py" in done.stdout


def test_bytecode_is_left_out_where_no_such_python_is(tmp_path: Path):
    bundle = build_bundle(tmp_path / "bundle", "python3.0")

    assert not list(bundle.rglob("*.pyc"))
