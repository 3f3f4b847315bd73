"""The seeds' way: the body in memory, then written. As `seeds_way.py` has it."""

from collections.abc import Callable
from io import BytesIO


def prepare(bucket: str) -> Callable[[str, str], None]:
    """`requests` and `put_object`."""
    import boto3
    import requests

    s3 = boto3.client("s3")

    def transfer(url: str, key: str) -> None:
        response = requests.get(url, stream=True)
        response.raise_for_status()
        s3.put_object(
            Bucket=bucket, Key=key, Body=BytesIO(response.content), ContentType="video/mp4"
        )

    return transfer
