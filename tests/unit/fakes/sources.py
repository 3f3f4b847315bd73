"""What hosts of videos do: serve a file in ranges or not, break it off, exchange it meanwhile."""

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from tests.unit.fakes.loopback import Answer, Request

PIECE = 8_000  # bytes written at once
DATE = "Tue, 05 May 2026 10:00:00 GMT"
EARLIER = "Mon, 04 May 2026 10:00:00 GMT"


@dataclass(frozen=True)
class Version:
    """A file and how the host tells it from others."""

    content: bytes
    etag: str | None = '"one"'
    modified: str | None = None

    def __repr__(self) -> str:
        return f"Version({len(self.content):,} bytes, {self.etag}, {self.modified})"


@dataclass
class ServedFile:
    """A file as a host serves it, called with each request.

    ranges: whether Range is honoured. framing: of bodies that are no range: `length`, `chunked`,
    or `close`. asked: the bytes of each answer. breaks: bytes of the file before which a body that reaches them ends, each once;
    reset: with a TCP reset. then: what it is exchanged for, once so many bytes were sent.
    checks_if_range: whether an If-Range that does not hold is answered by the whole file.
    """

    now: Version
    ranges: bool = True
    framing: str = "length"
    breaks: Iterable[int] = ()
    reset: bool = False
    then: tuple[int, Version] | None = None
    checks_if_range: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._breaks = sorted(self.breaks)
        self._sent = 0
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        with self._lock:
            if self.then and self._sent >= self.then[0]:
                self.now, self.then = self.then[1], None
            version = self.now
            start, end, status = 0, len(version.content), 200
            asked = re.fullmatch(r"bytes=([0-9]+)-([0-9]+)", request.headers.get("range", ""))
            if asked and self.ranges and self._is_unchanged(request, version):
                start, end, status = int(asked[1]), min(int(asked[2]) + 1, end), 206
            if start >= end and status == 206:
                return Answer(416)
            self.asked.append((start, end))
            stop = next((at for at in self._breaks if start <= at < end), None)
            if stop is not None:
                self._breaks.remove(stop)
            upto = end if stop is None else stop
            self._sent += upto - start
        return self._answer(version, status, (start, upto, end))

    def _is_unchanged(self, request: Request, version: Version) -> bool:
        wanted = request.headers.get("if-range")
        return wanted in (None, version.etag, version.modified) or not self.checks_if_range

    def _answer(self, version: Version, status: int, span: tuple[int, int, int]) -> Answer:
        start, upto, end = span
        headers = {"Content-Type": "video/mp4", "Date": DATE} | self.headers
        if version.etag:
            headers["ETag"] = version.etag
        if version.modified:
            headers["Last-Modified"] = version.modified
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(version.content)}"
        cut = upto < end
        body = _pieces(version.content, start, upto)
        if status == 206 or self.framing == "length":
            headers["Content-Length"] = str(end - start)
        elif self.framing == "chunked":
            headers["Transfer-Encoding"] = "chunked"
            body = _chunked(body, ends=not cut)
        else:
            cut = True
        return Answer(status, headers, body, cut, reset=upto < end and self.reset)


def _pieces(content: bytes, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, PIECE):
        yield content[at : min(at + PIECE, end)]


def _chunked(pieces: Iterator[bytes], *, ends: bool) -> Iterator[bytes]:
    for piece in pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    if ends:
        yield b"0\r\n\r\n"


def changed(version: Version, content: bytes, *, by: str) -> Version:
    """Another version; by: `etag` or `modified`, by which it is told from `version`."""
    if by == "etag":
        return replace(version, content=content, etag='"two"')
    return replace(version, content=content, modified=DATE)
