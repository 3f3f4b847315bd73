"""Work stops at its moment, and a read that takes too long is ended from outside."""

import threading
import time
from collections.abc import Iterator

import pytest
import urllib3

from lambdas.highlights import deadline as deadlines
from lambdas.highlights.deadline import Deadline, Watch
from lambdas.highlights.errors import OutOfTime, SourceTooSlow
from tests.unit.fakes.internet import Clock
from tests.unit.fakes.loopback import Answer, LoopbackServer, Request, serving


class Host:
    """Sends `body`, then a byte every `pause` seconds, or nothing more."""

    def __init__(self, body: bytes = b"", pause: float | None = None, chunked: bool = False):
        self.body, self.pause, self.chunked = body, pause, chunked
        self.server: LoopbackServer

    def __call__(self, _: Request) -> Answer:
        framing = {"Transfer-Encoding": "chunked"} if self.chunked else {"Content-Length": "1000"}
        return Answer(headers=framing, body=self._pieces(), cut=True)

    def _pieces(self) -> Iterator[bytes]:
        yield self.body
        while not self.server.closing.wait(self.pause) and self.pause is not None:
            yield b"1\r\nx\r\n" if self.chunked else b"x"


def read(host: Host, size: int, seconds: float, until_deadline: float = 60.0) -> bytes:
    """The next bytes of a body, read under a watch on real time."""
    with serving(host) as host.server:
        response = urllib3.PoolManager().request("GET", host.server.url, preload_content=False)
        try:
            with Watch(Deadline(until_deadline, time.monotonic, time.sleep)) as watch:
                buffer = bytearray(size)
                count = watch.read_into(memoryview(buffer), response, seconds)
                return bytes(buffer[:count])
        finally:
            response.close()


def watching() -> set[threading.Thread]:
    """The threads of all watches."""
    return {one for one in threading.enumerate() if one.name.endswith("(_look)")}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at reads often, so that limits may be small."""
    monkeypatch.setattr(deadlines, "LOOK", 0.01)


def test_there_is_time_until_the_deadline():
    clock = Clock()
    limit = Deadline(10, clock, clock.wait)

    limit.wait(4)
    limit.wait(5)
    with pytest.raises(OutOfTime):
        limit.wait(1)
    limit.check()
    clock.now += 1
    with pytest.raises(OutOfTime):
        limit.check()
    assert clock.waits == [4, 5]


def test_no_limit_lies_behind_the_deadline():
    clock = Clock()
    limit = Deadline(10, clock, clock.wait)

    assert limit.limit(3) == 3
    assert limit.limit(30) == 10


def test_a_read_that_comes_in_time_is_left_alone():
    assert read(Host(b"bytes"), size=5, seconds=30) == b"bytes"


@pytest.mark.parametrize(
    "host",
    [
        Host(),
        Host(b"half"),
        Host(b"half", pause=0.02),
        Host(b"4\r\nhalf\r\n", chunked=True),
        Host(b"4\r\nhalf\r\n", pause=0.02, chunked=True),
    ],
    ids=["silent", "stalled", "trickling", "stalled in chunks", "trickling in chunks"],
)
def test_a_body_that_does_not_come_is_given_up(host):
    with pytest.raises(SourceTooSlow, match="1,000 bytes did not come"):
        read(host, size=1_000, seconds=0.05)


def test_the_deadline_ends_a_read_that_might_last_longer():
    with pytest.raises(OutOfTime):
        read(Host(b"half", pause=0.02), size=1_000, seconds=30, until_deadline=0.05)


def test_nothing_is_read_after_the_deadline():
    with pytest.raises(OutOfTime):
        read(Host(b"bytes"), size=5, seconds=30, until_deadline=0)


def test_several_reads_are_watched_and_no_thread_is_left():
    host, before = Host(b"half"), watching()
    with serving(host) as host.server:
        pools = urllib3.PoolManager()
        with Watch(Deadline(60, time.monotonic, time.sleep)) as watch:
            bodies = [
                pools.request("GET", host.server.url, preload_content=False) for _ in range(3)
            ]
            ended: list[BaseException] = []

            def read_on(body):
                with pytest.raises(SourceTooSlow) as raised:
                    watch.read_into(memoryview(bytearray(1_000)), body, 0.05)
                ended.append(raised.value)
                body.close()

            readers = [threading.Thread(target=read_on, args=[body]) for body in bodies]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            assert len(watching() - before) == 1

    assert len(ended) == 3
    assert watching() <= before
