from collections.abc import Iterator
from pathlib import Path

import pytest
from account import Account

from gameday.embedded.aws import EmbeddedAws


@pytest.fixture(scope="module")
def running_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with EmbeddedAws(tmp_path_factory.mktemp("aws")) as aws:
        yield aws


@pytest.fixture
def aws(running_aws: EmbeddedAws) -> EmbeddedAws:
    """A running embedded AWS whose account is empty."""
    running_aws.reset()
    return running_aws


@pytest.fixture
def account(aws: EmbeddedAws) -> Account:
    return Account(aws)


@pytest.fixture
def project() -> Path:
    return Path(__file__).parents[2]
