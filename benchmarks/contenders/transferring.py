"""Moves one video from its URL into S3 by one way; prints the seconds of the transfer alone.

`python -m benchmarks.contenders.transferring WAY URL KEY`. What a way imports and makes before its
first request is outside those seconds, and inside the time of the process.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable

BUCKET = "highlights"

# The modules beside this one, each with `prepare`.
WAYS = {
    "vault": "vault_download",
    "seeds": "seeds_download",
    "boto3": "boto3_download",
    "smart_open": "smart_open_download",
    "obstore": "obstore_download",
    "relay": "relay",
    "ranged_relay": "ranged_relay",
}


def transfer_by(way: str) -> Callable[[str, str], None]:
    """A function of a URL and a key, with its libraries imported and its clients made."""
    return importlib.import_module(f"benchmarks.contenders.{WAYS[way]}").prepare(BUCKET)


def main(way: str, url: str, key: str) -> None:
    """Transfer once."""
    transfer = transfer_by(way)
    began = time.monotonic()
    transfer(url, key)
    print(json.dumps({"seconds": time.monotonic() - began}), flush=True)
    if way == "obstore":
        os._exit(0)  # its threads abort many a process that ends as others do


if __name__ == "__main__":
    main(*sys.argv[1:])
