"""An embedded AWS and a provider that count what is asked of them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import API_PATH, MEDIA_PATH, Provider

ITEM_WRITES = ("PutItem", "UpdateItem", "DeleteItem")


@dataclass
class Usage:
    """What one run asked of the provider and of AWS; only what succeeded counts.

    provider_calls: queries. clip_requests: for videos, those answered 404 included. videos:
    objects written under videos/. bytes_written: of all objects. items_written: DynamoDB items.
    """

    provider_calls: int = 0
    clip_requests: int = 0
    videos: int = 0
    objects_written: int = 0
    bytes_written: int = 0
    items_written: int = 0
    jobs: int = 0
    backups: int = 0


class MeteredAws(EmbeddedAws):
    """An embedded AWS that counts the requests it serves: a function's, a job's, a script's."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.operations: Counter[str] = Counter()
        self.bytes_written = 0

    async def _serve(self, scope: dict, receive: Any, send: Any) -> None:
        async def noting(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300:
                self._note(scope)
            await send(message)

        await super()._serve(scope, receive, noting if scope["type"] == "http" else send)

    def _note(self, scope: dict) -> None:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        if target := headers.get("x-amz-target"):
            self.operations[target.rpartition(".")[2]] += 1
        is_s3 = "/s3/aws4_request" in headers.get("authorization", "")
        _, _, key = scope["path"].removeprefix("/").partition("/")
        if is_s3 and key and scope["method"] == "PUT":
            # The sample's clips are too small for uploads in parts.
            self.operations["PutObject"] += 1
            self.operations["PutVideo"] += key.startswith("videos/")
            size = headers.get("x-amz-decoded-content-length", headers["content-length"])
            self.bytes_written += int(size)


@contextmanager
def metering(aws: MeteredAws, provider: Provider) -> Iterator[Usage]:
    """The usage of what runs in the block; complete when it ends.

    Raises RuntimeError when no request was seen, which no run comes without.
    """
    usage = Usage()
    asked, jobs = len(provider.requests), len(_jobs(aws))
    operations, written = aws.operations.copy(), aws.bytes_written
    yield usage
    paths = [request.path for request in provider.requests[asked:]]
    done = aws.operations - operations
    if not done:
        raise RuntimeError("nothing was metered: requests no longer pass through MeteredAws")
    usage.provider_calls = sum(path.startswith(API_PATH) for path in paths)
    usage.clip_requests = sum(path.startswith(MEDIA_PATH) for path in paths)
    usage.videos = done["PutVideo"]
    usage.objects_written = done["PutObject"]
    usage.bytes_written = aws.bytes_written - written
    usage.items_written = sum(done[operation] for operation in ITEM_WRITES)
    usage.jobs = len(_jobs(aws)) - jobs
    usage.backups = done["CreateBackup"]


def job_statuses(aws: EmbeddedAws) -> set[str]:
    """The statuses that MediaConvert's jobs have."""
    return {job["Status"] for job in _jobs(aws)}


def _jobs(aws: EmbeddedAws) -> list[dict[str, Any]]:
    pages = aws.client("mediaconvert").get_paginator("list_jobs").paginate()
    return [job for page in pages for job in page["Jobs"]]
