"""The least that a program can do: one GET's bytes into one PUT, no library, no check."""

from collections.abc import Callable

from benchmarks.contenders.sockets import begin_put, connect, end_put, get, object_url

BUFFER = 1024 * 1024  # bytes


def prepare(bucket: str) -> Callable[[str, str], None]:
    """One buffer between two sockets."""

    def transfer(url: str, key: str) -> None:
        target = object_url(bucket, key)
        with connect(url) as source, connect(target) as sink:
            left, begun = get(source, url)
            begin_put(sink, target, left)
            sink.sendall(begun)
            left -= len(begun)
            buffer = memoryview(bytearray(BUFFER))
            while left:
                count = source.recv_into(buffer)
                if not count:
                    raise ConnectionError("the source stopped")
                sink.sendall(buffer[:count])
                left -= count
            end_put(sink)

    return transfer
