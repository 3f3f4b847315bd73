"""HTTP with nothing around it, to tell what a connection can give and take."""

import os
import re
import socket
import ssl
from urllib.parse import urlsplit


def connect(url: str) -> socket.socket:
    """A connection to the host of `url`, in TLS for https."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    if parts.scheme == "https":
        return ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname)
    return connection


def get(connection: socket.socket, url: str, *headers: str) -> tuple[int, bytes]:
    """Ask for `url`: the length of the body, and what came of it with the head."""
    connection.sendall(_head("GET", url, *headers))
    head = b""
    while b"\r\n\r\n" not in head:
        head += _received(connection, 4096)
    head, _, begun = head.partition(b"\r\n\r\n")
    return int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head)[1]), begun


def size_of(url: str) -> int:
    """The length that `url` has, asked of a connection of its own."""
    with connect(url) as connection:
        connection.sendall(_head("HEAD", url))
        head = b""
        while b"\r\n\r\n" not in head:
            head += _received(connection, 4096)
    return int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head)[1])


def begin_put(connection: socket.socket, url: str, length: int) -> None:
    """Announce a body of `length` bytes."""
    connection.sendall(_head("PUT", url, f"Content-Length: {length}"))


def end_put(connection: socket.socket) -> None:
    """Wait for the answer to a body that was sent."""
    if not _received(connection, 4096).startswith(b"HTTP/1.1 200"):
        raise ConnectionError("the object was refused")


def object_url(bucket: str, key: str) -> str:
    """Where an object goes in the S3 of the environment."""
    return f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/{key}"


def _head(method: str, url: str, *headers: str) -> bytes:
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def _received(connection: socket.socket, most: int) -> bytes:
    received = connection.recv(most)
    if not received:
        raise ConnectionError("the peer stopped")
    return received
