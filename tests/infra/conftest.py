import json
import os
from pathlib import Path

import pytest

# Schema validation and cdk-nag have a test of their own; here they would only cost time.
os.environ["CDK_VALIDATION"] = "false"

from aws_cdk.assertions import Template

from stacks.vault import build


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app at its default settings, synthesised."""
    return synthesise(tmp_path_factory.mktemp("assembly"))


def synthesise(folder: Path, **context: object) -> Path:
    out = folder / "cdk.out"
    build(context=context, outdir=str(out)).synth()
    return out


@pytest.fixture(scope="session")
def storage(assembly: Path) -> Template:
    return template(assembly, "GameDayStorage")


@pytest.fixture(scope="session")
def pipeline(assembly: Path) -> Template:
    return template(assembly, "GameDayPipeline")


def template(assembly: Path, stack: str) -> Template:
    return Template.from_json(json.loads((assembly / f"{stack}.template.json").read_text()))
