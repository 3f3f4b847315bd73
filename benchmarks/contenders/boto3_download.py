"""boto3's own way to store a stream."""

from collections.abc import Callable


def prepare(bucket: str) -> Callable[[str, str], None]:
    """`upload_fileobj` of the body that `requests` leaves unread, with its defaults."""
    import boto3
    import requests

    s3 = boto3.client("s3")

    def transfer(url: str, key: str) -> None:
        with requests.get(url, stream=True) as response:
            response.raise_for_status()
            s3.upload_fileobj(response.raw, bucket, key)

    return transfer
