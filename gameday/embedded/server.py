"""An ASGI application served on a loopback port by a thread of this process."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

Application = Callable[[dict, Callable, Callable], Awaitable[None]]

LOOPBACK = "127.0.0.1"
STARTUP_SECONDS = 120
GRACE_SECONDS = 0.2
STOP_SECONDS = 60

# Longer than any client pauses between two requests on a connection it keeps.
KEEP_ALIVE_SECONDS = 75


class PortUnavailable(RuntimeError):
    """The wanted port cannot be listened on."""


class ServerFailed(RuntimeError):
    """The server did not come up, or did not go down in time."""


class Server:
    """Serves `application` on `port` of the loopback interface; port 0 chooses a free one."""

    def __init__(self, application: Application, sock: socket.socket) -> None:
        self.port = sock.getsockname()[1]
        self._application = application
        self._socket = sock
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="embedded-aws")

    def start(self) -> None:
        """Serve, once the application is ready; what it raises instead is raised here."""
        self._thread.start()
        in_time = self._ready.wait(STARTUP_SECONDS)
        if self._failure is not None:
            self.stop()
            raise self._failure
        if not in_time:
            raise ServerFailed(f"the embedded AWS did not start within {STARTUP_SECONDS} seconds")

    def stop(self) -> None:
        # The loop is closed when serving has failed.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._shutdown.set)
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            raise ServerFailed(f"the embedded AWS did not stop within {STOP_SECONDS} seconds")

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - start() raises it
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._shutdown = asyncio.Event()
        config = Config()
        config.bind = [f"fd://{self._socket.detach()}"]
        config.keep_alive_timeout = KEEP_ALIVE_SECONDS
        config.graceful_timeout = GRACE_SECONDS
        config.startup_timeout = STARTUP_SECONDS
        config.errorlog = logging.getLogger("gameday.embedded.server")
        await serve(self._announced, config, shutdown_trigger=self._shutdown.wait)

    async def _announced(self, scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] != "lifespan":
            await self._application(scope, receive, send)
            return
        try:
            await self._application(scope, receive, self._announcing(send))
        except Exception as error:  # noqa: BLE001 - start() raises it
            self._failure = error
            self._ready.set()

    def _announcing(self, send: Callable) -> Callable:
        async def announce(message: dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._ready.set()

        return announce


def loopback_socket(port: int) -> socket.socket:
    """A socket that listens on the loopback interface.

    Raises:
        PortUnavailable: another program listens on the port.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        sock.bind((LOOPBACK, port))
        sock.listen(socket.SOMAXCONN)
    except OSError as error:
        sock.close()
        raise PortUnavailable(
            f"port {port} of {LOOPBACK} cannot be used ({error.strerror}); "
            "choose another one, or 0 for any"
        ) from error
    return sock
