"""A small HTTP/1.1 server on loopback whose answers may break off, stall or trickle."""

import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from typing import BinaryIO


@dataclass(frozen=True)
class Request:
    """What was asked. headers: by lower-case name. body: of the announced length, or less."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass
class Answer:
    """What is answered. body: in pieces, sent as they come.

    Without a `Content-Length` or `Transfer-Encoding` among the headers, the pieces are joined and
    their length is announced. cut: end the connection behind the body; reset: with a TCP reset.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""
    cut: bool = False
    reset: bool = False

    def write(self, out: BinaryIO) -> None:
        body = [self.body] if isinstance(self.body, bytes) else self.body
        names = {name.lower() for name in self.headers}
        headers = dict(self.headers)
        if not names & {"content-length", "transfer-encoding"} and not self.cut:
            body = [b"".join(body)]
            headers["Content-Length"] = str(len(body[0]))
        if self.cut:
            headers.setdefault("Connection", "close")
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        out.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        for piece in body:
            out.write(piece)
            out.flush()


Respond = Callable[[Request], Answer]


class LoopbackServer(socketserver.ThreadingTCPServer):
    """Answers as `respond` says. requests: all that came, without bodies.

    closing: is set when it ends.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, respond: Respond):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.respond = respond
        self.requests: list[Request] = []
        self.connections = 0
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone is what many tests are about."""


class _Connection(socketserver.StreamRequestHandler):
    server: LoopbackServer
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def handle(self) -> None:
        self.server.connections += 1
        number = self.server.connections
        while line := self.rfile.readline():
            method, target, _ = line.decode("latin-1").split()
            headers = dict(self._headers())
            body = self.rfile.read(int(headers.get("content-length", 0)))
            request = Request(method, target, headers, body, number)
            self.server.requests.append(replace(request, body=b""))
            answer = self.server.respond(request)
            answer.write(self.wfile)
            self.wfile.flush()
            if answer.reset:
                linger = struct.pack("ii", 1, 0)
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.request.close()
            if answer.cut or answer.reset:
                return

    def _headers(self) -> Iterator[tuple[str, str]]:
        for line in iter(self.rfile.readline, b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            yield name.strip().lower(), value.strip()


@contextmanager
def serving(respond: Respond) -> Iterator[LoopbackServer]:
    """A server that runs meanwhile."""
    server = LoopbackServer(respond)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.005))
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
