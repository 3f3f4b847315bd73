"""What the loopback servers of the downloads share: connections, TLS, requests, paces."""

import contextlib
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

LONGEST_HEAD = 64 * 1024  # bytes of a request before its body
RECEIVED_AT_ONCE = 64 * 1024


class Request(NamedTuple):
    """The head of a request; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]


class Inbox:
    """Reads requests, lines and bodies from a connection."""

    def __init__(self, connection: socket.socket):
        self.connection = connection
        self._ahead = b""

    def request(self) -> Request | None:
        """The next request, its body still to be read; None when the peer is done."""
        while b"\r\n\r\n" not in self._ahead:
            if len(self._ahead) > LONGEST_HEAD or not self._receive():
                return None
        head, _, self._ahead = self._ahead.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        method, target, _ = first.split(" ", 2)
        return Request(method, target, {name.lower(): value.strip() for name, _, value in pairs})

    def line(self) -> bytes:
        """The next line, without its end."""
        while b"\r\n" not in self._ahead:
            if not self._receive():
                raise ConnectionError("the peer stopped within a line")
        line, _, self._ahead = self._ahead.partition(b"\r\n")
        return line

    def take_ahead(self, most: int) -> bytes:
        """Up to `most` bytes that were received with what came before them."""
        taken, self._ahead = self._ahead[:most], self._ahead[most:]
        return taken

    def _receive(self) -> bool:
        received = self.connection.recv(RECEIVED_AT_ONCE)
        self._ahead += received
        return bool(received)


class Pace:
    """Keeps one body at a rate, in bytes per second; None is no limit."""

    def __init__(self, rate: float | None):
        self.rate = rate
        self._began = time.monotonic()
        self._bytes = 0

    def passed(self, count: int) -> None:
        """Note `count` bytes, and wait until they are due."""
        if self.rate:
            self._bytes += count
            early = self._bytes / self.rate - (time.monotonic() - self._began)
            if early > 0:
                time.sleep(early)


def head_of(status: str, headers: dict[str, str | int]) -> bytes:
    """The head of an answer."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def serve(
    talk: Callable[[socket.socket], None], certificates: Path | None, receive_buffer: int | None
) -> None:
    """Print the URL of a server that gives each connection to `talk`, in a thread of its own.

    certificates: a folder with `certificate.pem` and `key.pem`, for TLS. receive_buffer: bytes
    that the kernel may take ahead of `talk`. Serves until standard input is closed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it closes the standard input
    context = None
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "certificate.pem", certificates / "key.pem")
    listener = socket.socket()
    if receive_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)

    def attend(connection: socket.socket) -> None:
        # A client that goes away, or does not trust the certificate, is not this server's matter.
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            with connection:
                talk(connection)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=attend, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    scheme = "https" if context else "http"
    print(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    sys.stdin.read()
