"""What tests of restores share: a kept day, and how things are lost."""

from rich.console import Console

from gameday.steps import Steps
from lambdas.highlights.comparison import Digests, digests
from tests.e2e.conftest import Pipeline


def quiet() -> Steps:
    return Steps(Console(quiet=True))


def items(pipeline: Pipeline) -> Digests:
    """The digest of each highlight in the live table."""
    return digests(pipeline.vault.items())


def delete_table(pipeline: Pipeline, name: str | None = None) -> None:
    dynamodb, table = pipeline.aws.client("dynamodb"), name or pipeline.vault.table
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 0})
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table)


def delete_objects(pipeline: Pipeline) -> None:
    """Delete every object as a person does; the versions stay."""
    s3 = pipeline.aws.client("s3")
    for one in list(pipeline.vault.objects()):
        s3.delete_object(Bucket=pipeline.vault.bucket, Key=one.key)


def put(pipeline: Pipeline, key: str, body: bytes | None) -> None:
    """Make `body` the object `key`, or delete it."""
    s3, bucket = pipeline.aws.client("s3"), pipeline.vault.bucket
    if body is None:
        s3.delete_object(Bucket=bucket, Key=key)
    else:
        s3.put_object(Bucket=bucket, Key=key, Body=body)
