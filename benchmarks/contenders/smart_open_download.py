"""smart_open's way: one file object copied into another."""

import shutil
from collections.abc import Callable

PIECE = 1024 * 1024  # bytes copied at once


def prepare(bucket: str) -> Callable[[str, str], None]:
    """A URL opened for reading, an object for writing."""
    import boto3
    import smart_open

    parameters = {"client": boto3.client("s3")}

    def transfer(url: str, key: str) -> None:
        with (
            smart_open.open(url, "rb", compression="disable") as source,
            smart_open.open(
                f"s3://{bucket}/{key}",
                "wb",
                compression="disable",
                transport_params=parameters,
            ) as target,
        ):
            shutil.copyfileobj(source, target, PIECE)

    return transfer
