"""Downloads a clip, by the vault's path or the seeds', into an S3 that throws everything away.

Prints the peak memory of this process, in bytes, and the seconds of the download.
"""

import json
import sys
import time
from types import SimpleNamespace
from typing import Any

from benchmarks.processes import peak_memory

BUCKET, LARGEST = "bucket", 10**12


class DiscardingS3:
    """The part of a boto3 client that a writer needs; keeps nothing.

    bytes_taken: how much was written.
    """

    exceptions = SimpleNamespace(ClientError=RuntimeError)

    def __init__(self) -> None:
        self.bytes_taken = 0

    def put_object(self, *, Body: Any, **_: Any) -> None:
        """Read a whole object, piece by piece if it is a file."""
        if isinstance(Body, bytes):
            self.bytes_taken += len(Body)
        else:
            while piece := Body.read(64 * 1024):
                self.bytes_taken += len(piece)

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"UploadId": "upload"}

    def upload_part(self, *, Body: bytes, **_: Any) -> dict[str, str]:
        self.bytes_taken += len(Body)
        return {"ETag": "etag"}

    def complete_multipart_upload(self, **_: Any) -> None:
        """Nothing is left to do."""


def vault(url: str, s3: DiscardingS3) -> None:
    """Streamed, hashed and proven whole by the function's own path, its writer included."""
    from lambdas.highlights.archive import Archive
    from lambdas.highlights.download import download_video
    from lambdas.highlights.source import guarded_pools

    download_video(
        guarded_pools(["127.0.0.1"]),
        url,
        key_for="clip.{}".format,
        open_writer=Archive(s3, BUCKET).writer,
        largest=LARGEST,
        clock=time.monotonic,
    )


def seeds(url: str, s3: DiscardingS3) -> None:
    """The body in memory, then written."""
    from io import BytesIO

    import requests

    response = requests.get(url, stream=True)
    response.raise_for_status()
    s3.put_object(Bucket=BUCKET, Key="clip.mp4", Body=BytesIO(response.content))


def main(way: str, url: str, size: int) -> None:
    """Download the clip of `size` bytes at `url`."""
    s3 = DiscardingS3()
    began = time.monotonic()
    {"vault": vault, "seeds": seeds}[way](url, s3)
    seconds = time.monotonic() - began
    if s3.bytes_taken != size:
        sys.exit(f"{s3.bytes_taken:,} of {size:,} bytes were written")
    print(json.dumps({"peak_bytes": peak_memory(), "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
