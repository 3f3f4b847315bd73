"""Which addresses are connected to, over real sockets on loopback."""

import socket
import threading
from collections.abc import Callable
from typing import BinaryIO

import pytest
import urllib3

from lambdas.highlights import connections
from lambdas.highlights.connections import guarded_pools, is_public
from lambdas.highlights.errors import SourceUnavailable, Unavailable
from tests.unit.fakes.loopback import Answer, Request, serving

PUBLIC = "93.184.216.34"


def secret(_: Request) -> Answer:
    return Answer(body=b"secret")


class Resolver:
    """Names' addresses, one list for each time a name is asked; the last holds on.

    led: where an address really leads, so that a public one can be asked in a test.
    """

    def __init__(self, **answers: list[list[str]]):
        self.answers = {name.replace("_", "."): given for name, given in answers.items()}
        self.led: dict[str, tuple[str, int]] = {}
        self.asked: list[str] = []

    def __call__(self, host, port, family=0, type=0, *_, **__):
        self.asked.append(host)
        if host in self.led:
            return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", self.led[host])]
        waiting = self.answers.get(host, [[host]])
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (one, port)) for one in found]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Resolver]:
    """Puts names into the name service."""

    def put_in(**answers: list[list[str]]) -> Resolver:
        resolver = Resolver(**answers)
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        return resolver

    return put_in


def get(url: str, *allowed: str) -> bytes:
    return guarded_pools(allowed).request("GET", url, redirect=False).data


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0.0.0.0"])
def test_a_private_host_gets_no_request_unless_named(host):
    with serving(secret) as server:
        with pytest.raises((Unavailable, SourceUnavailable)):
            get(f"http://{host}:{server.port}/a.mp4")
        assert server.requests == []
        assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST.", "127.0.0.1:{port}"])
def test_a_named_host_may_be_private(host):
    with serving(secret) as server:
        allowed = host.format(port=server.port).lower().rstrip(".")
        url = f"http://{host.partition(':')[0]}:{server.port}/a.mp4"
        assert get(url, allowed) == b"secret"


def test_a_host_named_with_another_port_stays_closed():
    with serving(secret) as server:
        with pytest.raises(Unavailable, match="allowed_private_hosts"):
            get(f"{server.url}/a.mp4", "127.0.0.1:1")
        assert server.requests == []


def test_a_name_is_asked_once_and_its_checked_address_is_connected_to(resolve):
    with serving(secret) as private, serving(lambda _: Answer(body=b"clip")) as public:
        names = resolve(clips_example=[[PUBLIC], ["127.0.0.1"]])
        names.led[PUBLIC] = ("127.0.0.1", public.port)

        assert get(f"http://clips.example:{private.port}/a.mp4") == b"clip"
        assert names.asked.count("clips.example") == 1
        assert private.requests == []


def test_a_name_that_moves_to_a_private_address_gets_nowhere(resolve):
    with serving(lambda _: Answer(headers={"Connection": "close"})) as server:
        names = resolve(clips_example=[[PUBLIC], ["127.0.0.1"]])
        names.led[PUBLIC] = ("127.0.0.1", server.port)
        pools, url = guarded_pools(()), f"http://clips.example:{server.port}/a.mp4"
        pools.request("GET", url)

        with pytest.raises(Unavailable, match="clips.example is at a private address"):
            pools.request("GET", url)
        assert len(server.requests) == 1


def test_one_private_address_among_public_ones_is_enough_to_refuse(resolve):
    with serving(secret) as server:
        resolve(clips_example=[[PUBLIC, "127.0.0.1"]])

        with pytest.raises(Unavailable, match="private"):
            get(f"http://clips.example:{server.port}/a.mp4")
        assert server.requests == []


def test_a_name_without_an_address_may_have_one_later(resolve):
    resolve(clips_example=[[]])

    with pytest.raises(SourceUnavailable, match="clips.example has no address"):
        get("http://clips.example/a.mp4")


class TricklingHeaders(Answer):
    """Headers of which one more byte comes until the client has gone."""

    def __init__(self, beginning: bytes):
        super().__init__()
        self._beginning = beginning

    def write(self, out: BinaryIO) -> None:
        out.write(self._beginning)
        pause = threading.Event()
        while not pause.wait(0.01):
            out.write(b"x")
            out.flush()


def timers() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if isinstance(one, threading.Timer)}


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 ", b""])
def test_headers_that_trickle_are_given_up(monkeypatch, beginning):
    monkeypatch.setattr(connections, "LONGEST_HEAD", 0.1)
    before = timers()

    late = pytest.raises(urllib3.exceptions.ReadTimeoutError)
    with serving(lambda _: TricklingHeaders(beginning)) as server, late:
        get(f"{server.url}/a.mp4", "127.0.0.1")
    assert timers() <= before


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "127.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2002:a00:1::",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_private_addresses_in_every_form_are_known(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_addresses_are_known(address):
    assert is_public(address)


BROKEN_HEADERS = {"X-First": "x", "no colon\r\nX-Then": "x"}


def test_a_malformed_header_puts_no_signature_into_the_log(caplog):
    with serving(lambda _: Answer(200, BROKEN_HEADERS, b"video", cut=True)) as host:
        assert get(f"{host.url}/a.mp4?X-Amz-Signature=abc", "127.0.0.1") == b"video"

    assert "abc" not in caplog.text
