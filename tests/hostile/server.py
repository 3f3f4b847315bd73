"""An HTTP server on 127.0.0.1 that misbehaves as it is told, over raw sockets.

What a case serves is a script: a function that is given an `Exchange` and sends what it likes.
"""

import socket
import ssl
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Self

from tests.hostile.certificate import self_signed

LONGEST_HEAD = 64 * 1024  # bytes of a request
PATIENCE = 120.0  # seconds that a socket waits before its thread gives up


@dataclass(frozen=True)
class Request:
    """A request of a case as it arrived. number: from 1; headers: by lower-case name."""

    number: int
    target: str
    headers: Mapping[str, str] = field(repr=False)

    def asked(self, size: int) -> tuple[int, int] | None:
        """The first byte and the one behind the last of the range that is asked of `size`."""
        unit, _, given = self.headers.get("range", "").partition("=")
        if unit != "bytes":
            return None
        first, _, last = given.partition("-")
        return int(first), min(int(last) + 1, size)


class Exchange:
    """A request, and the connection on which it is answered.

    files: the bodies that there are, by name. base_url: of the server, where its other paths are.
    """

    def __init__(
        self, server: "HostileServer", case: str, request: Request, connection: socket.socket
    ) -> None:
        self.request = request
        self.case = case
        self.files = server.files
        self.base_url, self.port = server.base_url, server.port
        self._server = server
        self._connection = connection

    @property
    def rest(self) -> str:
        """The path below the case's."""
        return self.request.target.removeprefix(f"/{self.case}/")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(data)

    def head(self, status: str, *headers: str) -> None:
        """Send a status line and headers, the last of which ends the connection's use."""
        lines = [f"HTTP/1.1 {status}", *headers, "Connection: close", "", ""]
        self.send("\r\n".join(lines).encode())

    def answer(self, status: str, body: bytes = b"", *headers: str) -> None:
        """Send a whole answer."""
        self.head(status, f"Content-Length: {len(body)}", *headers)
        self.send(body)

    def reset(self) -> None:
        """End the connection by a reset instead of an orderly end."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def pause(self, seconds: float) -> bool:
        """Wait; whether the server still runs."""
        return not self._server.stopping.wait(seconds)

    @property
    def goes_on(self) -> bool:
        return not self._server.stopping.is_set()


Script = Callable[[Exchange], None]


class HostileServer:
    """Answers `/<case>/...` by the script of the case, a thread per connection.

    A context manager. base_url: over HTTP; tls_url: over TLS, with a certificate that no one
    signed but itself. strays: what was asked for that is no case's.
    """

    def __init__(
        self, scripts: Mapping[str, Script], files: Mapping[str, bytes], folder: Path
    ) -> None:
        self.files = files
        self.strays: list[str] = []
        self.stopping = Event()
        self._scripts = scripts
        self._requests: dict[str, list[Request]] = {name: [] for name in scripts}
        self._lock = Lock()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self_signed(folder))
        self._plain_listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._tls_listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._plain_listener.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.tls_url = f"https://127.0.0.1:{self._tls_listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        for listener, tls in ((self._plain_listener, None), (self._tls_listener, self._tls)):
            Thread(target=self._accept, args=(listener, tls), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for listener in (self._plain_listener, self._tls_listener):
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def requests(self, case: str) -> list[Request]:
        """Those that arrived for a case so far."""
        with self._lock:
            return list(self._requests[case])

    def _accept(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(connection, tls), daemon=True).start()

    def _serve(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        connection.settimeout(PATIENCE)
        try:
            with (
                connection if tls is None else tls.wrap_socket(connection, server_side=True) as one
            ):
                self._exchange(one)
        except OSError:
            return  # The client left before the end, as it may.

    def _exchange(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head and len(head) < LONGEST_HEAD:
            received = connection.recv(4096)
            if not received:
                return
            head += received
        lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        target = lines[0].split(" ")[1]
        case = target.split("/")[1]
        if case not in self._scripts:
            self.strays.append(target)
            return
        pairs = (line.partition(":") for line in lines[1:])
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        with self._lock:
            request = Request(len(self._requests[case]) + 1, target, headers)
            self._requests[case].append(request)
        self._scripts[case](Exchange(self, case, request, connection))
