import json
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from tests import synthesis


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app at its default settings, synthesised."""
    return synthesise(tmp_path_factory.mktemp("assembly"))


def synthesise(folder: Path, **context: object) -> Path:
    return synthesis.synthesise(folder / "cdk.out", context)


@pytest.fixture(scope="session")
def storage(assembly: Path) -> Template:
    return template(assembly, "GameDayStorage")


@pytest.fixture(scope="session")
def pipeline(assembly: Path) -> Template:
    return template(assembly, "GameDayPipeline")


def template(assembly: Path, stack: str) -> Template:
    return Template.from_json(json.loads((assembly / f"{stack}.template.json").read_text()))
