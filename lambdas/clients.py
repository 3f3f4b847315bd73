"""The AWS clients, made once per process and only when a handler asks for them."""

import gc
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from lambdas.table import Table

CONFIG = Config(retries={"mode": "standard", "max_attempts": 5})

# A starting function keeps nearly all that it makes, thousands of objects for each client: to look
# through them for garbage, again and again, takes a tenth of a cold start and finds none.
# docs/decisions/0005-cold-start-and-function-sizes.md
gc.set_threshold(50_000)


class _Models(Loader):
    """botocore's models of services, found without a look into the folders of all of them."""

    def list_available_services(self, type_name: str) -> list[str]:
        """The services that there are clients for here, each of which has every type of model."""
        return ["dynamodb", "s3", "secretsmanager", "sns"]


@cache
def _session() -> boto3.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _Models())
    return boto3.Session(botocore_session=session)


def _client(service: str, config: Config) -> Any:
    client = _session().client(service, config=config)
    # It stays to the end, so that no search for garbage need look through it.
    gc.freeze()
    return client


@cache
def s3() -> Any:
    """Amazon S3, whose signed URLs name the bucket's own region."""
    signed = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return _client("s3", CONFIG.merge(signed))


@cache
def dynamodb() -> Any:
    """Amazon DynamoDB."""
    return _client("dynamodb", CONFIG)


@cache
def dynamodb_in(region: str) -> Any:
    """Amazon DynamoDB of another region."""
    return boto3.client("dynamodb", config=CONFIG, region_name=region)


@cache
def secrets_manager() -> Any:
    """AWS Secrets Manager."""
    return _client("secretsmanager", CONFIG)


@cache
def sns() -> Any:
    """Amazon SNS."""
    return _client("sns", CONFIG)


@cache
def step_functions() -> Any:
    """AWS Step Functions."""
    return boto3.client("stepfunctions", config=CONFIG)


@cache
def scheduler() -> Any:
    """Amazon EventBridge Scheduler."""
    return boto3.client("scheduler", config=CONFIG)


@cache
def table(name: str) -> Table:
    """The DynamoDB table `name`, speaking Python values."""
    return Table(dynamodb(), name)
