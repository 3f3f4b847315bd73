"""An S3 that takes uploads and keeps nothing, as cheaply as a receiver can; prints its URL first.

Bodies are dropped in the kernel (`MSG_TRUNC`), so the client is what is measured. With `--check`
they are read instead, and compared with what the client declares; then it answers with checksums,
as S3 does. Signatures are not looked at. `GET /` tells what arrived, as JSON: `bytes` of all
bodies, and `objects` by name, each with its `bytes` and, when checked, its `sha256`.
"""

import argparse
import base64
import hashlib
import json
import socket
import ssl
import threading
import zlib
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote
from uuid import uuid4
from xml.etree import ElementTree

from benchmarks.contenders.serving import Inbox, Pace, Request, head_of, serve

SCRATCH = 1024 * 1024  # bytes received at once
PACED_SCRATCH = 128 * 1024
PACED_BUFFER = 256 * 1024  # bytes that the kernel takes ahead of the pace
CRC32 = "x-amz-checksum-crc32"
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

# Of an upload in parts, so that no client compares it with an MD5.
TAG = f'"{"0" * 32}-1"'


class Refused(Exception):
    """What a client declared is not what it sent; the text is S3's error code."""


class Body(NamedTuple):
    """A body that came whole. content: empty where bodies are dropped."""

    length: int
    content: bytes


class Answer(NamedTuple):
    """What a request is answered with."""

    status: str
    headers: dict[str, str | int]
    content: bytes = b""


class Sink:
    """What arrived, of all connections together."""

    def __init__(self, *, check: bool, rate: float | None):
        self._check = check
        self._rate = rate
        self._lock = threading.Lock()
        self._bytes = 0
        self._uploads: dict[str, dict[int, Body]] = {}
        self._objects: dict[str, dict[str, Any]] = {}

    def talk(self, connection: socket.socket) -> None:
        """Answer the requests of one connection."""
        inbox = Inbox(connection)
        while request := inbox.request():
            if "100-continue" in request.headers.get("expect", "").lower():
                connection.sendall(head_of("100 Continue", {}))
            try:
                body = _read(inbox, request, keep=self._check, rate=self._rate)
                with self._lock:
                    answer = self._answer(request, body)
            except Refused as error:
                answer = Answer("400 Bad Request", {}, _xml("Error", Code=str(error)))
            headers = {"Content-Length": len(answer.content)} | answer.headers
            connection.sendall(head_of(answer.status, headers) + answer.content)

    def _answer(self, request: Request, body: Body) -> Answer:
        path, _, query = request.target.partition("?")
        asked = {name: values[0] for name, values in parse_qs(query, True).items()}
        name = unquote(path).strip("/")
        bucket, _, key = name.partition("/")
        match request.method, asked:
            case "GET", _ if not bucket:
                shown = {"bytes": self._bytes, "objects": self._objects}
                return Answer("200 OK", {}, json.dumps(shown).encode())
            case "PUT", {"uploadId": upload, "partNumber": number}:
                self._bytes += body.length
                self._uploads.setdefault(upload, {})[int(number)] = body
                return self._stored(body)
            case "PUT", _ if key:
                self._bytes += body.length
                self._note(name, [body])
                return self._stored(body)
            case "POST", {"uploads": _}:
                upload = uuid4().hex
                return _answer_in_xml(
                    "InitiateMultipartUploadResult", Bucket=bucket, Key=key, UploadId=upload
                )
            case "POST", {"uploadId": upload}:
                self._note(name, self._joined(self._uploads.pop(upload, {}), request, body))
                return _answer_in_xml(
                    "CompleteMultipartUploadResult", Bucket=bucket, Key=key, ETag=TAG
                )
            case "DELETE", {"uploadId": upload}:
                self._uploads.pop(upload, None)
                return Answer("204 No Content", {})
            case "HEAD" | "GET", _ if key:  # nothing is kept, so a video can come once more
                return Answer("404 Not Found", {})
        return Answer("200 OK", {})

    def _stored(self, body: Body) -> Answer:
        if not self._check:
            return Answer("200 OK", {"ETag": TAG})
        digest = hashlib.md5(body.content, usedforsecurity=False).hexdigest()
        return Answer("200 OK", {"ETag": f'"{digest}"', CRC32: _crc32(body.content)})

    def _joined(self, parts: dict[int, Body], request: Request, manifest: Body) -> list[Body]:
        """The parts in their order; raises Refused when the manifest names others."""
        joined = [parts[number] for number in sorted(parts)]
        if self._check:
            listed = ElementTree.fromstring(manifest.content).findall(".//{*}PartNumber")
            if [int(number.text or 0) for number in listed] != sorted(parts):
                raise Refused("InvalidPart")
            content = b"".join(part.content for part in joined)
            if request.headers.get(CRC32, _crc32(content)) != _crc32(content):
                raise Refused("BadDigest")
        return joined

    def _note(self, name: str, parts: list[Body]) -> None:
        self._objects[name] = {"bytes": sum(part.length for part in parts)}
        if self._check:
            content = b"".join(part.content for part in parts)
            self._objects[name]["sha256"] = hashlib.sha256(content).hexdigest()


