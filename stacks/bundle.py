"""The one asset that all functions share: `lambdas/` and the packages it needs.

Built without Docker, pip or network from what is installed beside the CDK: each package's files
are copied as its RECORD lists them, their digests checked. Only pure Python packages are taken,
so the same bytes run on arm64 Lambda and on the machine that built them.
"""

import base64
import hashlib
import os
import re
import shutil
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "lambdas"
REQUIREMENTS = SOURCE / "requirements.txt"
TIMESTAMP = 315_532_800  # 1980-01-01, the earliest a zip archive can hold


class BundleError(RuntimeError):
    """The asset cannot be built from what is installed; the text says what to do."""


def build_bundle(folder: Path) -> Path:
    """Write the asset's files to `folder`, replacing what stands there, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source in sorted(SOURCE.rglob("*.py")):
        _write(folder / "lambdas" / source.relative_to(SOURCE), source.read_bytes())
    for name in _required_packages():
        _copy_package(name, folder)
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


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o644)
    os.utime(path, (TIMESTAMP, TIMESTAMP))
