"""The product, deployed into the embedded AWS of a home."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gameday.embedded import cdk_cli
from gameday.embedded.assembly import deploy_assembly
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import Provider
from gameday.embedded.sample import serve_sample
from gameday.home import Home
from gameday.request import Options, RunRequest, names_provider, run_request
from gameday.scratch import sweep
from gameday.steps import Step, Steps
from gameday.synthesis import assembly_for, project_context
from gameday.vault import Vault


@contextlib.contextmanager
def understood(options: Options, home: Home, steps: Steps) -> Iterator[RunRequest]:
    """What `options` ask for; the sample day's provider runs meanwhile where they name none.

    Raises UsageError.
    """
    now, context = datetime.now(UTC), project_context()
    if names_provider(options):
        yield run_request(options, context, now, sample_url=None)
    else:
        run_request(options, context, now, sample_url="http://127.0.0.1/")
        with sample_provider(home, steps) as provider:
            yield run_request(options, context, now, provider.url)


@contextlib.contextmanager
def embedded_aws(
    home: Home, steps: Steps, *, port: int = 0, fire_schedules: bool = False
) -> Iterator[EmbeddedAws]:
    """The embedded AWS of `home`, running; its state is saved when the block ends."""
    home.create()
    aws = EmbeddedAws(home.state, port, fire_schedules=fire_schedules)
    with steps.step("start", "embedded AWS") as step:
        aws.start()
        step.tell(aws.endpoint_url)
    try:
        yield aws
    finally:
        aws.stop()


@contextlib.contextmanager
def sample_provider(home: Home, steps: Steps) -> Iterator[Provider]:
    """The sample day's provider, at the port of the last time, so that clips keep their URLs."""
    home.create()
    with contextlib.ExitStack() as stack:
        with steps.step("sample", "sample day") as step:
            provider = stack.enter_context(_serve(home, _noted_port(home), step))
            _port_note(home).write_text(str(urlsplit(provider.url).port))
            step.tell(provider.url)
        yield provider


@contextlib.contextmanager
def runnable(vault: Vault, home: Home, steps: Steps) -> Iterator[Vault]:
    """The kept `vault`, ready to run: as it is deployed, or anew with the sample day's provider
    running meanwhile where it asks that one."""
    if urlsplit(vault.provider_url() or "").netloc != f"127.0.0.1:{_noted_port(home)}":
        yield vault
        return
    with understood(Options(), home, steps) as request:
        yield deployed(request, home, vault.aws, steps)


def _port_note(home: Home) -> Path:
    return home.sample / "port"


def _noted_port(home: Home) -> int:
    """The port of the sample day's provider at the last time, or 0."""
    note = _port_note(home)
    before = note.read_text() if note.is_file() else ""
    return int(before) if before.isdigit() else 0


def _serve(home: Home, port: int, step: Step) -> Provider:
    def progress(done: int, of: int) -> None:
        step.tell(f"{done} of {of} clips made")

    try:
        return serve_sample(home.sample, port, progress=progress)
    except OSError:  # another program has the port by now
        return serve_sample(home.sample, progress=progress)


def deployed(
    request: RunRequest, home: Home, aws: EmbeddedAws, steps: Steps, *, by_cdk: bool = False
) -> Vault:
    """The stacks with the request's settings and key, deployed into `aws`.

    by_cdk: by the CDK CLI, as into an account, instead of by CloudFormation's API alone.
    """
    vault = deploy_context(request.context, home, aws, steps, by_cdk=by_cdk)
    vault.set_provider_key(request.key)
    return vault


def deployed_for_import(home: Home, aws: EmbeddedAws, steps: Steps) -> Vault:
    """The stacks with the project's own settings and no key, to take a season into.

    The next run deploys them again, with what it is told of a provider.
    """
    return deploy_context(project_context(), home, aws, steps)


def deploy_context(
    context: dict[str, Any], home: Home, aws: EmbeddedAws, steps: Steps, *, by_cdk: bool = False
) -> Vault:
    """The stacks with the settings of a CDK context, deployed into `aws`."""
    with steps.step("synth", "cdk synth") as step:
        assembly = assembly_for(context, home.assemblies)
        step.tell("templates and the functions' bundle")
    with steps.step("deploy", "cdk deploy" if by_cdk else "deploy") as step:
        if by_cdk:
            cdk_cli.install(output=step.tell)
            cdk_cli.bootstrap(aws, output=step.tell)
            outputs = cdk_cli.deploy(aws, assembly, output=step.tell)
        else:
            outputs = deploy_assembly(assembly, aws, progress=step.tell)
        step.tell("through CloudFormation")
    vault = Vault(aws, _flat(outputs))
    sweep(vault)
    return vault


def _flat(outputs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {name: value for stack in outputs.values() for name, value in stack.items()}
