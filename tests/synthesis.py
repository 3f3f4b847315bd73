"""Synthesises the app in this process: what the CDK takes to start is then spent only once."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest


def synthesise(out: Path, context: dict[str, Any]) -> Path:
    """The assembly of the app with `context`, in `out`; all have the same functions' bundle."""
    from stacks import vault

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault, "build_bundle", lambda folder, python: _bundle(python))
        vault.build(context=context, outdir=str(out)).synth()
    return out


@functools.cache
def _bundle(python: str) -> Path:
    from stacks.bundle import build_bundle

    folder = Path(tempfile.mkdtemp(prefix="gameday-bundle-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build_bundle(folder, python)
