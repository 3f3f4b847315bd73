"""The AWS clients, made once per process and only when a handler asks for them."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

CONFIG = Config(retries={"mode": "standard", "max_attempts": 5})


@cache
def s3() -> Any:
    """Amazon S3."""
    return boto3.client("s3", config=CONFIG)


@cache
def dynamodb() -> Any:
    """Amazon DynamoDB."""
    return boto3.client("dynamodb", config=CONFIG)


@cache
def secrets_manager() -> Any:
    """AWS Secrets Manager."""
    return boto3.client("secretsmanager", config=CONFIG)


@cache
def table(name: str) -> Any:
    """The DynamoDB table `name`, speaking Python values."""
    return boto3.resource("dynamodb", config=CONFIG).Table(name)
