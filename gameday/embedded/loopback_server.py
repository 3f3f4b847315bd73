"""An HTTP server on 127.0.0.1 that sends prepared answers: whole, in ranges, or broken off."""

import errno
import re
import select
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

CHUNK = 64 * 1024
TRICKLE_SECONDS = 0.05


class Ending(Enum):
    """How the sending of a body ends."""

    WHOLE = auto()
    TRUNCATED = auto()  # after half of what was announced, orderly
    RESET = auto()  # after half of what was announced, by a TCP reset
    STALLED = auto()  # after half of what was announced, never: silence
    TRICKLING = auto()  # never: no length announced, then a space twenty times a second
    ENDLESS = auto()  # never: no length announced, then spaces as fast as they go


_HALVED = (Ending.TRUNCATED, Ending.RESET, Ending.STALLED)
_WITHOUT_LENGTH = (Ending.TRICKLING, Ending.ENDLESS)


@dataclass(frozen=True)
class Request:
    """A request as it arrived.

    query: the last value of each parameter. headers: by lower-case name; never shown, since
    they may hold a key.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """An answer to send. A Range header is honoured where the answer has an ETag.

    body: bytes, or the file that holds them. bytes_per_second slows the body down.
    """

    status: int
    body: bytes | Path = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    bytes_per_second: int | None = None
    ending: Ending = Ending.WHOLE


class LoopbackServer:
    """Answers GET and HEAD by `answer`, a thread per connection, while in its `with` block.

    port: 0 for any free one. Raises OSError when it is taken.
    """

    def __init__(self, answer: Callable[[Request], Answer], port: int = 0) -> None:
        self._stopping = Event()
        try:
            self._server = _Server(("127.0.0.1", port), partial(_Handler, answer, self._stopping))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            text = f"port {port} of 127.0.0.1 is taken; choose another, or 0 for any free one"
            raise OSError(errno.EADDRINUSE, text) from error
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def server_bind(self) -> None:
        # HTTPServer would also ask the name service for the host's full name.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(
        self, answer: Callable[[Request], Answer], stopping: Event, *connection: Any
    ) -> None:
        self._answer, self._stopping = answer, stopping
        super().__init__(*connection)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self._answer(Request(self.command, url.path, query, headers))
        try:
            self._send(answer)
        except ConnectionError:
            self.close_connection = True  # The client left before the end, as it may.

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: an address may hold a signature."""

    def version_string(self) -> str:
        return "loopback"

    def _send(self, answer: Answer) -> None:
        size = len(answer.body) if isinstance(answer.body, bytes) else answer.body.stat().st_size
        status, begin, end = self._part(answer, size)
        self.send_response(status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if status == 206:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{size}")
        if status == 416:
            self.send_header("Content-Range", f"bytes */{size}")
        if answer.ending not in _WITHOUT_LENGTH:
            self.send_header("Content-Length", str(end - begin))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.ending in _HALVED:
            end -= (end - begin + 1) // 2
        for chunk in _chunks(answer.body, begin, end):
            self.wfile.write(chunk)
            if answer.bytes_per_second:
                self._stopping.wait(len(chunk) / answer.bytes_per_second)
        self._end(answer.ending)

    def _part(self, answer: Answer, size: int) -> tuple[int, int, int]:
        """Status, begin and end of the part of the body that the request asks for.

        https://www.rfc-editor.org/rfc/rfc9110#section-14
        """
        etag = answer.headers.get("ETag")
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not wanted or not any(wanted.groups()) or not etag or answer.status != 200:
            return answer.status, 0, size
        if self.headers.get("If-Range", etag) != etag:
            return answer.status, 0, size
        first, last = wanted.groups()
        if first:
            begin, end = int(first), min(int(last) + 1, size) if last else size
        else:
            begin, end = max(size - int(last), 0), size
        return (206, begin, end) if begin < end else (416, 0, 0)

    def _end(self, ending: Ending) -> None:
        if ending is Ending.RESET:
            # Closing with a linger time of zero sends a reset instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif ending is Ending.STALLED:
            while not self._stopping.is_set() and not self._client_left():
                pass
        elif ending is Ending.TRICKLING:
            while not self._stopping.wait(TRICKLE_SECONDS):
                self.wfile.write(b" ")
        elif ending is Ending.ENDLESS:
            while not self._stopping.is_set():
                self.wfile.write(b" " * CHUNK)

    def _client_left(self) -> bool:
        """Whether the client closed its end, waiting a moment for that."""
        readable, _, _ = select.select([self.connection], [], [], TRICKLE_SECONDS)
        return bool(readable)


def _chunks(body: bytes | Path, begin: int, end: int) -> Iterator[bytes]:
    if isinstance(body, bytes):
        yield body[begin:end]
        return
    with body.open("rb") as file:
        file.seek(begin)
        while begin < end and (chunk := file.read(min(CHUNK, end - begin))):
            begin += len(chunk)
            yield chunk
