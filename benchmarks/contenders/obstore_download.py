"""obstore's way: a stream of Rust's `object_store` written in parts, four at once."""

import asyncio
import os
from collections.abc import Callable
from urllib.parse import urlsplit

PART = 8 * 1024 * 1024  # bytes
AT_ONCE = 4
PIECE = 1024 * 1024  # bytes read at once


def prepare(bucket: str) -> Callable[[str, str], None]:
    """Keys, region and endpoint are those of boto3's environment."""
    import obstore
    from obstore.store import HTTPStore, S3Store

    # It takes no certificates from the environment, so those of this run go unchecked.
    client = {"allow_http": True, "allow_invalid_certificates": True}
    target = S3Store(
        bucket,
        endpoint=os.environ["AWS_ENDPOINT_URL"],
        access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        region=os.environ["AWS_REGION"],
        virtual_hosted_style_request=False,
        client_options=client,
    )

    async def store(url: str, key: str) -> None:
        parts = urlsplit(url)
        source = HTTPStore(f"{parts.scheme}://{parts.netloc}", client_options=client)
        found = await obstore.get_async(source, parts.path.lstrip("/"))
        pieces = found.stream(min_chunk_size=PIECE)
        await obstore.put_async(
            target, key, pieces, chunk_size=PART, max_concurrency=AT_ONCE, use_multipart=True
        )

    def transfer(url: str, key: str) -> None:
        asyncio.run(store(url, key))

    return transfer
