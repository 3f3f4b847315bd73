"""Connections to public addresses only, checked on the very address that is connected to."""

import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPException
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse
from urllib3.util import create_urllib3_context
from urllib3.util.connection import create_connection

from lambdas.highlights.errors import SourceUnavailable, Unavailable

TIMEOUT = urllib3.Timeout(connect=10, read=20)  # seconds
LONGEST_HEAD = 20  # seconds in which all headers of an answer have to come
MOST_ADDRESSES = 4  # of a host that are tried, one after the other
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All that is given out: https://www.iana.org/assignments/ipv6-address-space
UNICAST = ipaddress.ip_network("2000::/3")


# Of an answer with a malformed header it would log the URL, whose query may be a signature.
logging.getLogger("urllib3").setLevel(logging.ERROR)


@cache
def _trusted() -> ssl.SSLContext:
    """TLS that trusts the system's certificates, read once: it takes longer than a handshake."""
    context = create_urllib3_context()
    context.load_default_certs()
    return context


class _TrustingPool(HTTPSConnectionPool):
    """Connections in TLS to hosts that the system's certificates vouch for."""

    def __init__(self, host: str, port: int | None = None, **options: Any):
        super().__init__(host, port, **{**options, "ssl_context": _trusted()})


def open_pools(timeout: urllib3.Timeout, connections: int = 20) -> urllib3.PoolManager:
    """A pool manager that asks once and trusts the system's certificates.

    connections: how many to one host are kept for reuse.
    """
    pools = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=connections)
    pools.pool_classes_by_scheme = {"http": HTTPConnectionPool, "https": _TrustingPool}
    return pools


def guarded_pools(allowed_private: Collection[str], connections: int = 20) -> urllib3.PoolManager:
    """A pool manager that connects to public addresses, and to the hosts named here.

    allowed_private: `host` or `host:port`, as a URL writes them, in lower case. connections: how
    many to one host are kept for reuse. Connecting raises Unavailable and SourceUnavailable.
    """

    def connect(connection: HTTPConnection) -> socket.socket:
        # Connecting by name would resolve it once more and could lead elsewhere.
        failed: OSError | None = None
        for address in _allowed_addresses(connection.host, connection.port, allowed_private):
            try:
                return create_connection(
                    (address, connection.port or connection.default_port),
                    connection.timeout,
                    source_address=connection.source_address,
                    socket_options=connection.socket_options,
                )
            except OSError as error:
                failed = error
        raise failed or SourceUnavailable(f"{connection.host} has no address")

    class Guarded(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

        def getresponse(self) -> HTTPResponse:
            with _read_in_time(self.sock):
                return super().getresponse()

    class GuardedHTTPS(Guarded, HTTPSConnection):
        pass

    class GuardedHTTPPool(HTTPConnectionPool):
        ConnectionCls = Guarded

    class GuardedHTTPSPool(_TrustingPool):
        ConnectionCls = GuardedHTTPS

    pools = open_pools(TIMEOUT, connections)
    pools.pool_classes_by_scheme = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}
    return pools


@contextmanager
def _read_in_time(connected: socket.socket) -> Iterator[None]:
    """Ends a read of headers that lasts: a host that trickles them meets every read's timeout."""
    late = threading.Event()

    def end() -> None:
        late.set()
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RD)

    timer = threading.Timer(LONGEST_HEAD, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException):
        # Ended before its first line, an answer looks as if the host had hung up.
        if not late.is_set():
            raise
    finally:
        timer.cancel()
        timer.join()
    if late.is_set():
        raise TimeoutError(f"the headers did not come in {LONGEST_HEAD} seconds")


def _allowed_addresses(host: str, port: int | None, allowed_private: Collection[str]) -> list[str]:
    """The addresses of `host` in order; raises Unavailable when one is not public."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailable(f"{host} has no address ({type(error).__name__})") from error
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))[:MOST_ADDRESSES]
    shown = f"[{host}]" if ":" in host else host
    if shown in allowed_private or f"{shown}:{port}" in allowed_private:
        return addresses
    for address in addresses:
        if not is_public(address):
            raise Unavailable(
                f"{host} is at a private address; name it in allowed_private_hosts "
                "if it may serve videos"
            )
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also by the IPv4 address that it carries."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if carried is None and ip in NAT64:
            carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if carried is None:
            return ip in UNICAST and ip.is_global
        ip = carried
    return ip.is_global and not ip.is_multicast
