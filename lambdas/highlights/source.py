"""Opens a video's URL on the open internet, or says why that is not done.

What a URL names is data from outside: only http(s) is followed, and only to public addresses,
on the first request and on every redirect, checked on the very address that is connected to.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from lambdas.highlights.errors import DownloadInterrupted, PermanentError, SourceUnavailable

TIMEOUT = urllib3.Timeout(connect=10, read=20)
MOST_REDIRECTS = 5
CHUNK = 256 * 1024  # bytes read at once
SLOWEST = 20_000  # bytes per second, on average, below which a source is given up
PATIENCE = 20.0  # seconds for which it may be slower

# Hosts whose URLs are pages around a player; their terms forbid downloading, so none is asked.
PAGE_HOSTS = (
    "youtube.com",
    "youtu.be",
    "twitter.com",
    "x.com",
    "reddit.com",
    "redd.it",
    "streamable.com",
    "facebook.com",
    "instagram.com",
    "tiktok.com",
    "dubz.link",
    "dubz.co",
    "streamin.me",
    "streamin.one",
)
GONE = {404: "not found", 410: "gone"}
FORBIDDEN = {401: "needs a login", 402: "needs payment", 403: "forbidden", 451: "blocked by law"}


class LinkOnly(PermanentError):
    """The URL leads to a page, not to a file; its metadata is all that is kept."""


class Unavailable(PermanentError):
    """The URL will not give the video, for the reason in the text."""


@dataclass(frozen=True)
class Source:
    """An opened video.

    length: the announced bytes, or None. chunks: the body, at most CHUNK bytes at a time;
    raises DownloadInterrupted when it stops before its end.
    """

    length: int | None
    chunks: Iterator[bytes]


def guarded_pools(allowed_private: Collection[str]) -> urllib3.PoolManager:
    """A pool manager that connects to public addresses, and to the hosts named here.

    allowed_private: `host` or `host:port`, as a URL writes them, in lower case.
    """

    def connect(connection: HTTPConnection) -> socket.socket:
        # Connecting by name would resolve it once more and could lead elsewhere.
        address = _allowed_address(connection.host, connection.port, allowed_private)
        return create_connection(
            (address, connection.port or connection.default_port),
            connection.timeout,
            source_address=connection.source_address,
            socket_options=connection.socket_options,
        )

    class GuardedHTTPConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class GuardedHTTPSConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class GuardedHTTPPool(HTTPConnectionPool):
        ConnectionCls = GuardedHTTPConnection

    class GuardedHTTPSPool(HTTPSConnectionPool):
        ConnectionCls = GuardedHTTPSConnection

    pools = urllib3.PoolManager(timeout=TIMEOUT, retries=False)
    pools.pool_classes_by_scheme = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}
    return pools


@contextmanager
def open_source(
    http: urllib3.PoolManager, url: str | None, clock: Callable[[], float]
) -> Iterator[Source]:
    """Open the video at `url` for reading once, following redirects.

    clock: seconds that only go forward, to tell a source that never ends. Raises LinkOnly, Unavailable, SourceUnavailable, and DownloadInterrupted while it is read.
    No message holds more of a URL than its host: a query may be a signature.
    """
    if not url:
        raise Unavailable("the provider gives no URL")
    for _ in range(MOST_REDIRECTS + 1):
        host = _checked_host(url)
        response = _request(http, url, host)
        try:
            location = response.headers.get("Location")
            if response.status in (301, 302, 303, 307, 308) and location:
                url = urljoin(url, location)
                continue
            _check_status(response.status, host)
            yield Source(_length(response), _chunks(response, host, clock))
            return
        finally:
            response.close()
    raise Unavailable(f"{host} redirects more than {MOST_REDIRECTS} times")


def _checked_host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        raise Unavailable("the provider's URL is not a URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Unavailable(f"the URL is not http(s) but {parts.scheme[:20]!r}")
    if any(host == page or host.endswith("." + page) for page in PAGE_HOSTS):
        raise LinkOnly(f"{host} serves pages around a player, not files")
    if parts.path.lower().endswith((".m3u8", ".mpd")):
        raise LinkOnly(f"{host} serves a streaming playlist, not one file")
    return host


def _request(http: urllib3.PoolManager, url: str, host: str) -> urllib3.HTTPResponse:
    try:
        return http.request(
            "GET",
            url,
            headers={"accept-encoding": "identity", "user-agent": "game-day-vault/1"},
            redirect=False,
            preload_content=False,
        )
    except urllib3.exceptions.LocationValueError:
        raise Unavailable("the provider's URL is not a URL") from None
    except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
        raise SourceUnavailable(f"{host} did not answer ({type(error).__name__})") from error


def _check_status(status: int, host: str) -> None:
    if status == 200:
        return
    if status in GONE:
        raise Unavailable(f"{host} answered {status}: {GONE[status]}")
    if status in FORBIDDEN:
        raise Unavailable(f"{host} answered {status}: {FORBIDDEN[status]}")
    if status in (408, 425, 429) or status >= 500:
        raise SourceUnavailable(f"{host} answered {status}")
    raise Unavailable(f"{host} answered {status}, which is no video")


def _length(response: urllib3.BaseHTTPResponse) -> int | None:
    announced = response.headers.get("Content-Length", "")
    return int(announced) if announced.isascii() and announced.isdigit() else None


def _chunks(
    response: urllib3.HTTPResponse, host: str, clock: Callable[[], float]
) -> Iterator[bytes]:
    began, size = clock(), 0
    try:
        # What has come so far, not a full chunk: a source that trickles would never fill one.
        while chunk := response.read1(CHUNK, decode_content=False):
            yield chunk
            size += len(chunk)
            elapsed = clock() - began
            if elapsed > PATIENCE and size < SLOWEST * elapsed:
                raise DownloadInterrupted(f"{host} sends under {SLOWEST:,} bytes a second")
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise DownloadInterrupted(
            f"{host} broke off the download ({type(error).__name__})"
        ) from error


def _allowed_address(host: str, port: int | None, allowed_private: Collection[str]) -> str:
    """The address to connect to for `host`; raises Unavailable when it is not a public one."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailable(f"{host} has no address ({type(error).__name__})") from error
    addresses = [str(info[4][0]) for info in found]
    shown = f"[{host}]" if ":" in host else host
    if shown in allowed_private or f"{shown}:{port}" in allowed_private:
        return addresses[0]
    for address in addresses:
        if not _is_public(address):
            raise Unavailable(
                f"{host} is at a private address; name it in allowed_private_hosts "
                "if it may serve videos"
            )
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if carried is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if carried is not None:
            ip = carried
    return ip.is_global and not ip.is_multicast
