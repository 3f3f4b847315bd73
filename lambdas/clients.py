"""The AWS clients, made once per process and only when a handler asks for them."""

import gc
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from lambdas.table import Table

CONFIG = Config(retries={"mode": "standard", "max_attempts": 5})

# A starting function keeps nearly all that it makes, thousands of objects for each client: to look
# through them for garbage, again and again, takes a tenth of a cold start and finds none.
# docs/decisions/0005-cold-start-and-function-sizes.md
gc.set_threshold(50_000)


@cache
def s3() -> Any:
    """Amazon S3, whose signed URLs name the bucket's own region."""
    signed = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", config=CONFIG.merge(signed))


@cache
def dynamodb() -> Any:
    """Amazon DynamoDB."""
    return boto3.client("dynamodb", config=CONFIG)


@cache
def dynamodb_in(region: str) -> Any:
    """Amazon DynamoDB of another region."""
    return boto3.client("dynamodb", config=CONFIG, region_name=region)


@cache
def secrets_manager() -> Any:
    """AWS Secrets Manager."""
    return boto3.client("secretsmanager", config=CONFIG)


@cache
def step_functions() -> Any:
    """AWS Step Functions."""
    return boto3.client("stepfunctions", config=CONFIG)


@cache
def table(name: str) -> Table:
    """The DynamoDB table `name`, speaking Python values."""
    return Table(dynamodb(), name)
