"""Which URLs are opened, over real sockets on loopback."""

import socket
import threading
from contextlib import contextmanager
from itertools import count

import pytest

from lambdas.highlights.errors import DownloadInterrupted, SourceUnavailable
from lambdas.highlights.source import LinkOnly, Unavailable, _is_public, guarded_pools, open_source


@contextmanager
def server(*answers: bytes):
    """A server that gives each connection the next of `answers`; yields its port and requests."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests: list[bytes] = []

    def serve():
        for answer in answers:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                requests.append(connection.recv(65536))
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], requests
    finally:
        listener.close()


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read(url, *allowed, clock=lambda: 0.0):
    with open_source(guarded_pools(allowed), url, clock) as source:
        return source.length, b"".join(source.chunks)


def test_a_named_host_may_be_private():
    with server(answer("200 OK", b"bytes", Content_Length="5")) as (port, _):
        assert read(f"http://127.0.0.1:{port}/a.mp4", "127.0.0.1") == (5, b"bytes")


def test_a_host_may_be_named_with_its_port_alone():
    with server(answer("200 OK", b"bytes")) as (port, _):
        url = f"http://127.0.0.1:{port}/a.mp4"
        with pytest.raises(Unavailable):
            read(url, "127.0.0.1:1")
        assert read(url, f"127.0.0.1:{port}")[1] == b"bytes"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0.0.0.0"])
def test_a_private_host_gets_no_request_unless_named(host):
    with server(answer("200 OK", b"secret")) as (port, requests):
        with pytest.raises((Unavailable, SourceUnavailable)):
            read(f"http://{host}:{port}/a.mp4")
        assert requests == []


def test_a_redirect_to_a_private_host_gets_no_request():
    with server(answer("200 OK", b"secret")) as (inner, requests):
        redirect = answer("302 Found", Location=f"http://127.0.0.2:{inner}/metadata")
        with server(redirect) as (outer, _), pytest.raises(Unavailable, match="private"):
            read(f"http://127.0.0.1:{outer}/a.mp4", "127.0.0.1")
        assert requests == []


def test_redirects_are_followed_but_not_for_ever():
    with server(*[answer("302 Found", Location="/again")] * 9) as (port, requests):
        with pytest.raises(Unavailable, match="redirects"):
            read(f"http://127.0.0.1:{port}/a.mp4", "127.0.0.1")
        assert len(requests) == 6


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("404 Not Found", Unavailable),
        ("410 Gone", Unavailable),
        ("403 Forbidden", Unavailable),
        ("451 Unavailable For Legal Reasons", Unavailable),
        ("418 Teapot", Unavailable),
        ("500 Internal Server Error", SourceUnavailable),
        ("503 Service Unavailable", SourceUnavailable),
        ("429 Too Many Requests", SourceUnavailable),
    ],
)
def test_each_refusal_is_permanent_or_passing(status, error):
    with server(answer(status)) as (port, _), pytest.raises(error, match=status[:3]):
        read(f"http://127.0.0.1:{port}/a.mp4", "127.0.0.1")


def test_a_body_that_stops_early_is_no_video():
    stopped = answer("200 OK", b"half", Content_Length="1000")
    with server(stopped) as (port, _), pytest.raises(DownloadInterrupted):
        read(f"http://127.0.0.1:{port}/a.mp4", "127.0.0.1")


def test_a_source_that_trickles_is_given_up():
    given_up = pytest.raises(DownloadInterrupted, match="bytes a second")
    with server(answer("200 OK", b"drop")) as (port, _), given_up:
        read(f"http://127.0.0.1:{port}/a.mp4", "127.0.0.1", clock=count(0, 60).__next__)


def test_chunked_bodies_are_read_whole():
    body = b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"
    with server(answer("200 OK", body, Transfer_Encoding="chunked")) as (port, _):
        assert read(f"http://127.0.0.1:{port}/a.mp4", "127.0.0.1") == (None, b"firstsecond")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=x",
        "https://youtu.be/x",
        "https://x.com/team/status/1",
        "https://old.reddit.com/r/basketball",
        "https://streamable.com/x",
        "https://cdn.example/live/master.m3u8?token=1",
    ],
)
def test_pages_and_playlists_are_never_asked(url):
    with pytest.raises(LinkOnly):
        read(url)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "ftp://a.example/x",
        "file:///etc/passwd",
        "nonsense",
        "http://",
        "http://[::1",
        "http://a.example:99999/",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_web_address_is_unavailable(url):
    with pytest.raises(Unavailable):
        read(url)


def test_no_message_holds_the_query_of_a_url():
    signed = answer("404 Not Found")
    with server(signed) as (port, _), pytest.raises(Unavailable) as raised:
        read(f"http://127.0.0.1:{port}/a.mp4?X-Amz-Signature=abc", "127.0.0.1")
    assert "abc" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "127.0.0.1",
        "0.0.0.0",
        "::1",
        "100.64.0.1",
        "224.0.0.1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "::",
        "255.255.255.255",
    ],
)
def test_private_addresses_in_every_form_are_known(address):
    assert not _is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_known(address):
    assert _is_public(address)
