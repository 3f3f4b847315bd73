"""The programs and libraries that the vault's downloads are compared with, installed on demand."""

import functools
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


@functools.cache
def folder() -> Path:
    """A virtual environment with REQUIREMENTS, made in the user's cache the first time.

    Apart, because their versions of boto3's parts are not those of the vault. It is empty where
    pip could not install them, which pip has then said on standard error.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "game-day-vault"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    made = cache / f"rivals-{version}-{digest}"
    is_whole = made / "installed"
    if not is_whole.exists():
        print(f"installing {REQUIREMENTS.name} into {made}", file=sys.stderr)
        venv.create(made, with_pip=True, clear=True)
        pip = [made / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "-qq"]
        if subprocess.run([*pip, "install", "-r", REQUIREMENTS], check=False).returncode:
            shutil.rmtree(made)
        else:
            is_whole.touch()
    return made


def python() -> str | None:
    """An interpreter that imports the libraries; None where they are not installed."""
    return _program(folder() / "bin" / "python")


def program(name: str) -> str | None:
    """A program of REQUIREMENTS; None where it is not installed."""
    # A binary that a wheel carries stands behind a Python script, whose start is not its own.
    carried = folder().glob(f"lib/python*/site-packages/{name}/bin/{name}")
    return _program(next(carried, folder() / "bin" / name))


def _program(path: Path) -> str | None:
    return str(path) if path.is_file() else None
