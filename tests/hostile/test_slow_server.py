"""Sources that take their time, or ask for it, or lead astray by their name; in process."""

import socket
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.highlights import connections
from lambdas.highlights.connections import guarded_pools
from lambdas.highlights.deadline import Deadline, Patience, Watch
from lambdas.highlights.destination import Destination
from lambdas.highlights.download import download_video
from lambdas.highlights.errors import (
    LinkOnly,
    OutOfTime,
    SourceTooSlow,
    SourceUnavailable,
    Unavailable,
)
from lambdas.highlights.host_rules import HostRules
from lambdas.highlights.internet import Internet
from tests.hostile.scripts import LONG_MDAT, answer, busy, endless, in_turn
from tests.hostile.server import Exchange, HostileServer

OK = ("200 OK", "Content-Type: video/mp4")
# What a socket waits for is not hurried: headers may come as late as in earnest.
HURRY = 100
STRICT = Patience(slowest=10_000_000)
STATUS = b"HTTP/1.1 200 OK\r\n"
PAGE = answer("200 OK", b"<html></html>", "Content-Type: text/html")


def silent(exchange: Exchange) -> None:
    while exchange.pause(0.05):
        pass


def stalled(exchange: Exchange) -> None:
    exchange.head(*OK, "Content-Length: 1000000")
    exchange.send(LONG_MDAT)
    silent(exchange)


def busy_until_later(exchange: Exchange) -> None:
    now = time.time()
    exchange.answer(
        "503 Service Unavailable",
        b"",
        f"Date: {formatdate(now, usegmt=True)}",
        f"Retry-After: {formatdate(now + 45, usegmt=True)}",
    )


SCRIPTS = {
    "trickle": endless(LONG_MDAT, b"x", *OK, pause=0.02),
    "trickle-at-once": endless(b"", b"x", *OK, pause=0.02),
    "stall": stalled,
    "silence": silent,
    "steady": endless(LONG_MDAT, bytes(1_000), *OK, pause=0.01),
    "busy": in_turn(busy("30"), PAGE),
    "busy-until": in_turn(busy_until_later, PAGE),
    "busy-for-an-hour": busy("3600"),
    "trickling-headers": endless(STATUS + b"X: ", b"y", pause=0.02),
    "headers-for-ever": endless(STATUS, b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.02),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileServer]:
    with HostileServer(SCRIPTS, {}, tmp_path_factory.mktemp("hostile")) as running:
        yield running


def hurried() -> float:
    """A clock by which a body has so many times less time than in earnest."""
    return time.monotonic() * HURRY


class Attempt:
    """A download by limits of its own, whose waits pass at once and whose store takes nothing."""

    def __init__(
        self,
        patience: Patience = STRICT,
        seconds: float = 1e6,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.waits: list[float] = []
        self.deadline = Deadline(seconds, clock, self.waits.append)
        self._patience = patience

    def download(self, url: str) -> Any:
        pools = guarded_pools(["127.0.0.1"])
        with Watch(self.deadline) as watch:
            net = Internet(pools, HostRules(), self.deadline, watch, self._patience)
            return download_video(net, url, self._destination)

    def _destination(self, form: Any) -> Destination:
        nothing: Any = SimpleNamespace(has=lambda key: False)
        return Destination(
            nothing, "videos/a.mp4", "video/mp4", None, 10**9, self.deadline, None, lambda _: None
        )


@pytest.mark.parametrize("case", ["trickle", "trickle-at-once", "stall", "headers-for-ever"])
def test_a_body_that_comes_too_slowly_is_given_up(server: HostileServer, case: str):
    with pytest.raises(SourceTooSlow):
        Attempt(clock=hurried).download(f"{server.base_url}/{case}/clip.mp4")

    assert len(server.requests(case)) == 1


@pytest.mark.parametrize("case", ["silence", "trickling-headers"])
def test_headers_that_do_not_come_are_given_up(
    server: HostileServer, case: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "LONGEST_HEAD", 0.3)
    with pytest.raises(SourceUnavailable):
        Attempt().download(f"{server.base_url}/{case}/clip.mp4")


def test_a_source_that_never_ends_is_read_until_the_function_has_to_stop(server: HostileServer):
    with pytest.raises(OutOfTime):
        Attempt(Patience(slowest=1), 0.3).download(f"{server.base_url}/steady/clip.mp4")


def test_a_host_that_says_nothing_does_not_keep_a_function_beyond_its_time(server: HostileServer):
    with pytest.raises(OutOfTime):
        Attempt(Patience(), 0.3).download(f"{server.base_url}/silence/clip.mp4")


@pytest.mark.parametrize(("case", "seconds"), [("busy", 30.0), ("busy-until", 45.0)])
def test_a_host_is_left_alone_for_as_long_as_it_asks(
    server: HostileServer, case: str, seconds: float
):
    attempt = Attempt()

    with pytest.raises(LinkOnly):
        attempt.download(f"{server.base_url}/{case}/clip.mp4")

    assert attempt.waits == [seconds]
    assert len(server.requests(case)) == 2


def test_a_wait_that_is_too_long_is_not_begun(server: HostileServer):
    attempt = Attempt()

    with pytest.raises(SourceUnavailable, match="left alone for 3600 s"):
        attempt.download(f"{server.base_url}/busy-for-an-hour/clip.mp4")

    assert attempt.waits == []


class Names:
    """Stands in for the name service and the network: addresses in turn, and what was connected."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: tuple[str, ...]):
        self.asked: list[str] = []
        self.connected: list[str] = []
        self._answers = iter(answers)
        monkeypatch.setattr(socket, "getaddrinfo", self._resolve)
        monkeypatch.setattr(connections, "create_connection", self._connect)

    def _resolve(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        return [(0, 0, 0, "", (address, port)) for address in next(self._answers)]

    def _connect(self, address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        self.connected.append(address[0])
        raise ConnectionRefusedError


def test_a_name_that_resolves_differently_the_second_time_gets_nowhere(monkeypatch):
    names = Names(monkeypatch, ("93.184.216.34",), ("169.254.169.254",))

    with pytest.raises(SourceUnavailable):
        Attempt().download("http://rebound.example/clip.mp4")
    with pytest.raises(Unavailable, match="private"):
        Attempt().download("http://rebound.example/clip.mp4")

    assert names.connected == ["93.184.216.34"]
    assert len(names.asked) == 2


@pytest.mark.parametrize("private", ["10.1.2.3", "::1", "fe80::1", "::ffff:192.168.0.1", "::"])
def test_a_name_of_which_one_address_is_private_is_not_connected_to(monkeypatch, private: str):
    names = Names(monkeypatch, ("93.184.216.34", private))

    with pytest.raises(Unavailable, match="private"):
        Attempt().download("https://two-faced.example/clip.mp4")

    assert names.connected == []


def test_a_name_of_other_letters_is_asked_as_the_internet_writes_it(monkeypatch):
    names = Names(monkeypatch, ("93.184.216.34",))

    with pytest.raises(SourceUnavailable):
        Attempt().download("http://bücher.example:8080/clip.mp4")

    assert names.asked == ["xn--bcher-kva.example"]
