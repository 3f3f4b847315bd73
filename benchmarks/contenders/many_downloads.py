"""Moves many videos from one URL into S3 by one way, with several processes that are warm.

`python -m benchmarks.contenders.many_downloads WAY URL COUNT AT_ONCE`. Each process stands for a
Lambda function's environment that has served before: its imports and clients are made before the
clock starts. Prints the seconds.
"""

import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier

from benchmarks.contenders import sockets
from benchmarks.contenders.transferring import BUCKET, WAYS, transfer_by

BUFFER = 512 * 1024  # bytes
LONGEST = 150  # seconds


def read_only(url: str) -> Callable[[str, str], None]:
    """The source alone: read to nowhere."""
    buffer = memoryview(bytearray(BUFFER))

    def transfer(url: str, key: str) -> None:
        with sockets.connect(url) as source:
            left, begun = sockets.get(source, url)
            left -= len(begun)
            while left:
                left -= source.recv_into(buffer) or sys.exit("the source stopped")

    return transfer


def written_only(url: str) -> Callable[[str, str], None]:
    """The store alone: written from memory."""
    content = _content_of(url)

    def transfer(url: str, key: str) -> None:
        target = sockets.object_url(BUCKET, key)
        with sockets.connect(target) as sink:
            sockets.begin_put(sink, target, len(content))
            sink.sendall(content)
            sockets.end_put(sink)

    return transfer


def read_by_urllib3(url: str) -> Callable[[str, str], None]:
    """The source alone, by the library that the vault reads with."""
    import urllib3

    pools = urllib3.PoolManager()

    def transfer(url: str, key: str) -> None:
        response = pools.request("GET", url, preload_content=False)
        for _ in response.stream(BUFFER, decode_content=False):
            pass
        response.release_conn()

    return transfer


def written_by_boto3(url: str) -> Callable[[str, str], None]:
    """The store alone, by the library that the vault writes small videos with."""
    import boto3

    s3, content = boto3.client("s3"), _content_of(url)

    def transfer(url: str, key: str) -> None:
        s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    return transfer


LIMITS = {
    "source": read_only,
    "store": written_only,
    "urllib3": read_by_urllib3,
    "put_object": written_by_boto3,
}


def main(way: str, url: str, count: int, at_once: int) -> None:
    """Time `count` transfers."""
    context = multiprocessing.get_context("spawn")
    begin, end = context.Barrier(at_once + 1), context.Barrier(at_once + 1)
    workers = [
        context.Process(target=_work, args=(way, url, range(number, count, at_once), begin, end))
        for number in range(at_once)
    ]
    for worker in workers:
        worker.start()
    begin.wait(LONGEST)
    began = time.monotonic()
    end.wait(LONGEST)
    seconds = time.monotonic() - began
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a process failed")
    print(json.dumps({"seconds": seconds}))


def _work(way: str, url: str, numbers: range, begin: Barrier, end: Barrier) -> None:
    try:
        transfer = transfer_by(way) if way in WAYS else LIMITS[way](url)
        begin.wait(LONGEST)
        for number in numbers:
            transfer(url, f"{way}-{number}.mp4")
        end.wait(LONGEST)
    except BaseException:
        # The others would wait for this one.
        begin.abort()
        end.abort()
        raise


def _content_of(url: str) -> bytes:
    with sockets.connect(url) as source:
        length, begun = sockets.get(source, url)
        content = bytearray(begun)
        while len(content) < length:
            content += source.recv(BUFFER) or sys.exit("the source stopped")
    return bytes(content)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
