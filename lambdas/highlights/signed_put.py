"""A body that streams into S3: boto3 would read it twice, or hold it in memory.

It is sent to a signed URL.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import urllib3

from lambdas.highlights.archive import GONE
from lambdas.highlights.connections import open_pools
from lambdas.highlights.deadline import Deadline
from lambdas.highlights.errors import StoreRefused, StoreUnavailable
from lambdas.highlights.source import Chunk

TIMEOUT = urllib3.Timeout(connect=10, read=15)  # seconds, less than a function has to stop
TRIES = 4
FIRST_WAIT = 0.4  # seconds before a body is sent again; doubled each time
PASSING = (408, 409, 429)
# Of a body that was damaged on its way, of one that did not come, and of what is gone.
PASSING_CODES = ("BadDigest", "RequestTimeout", "NoSuchKey", *GONE)

# The headers that parameters of a call stand for: they are signed, and sent as they were signed.
HEADERS = {
    "ChecksumCRC32": "x-amz-checksum-crc32",
    "ContentType": "content-type",
    "IfMatch": "if-match",
    "IfNoneMatch": "if-none-match",
}

T = TypeVar("T")


@dataclass(frozen=True)
class SignedPut:
    """A PUT that `s3`, a boto3 client, signs: a `call` of it, and what is `asked` but the body.

    named: in messages. answers: statuses that are no refusal.
    """

    s3: Any
    call: str
    asked: Mapping[str, Any]
    named: str
    answers: Collection[int] = (200,)

    def send(self, size: int, body: Iterator[Chunk]) -> urllib3.BaseHTTPResponse:
        """Send a body of `size` bytes, once; the answer.

        Raises StoreUnavailable, StoreRefused, and what `body` raises.
        """
        url = self.s3.generate_presigned_url(self.call, Params=dict(self.asked))
        headers = {HEADERS[name]: told for name, told in self.asked.items() if name in HEADERS}
        headers["content-length"] = str(size)
        try:
            answer = _pools().request("PUT", url, body=body, headers=headers)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise StoreUnavailable(
                f"S3 did not take {self.named}: {type(error).__name__}"
            ) from error
        if answer.status not in self.answers:
            raise _refusal(self.named, answer)
        if answer.status == 200 and "ETag" not in answer.headers:
            raise StoreUnavailable(f"S3 broke off its answer to {self.named}")
        return answer


def patiently(attempt: Callable[[], T], deadline: Deadline) -> T:
    """What `attempt` gives, which is made again while S3 is not available for a moment."""
    seconds = FIRST_WAIT
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except StoreUnavailable:
            deadline.wait(seconds)
            seconds *= 2
    return attempt()


@cache
def _pools() -> urllib3.PoolManager:
    """Connections that outlast one video, and the invocation of one function."""
    return open_pools(TIMEOUT)


def _refusal(named: str, answer: urllib3.BaseHTTPResponse) -> Exception:
    found = re.search(rb"<Code>(\w+)</Code>", answer.data)
    code = found[1].decode() if found else "no code"
    text = f"S3 refused {named} ({answer.status} {code})"
    if answer.status >= 500 or answer.status in PASSING or code in PASSING_CODES:
        return StoreUnavailable(text)
    return StoreRefused(text)
