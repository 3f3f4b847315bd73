"""A host of videos: serves one file under every path, and prints its URL first.

Plain bodies go from the page cache to the socket by sendfile(2). With ranges it has a strong ETag
and honours If-Range; without, it sends the whole file whatever is asked.
"""

import argparse
import mmap
import os
import re
import socket
import ssl
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import BinaryIO

from benchmarks.contenders.serving import Inbox, Pace, Request, head_of, serve

PIECE = 1024 * 1024  # bytes sent at once
PACED_PIECE = 128 * 1024


def talk(connection: socket.socket, options: argparse.Namespace) -> None:
    """Answer the requests of one connection."""
    inbox = Inbox(connection)
    with options.file.open("rb") as file:
        while request := inbox.request():
            status, begin, end, headers = _answer(request, file, options.ranges)
            connection.sendall(head_of(status, headers))
            if request.method != "HEAD":
                _send(connection, file, begin, end, options.rate)


def _answer(
    request: Request, file: BinaryIO, ranges: bool
) -> tuple[str, int, int, dict[str, str | int]]:
    """The status, the bytes from and up to which the body goes, and the headers."""
    found = os.fstat(file.fileno())
    size, tag = found.st_size, f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
    headers: dict[str, str | int] = {"Content-Type": "video/mp4", "Content-Length": size}
    if not ranges:
        return "200 OK", 0, size, headers
    headers |= {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Last-Modified": formatdate(found.st_mtime, usegmt=True),
    }
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if not asked or request.headers.get("if-range", tag) != tag:
        return "200 OK", 0, size, headers
    begin, end = int(asked[1]), min(int(asked[2] or size), size - 1) + 1
    if begin >= end:
        refusal = {"Content-Length": 0, "Content-Range": f"bytes */{size}"}
        return "416 Range Not Satisfiable", 0, 0, refusal
    headers |= {"Content-Length": end - begin, "Content-Range": f"bytes {begin}-{end - 1}/{size}"}
    return "206 Partial Content", begin, end, headers


def _send(
    connection: socket.socket, file: BinaryIO, begin: int, end: int, rate: float | None
) -> None:
    pace, piece = Pace(rate), PACED_PIECE if rate else PIECE
    if isinstance(connection, ssl.SSLSocket):
        view = memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))
        for at in range(begin, end, piece):
            sent = min(piece, end - at)
            connection.sendall(view[at : at + sent])
            pace.passed(sent)
        return
    while begin < end:
        sent = os.sendfile(connection.fileno(), file.fileno(), begin, min(piece, end - begin))
        begin += sent
        pace.passed(sent)


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--certificates", type=Path)
    parser.add_argument("--rate", type=float, help="bytes per second of each connection")
    parser.add_argument("--no-ranges", dest="ranges", action="store_false")
    options = parser.parse_args()
    serve(partial(talk, options=options), options.certificates, receive_buffer=None)


if __name__ == "__main__":
    main()
