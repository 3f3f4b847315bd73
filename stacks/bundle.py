"""The one asset that all functions share: `lambdas/` and the packages it needs.

Built without Docker, pip or network from what is installed beside the CDK: each package's files
are copied as its RECORD lists them, their digests checked. Only pure Python packages are taken,
so the same bytes run on arm64 Lambda and on the machine that built them.

Lambda keeps code on a read-only file system, where each cold start compiles what is not compiled
yet. Bytecode fits one version of Python: it is added where there is an interpreter of that version.
docs/decisions/0005-cold-start-and-function-sizes.md
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "lambdas"
REQUIREMENTS = SOURCE / "requirements.txt"
TIMESTAMP = 315_532_800  # 1980-01-01, the earliest a zip archive can hold


class BundleError(RuntimeError):
    """The asset cannot be built from what is installed; the text says what to do."""


def build_bundle(folder: Path, python: str | None = None) -> Path:
    """Write the asset's files to `folder`, replacing what stands there, and return it.

    python: what runs the functions, as `python3.14`; their bytecode is for it, and is left out
    when it is neither what runs this nor found on the PATH.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source in sorted(SOURCE.rglob("*.py")):
        _write(folder / "lambdas" / source.relative_to(SOURCE), source.read_bytes())
    for name in _required_packages():
        _copy_package(name, folder)
    if python and (interpreter := _interpreter(python)):
        _compile(folder, interpreter)
    return folder


def _required_packages() -> list[str]:
    lines = REQUIREMENTS.read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _copy_package(name: str, folder: Path) -> None:
    try:
        package = distribution(name)
    except PackageNotFoundError:
        raise BundleError(
            f"the functions need the package {name}, which is not installed; "
            "run: pip install -r requirements.txt"
        ) from None
    if "Root-Is-Purelib: true" not in (package.read_text("WHEEL") or ""):
        raise BundleError(f"the package {name} is not pure Python; choose one that is")
    for file in package.files or []:
        if _belongs(file.parts):
            content = Path(str(package.locate_file(file))).read_bytes()
            _check_digest(package, str(file), file.hash, content)
            _write(folder / Path(*file.parts), content)


def _belongs(parts: tuple[str, ...]) -> bool:
    """Neither scripts outside the package, nor compiled leftovers, nor installation records."""
    return (
        ".." not in parts
        and "__pycache__" not in parts
        and not re.search(r"\.(pyc|pyi)$|^py\.typed$", parts[-1])
        and not parts[0].endswith(".dist-info")
    )


def _check_digest(package: Distribution, file: str, recorded: object, content: bytes) -> None:
    value = getattr(recorded, "value", None)
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    if value != digest:
        raise BundleError(
            f"{file} of {package.name} is not the file that was installed; "
            f"run: pip install --force-reinstall {package.name}=={package.version}"
        )


def _interpreter(python: str) -> str | None:
    """The path of a released `python`; what has its name may be a link that leads nowhere."""
    version = re.escape(python.removeprefix("python"))
    for path in filter(None, (sys.executable, shutil.which(python))):
        asked = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        if re.fullmatch(rf"Python {version}\.\d+\s*", asked.stdout):
            return path
    return None


def _compile(folder: Path, interpreter: str) -> None:
    """Add bytecode that is the same every time and that no file's date makes stale (PEP 552)."""
    mode = ("--invalidation-mode", "unchecked-hash", "-s", str(folder))
    done = subprocess.run(
        [interpreter, "-s", "-m", "compileall", "-q", *mode, str(folder)],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BundleError(f"{interpreter} cannot compile the functions: {done.stdout.strip()}")
    for path in folder.rglob("*.pyc"):
        _make_constant(path)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    _make_constant(path)


def _make_constant(path: Path) -> None:
    path.chmod(0o644)
    os.utime(path, (TIMESTAMP, TIMESTAMP))
