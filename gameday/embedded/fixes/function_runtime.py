"""Python functions run with what Lambda's runtime ships, and in Lambda's environment.

The emulator would start them with this process's interpreter, packages and variables: a bundle
that lacks a dependency would work here and fail on AWS.

Variables: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import importlib.util
import os
from pathlib import Path
from typing import Any

from gameday.embedded import clock, shifted_time
from gameday.embedded.emulator import environment
from gameday.embedded.fixes.patching import Patch, text_digest

FIX = "function_runtime"

SHIPPED = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
"""The packages of Lambda's Python runtimes that are not the standard library's."""

SCRATCH = "GAMEDAY_SCRATCH"
"""The emulator's setting that names the folder for function code and temporary files."""

# Isolated from variables and user packages, without site-packages.
ISOLATED = ("-I", "-S")

# What the emulator sets for a function and Lambda (or an SDK aimed at the emulator) knows too.
KEPT = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "_LAMBDA_LAYERS_DIRS",
)


def apply() -> None:
    from ministack.core import lambda_runtime

    patch = Patch(FIX)
    patch.expect(
        text_digest(lambda_runtime._PYTHON_WORKER_SCRIPT), "368800addf4d", "the worker's script"
    )
    lambda_runtime._PYTHON_WORKER_SCRIPT = Path(__file__).with_name("bootstrap.py").read_text()
    patch.edit(
        lambda_runtime.Worker,
        "_spawn",
        (
            'tempfile.mkdtemp(prefix=f"ministack-lambda-{self.func_name}-")',
            'tempfile.mkdtemp(prefix=f"{self.func_name}-", dir=gameday_scratch())',
        ),
        ("[binary, worker_path],", "[binary, *gameday_options(runtime), worker_path],"),
        (
            "env=spawn_env,",
            "env=gameday_environment(spawn_env, env_vars, self.config, code_dir),",
        ),
        gameday_scratch=scratch_folder,
        gameday_options=interpreter_options,
        gameday_environment=function_environment,
    )


def scratch_folder() -> Path:
    """The folder in which each execution environment has its own folder."""
    return Path(environment[SCRATCH])


def interpreter_options(runtime: str) -> tuple[str, ...]:
    return ISOLATED if runtime.startswith("python") else ()


def function_environment(
    spawned: dict[str, str], variables: dict[str, str], config: dict[str, Any], code: str
) -> dict[str, str]:
    """The variables of a function's process: Lambda's, then the function's own."""
    name = config["FunctionName"]
    logging = config.get("LoggingConfig") or {}
    temporary = Path(code).with_name("tmp")
    temporary.mkdir()
    lambdas = {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', 'python3.13')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": logging.get("LogGroup") or f"/aws/lambda/{name}",
        "LAMBDA_RUNTIME_DIR": str(runtime_folder()),
        "LAMBDA_TASK_ROOT": code,
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "TZ": ":UTC",
        "_HANDLER": config.get("Handler", ""),
        # Of this machine: where /tmp is, and that there are no settings files to read.
        "TMPDIR": str(temporary),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    kept = {key: spawned[key] for key in KEPT if key in spawned}
    return {**lambdas, **variables, **kept, **clock_to_follow()}


def clock_to_follow() -> dict[str, str]:
    """What tells a function's process the account's time, where that was set ahead."""
    file = clock.file()
    return {"GAMEDAY_CLOCK": f"{shifted_time.__file__}{os.pathsep}{file}"} if file else {}


def runtime_folder() -> Path:
    return scratch_folder() / "runtime"


def retire() -> None:
    """End the processes of functions; the next invocations start others."""
    from ministack.core import lambda_runtime

    lambda_runtime.reset()


def prepare() -> None:
    """Fill the runtime's folder with links to the packages that it ships, and nothing else."""
    folder = runtime_folder()
    folder.mkdir()
    for package in SHIPPED:
        source = Path(importlib.util.find_spec(package).origin)
        source = source.parent if source.name == "__init__.py" else source
        (folder / source.name).symlink_to(source)
