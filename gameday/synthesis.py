"""The CDK app's cloud assembly for given settings, synthesised once and kept."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app.py", "stacks", "lambdas", "requirements.txt")


class SynthesisFailed(RuntimeError):
    """The CDK app did not synthesise; the text is what it said."""


def project_context() -> dict[str, Any]:
    """The settings that `cdk.json` holds."""
    return json.loads((ROOT / "cdk.json").read_text())["context"]


def assembly_for(context: dict[str, Any], folder: Path) -> Path:
    """The assembly of the app with `context`, below `folder`; synthesised when it is not there.

    The same templates and assets as `cdk synth` writes. What checks them, CloudFormation's
    schema and cdk-nag, is left to `cdk synth` and the tests: it takes most of the time.
    """
    digest = _digest(context)
    assembly = folder / digest
    if not (assembly / "manifest.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            _synthesise(context, Path(temporary) / "cdk.out")
            shutil.rmtree(assembly, ignore_errors=True)
            os.rename(Path(temporary) / "cdk.out", assembly)
        _remove_others(folder, keep=digest)
    return assembly


def _synthesise(context: dict[str, Any], out: Path) -> None:
    environment = os.environ | {
        "CDK_OUTDIR": str(out),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        if "ENOSPC" in done.stderr:  # from the CDK's Node, after a page of its own code
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(out.parent))
        raise SynthesisFailed(done.stderr.strip()[-2000:] or "the CDK app ended without a word")


def _digest(context: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(context, sort_keys=True, default=str).encode())
    for source in SOURCES:
        path = ROOT / source
        files = [path] if path.is_file() else sorted(path.rglob("*.py"))
        for file in files:
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _remove_others(folder: Path, keep: str) -> None:
    for other in folder.iterdir():
        if other.name != keep:
            shutil.rmtree(other, ignore_errors=True)
