"""A function's code is unpacked once for all its execution environments, not once for each.

The emulator unpacks it for every process and throws the compiled modules away with it, which
takes longer than most functions run. Here both stay beside the saved state.
"""

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from gameday.embedded.fixes.function_runtime import scratch_folder
from gameday.embedded.fixes.patching import Patch

FIX = "function_code"
KEPT = 2  # versions of the code, of which one runs and one may still


def apply() -> None:
    from ministack.core import lambda_runtime

    Patch(FIX).edit(
        lambda_runtime.Worker,
        "_spawn",
        (
            """\
        os.makedirs(code_dir)
        with open(os.path.join(self._tmpdir, "code.zip"), "wb") as f:
            f.write(self.code_zip)
        with zipfile.ZipFile(os.path.join(self._tmpdir, "code.zip")) as zf:
            zf.extractall(code_dir)
""".replace("        ", "    "),
            "    os.symlink(gameday_unpacked(self.code_zip), code_dir)\n",
        ),
        gameday_unpacked=unpacked,
    )


def unpacked(code_zip: bytes) -> Path:
    """The folder that holds the files of `code_zip`; the same one for the same bytes."""
    folder = _folder() / hashlib.sha256(code_zip).hexdigest()[:16]
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        partial = tempfile.mkdtemp(dir=folder.parent, prefix=".partial-")
        with zipfile.ZipFile(io.BytesIO(code_zip)) as archive:
            archive.extractall(partial)
        try:
            os.rename(partial, folder)
        except OSError:  # another execution environment was faster
            if not folder.exists():
                raise
    return folder


def prune() -> None:
    """Remove what a killed process left half unpacked, and code that was replaced long ago."""
    newest_first = sorted(
        _folder().glob("*"), key=lambda folder: folder.stat().st_mtime, reverse=True
    )
    for folder in [*newest_first[KEPT:], *_folder().glob(".partial-*")]:
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    return scratch_folder().with_name("code")
