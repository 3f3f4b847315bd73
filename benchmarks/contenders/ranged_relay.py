"""The least that a program can do on several cores: ranges relayed side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.contenders.sockets import begin_put, connect, end_put, get, object_url, size_of

BUFFER = 256 * 1024  # bytes
AT_ONCE = 4


def prepare(bucket: str) -> Callable[[str, str], None]:
    """As many ranges as relays at once, each a PUT of its own."""

    def transfer(url: str, key: str) -> None:
        size = size_of(url)
        length = -(-size // AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            relays = pool.map(partial(_relay, url, bucket, key, length), range(AT_ONCE))
            if sum(relays) != size:
                raise ConnectionError("the ranges are not the whole")

    return transfer


def _relay(url: str, bucket: str, key: str, length: int, number: int) -> int:
    """Relay a range; returns its length."""
    begin, target = number * length, object_url(bucket, f"{key}-{number}")
    with connect(url) as source, connect(target) as sink:
        size, begun = get(source, url, f"Range: bytes={begin}-{begin + length - 1}")
        begin_put(sink, target, size)
        sink.sendall(begun)
        left, buffer = size - len(begun), memoryview(bytearray(BUFFER))
        while left:
            filled = 0
            # TLS gives 16 KiB at a time; a buffer full is sent with fewer calls.
            while filled < min(left, BUFFER):
                count = source.recv_into(buffer[filled:])
                if not count:
                    raise ConnectionError("the source stopped")
                filled += count
            sink.sendall(buffer[:filled])
            left -= filled
        end_put(sink)
    return size