def _read(inbox: Inbox, request: Request, *, keep: bool, rate: float | None) -> Body:
    """Read a request's body to its end; raises Refused when it is kept and not as declared."""
    headers, pace, length = request.headers, Pace(rate), 0
    kept = bytearray() if keep else None
    if "chunked" in headers.get("transfer-encoding", "").lower():
        while size := int(inbox.line().split(b";")[0], 16):
            _take(inbox, size, kept, pace)
            inbox.line()
            length += size
        while inbox.line():
            pass
    else:
        length = int(headers.get("content-length", 0))
        _take(inbox, length, kept, pace)
    if kept is None:
        return Body(int(headers.get("x-amz-decoded-content-length", length)), b"")
    content, declared = bytes(kept), headers
    if "aws-chunked" in headers.get("content-encoding", ""):
        content, trailers = _unframed(content)
        declared = headers | trailers
    # On completion the declared checksum is that of the object, not of the request's body.
    if request.method == "PUT":
        _compare(content, declared)
    return Body(len(content), content)


def _take(inbox: Inbox, count: int, kept: bytearray | None, pace: Pace) -> None:
    ahead = inbox.take_ahead(count)
    if kept is not None:
        kept += ahead
    count -= len(ahead)
    is_plain = not isinstance(inbox.connection, ssl.SSLSocket)
    flags = socket.MSG_TRUNC if kept is None and is_plain else 0
    scratch = bytearray(min(count, PACED_SCRATCH if pace.rate else SCRATCH))
    while count:
        got = inbox.connection.recv_into(scratch, min(count, len(scratch)), flags)
        if not got:
            raise ConnectionError("the peer stopped within a body")
        if kept is not None:
            kept += scratch[:got]
        count -= got
        pace.passed(got)


def _compare(content: bytes, declared: dict[str, str]) -> None:
    if declared.get(CRC32, _crc32(content)) != _crc32(content):
        raise Refused("BadDigest")
    digest = declared.get("x-amz-content-sha256", "")
    if len(digest) == 64 and digest != hashlib.sha256(content).hexdigest():
        raise Refused("XAmzContentSHA256Mismatch")


def _unframed(framed: bytes) -> tuple[bytes, dict[str, str]]:
    """The content of an aws-chunked body, and the trailers after it."""
    content, at = bytearray(), 0
    while True:
        end = framed.index(b"\r\n", at)
        size, at = int(framed[at:end].split(b";")[0], 16), end + 2
        if not size:
            break
        content += framed[at : at + size]
        at += size + 2
    lines = (line.decode().partition(":") for line in framed[at:].split(b"\r\n") if line)
    return bytes(content), {name.lower(): value.strip() for name, _, value in lines}


def _crc32(content: bytes) -> str:
    """As S3 writes it."""
    return base64.b64encode(zlib.crc32(content).to_bytes(4)).decode()


def _answer_in_xml(name: str, **fields: str) -> Answer:
    return Answer("200 OK", {"Content-Type": "application/xml"}, _xml(name, **fields))


def _xml(name: str, **fields: str) -> bytes:
    root = ElementTree.Element(name, xmlns=NAMESPACE)
    for field, text in fields.items():
        ElementTree.SubElement(root, field).text = text
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificates", type=Path)
    parser.add_argument("--rate", type=float, help="bytes per second of each connection")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    sink = Sink(check=options.check, rate=options.rate)
    serve(sink.talk, options.certificates, PACED_BUFFER if options.rate else None)


if __name__ == "__main__":
    main()
