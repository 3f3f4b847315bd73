"""What a server may do with a request: the words of which the cases are made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate

from tests.hostile.server import Exchange, Script

YESTERDAY, TODAY = "Fri, 09 Jan 2026 21:30:00 GMT", "Sat, 10 Jan 2026 08:00:00 GMT"
MP4 = "Content-Type: video/mp4"
LONG_MDAT = b"\0\0\0\x18ftypisom\0\0\2\0isommp42" + b"\xff\0\0\0mdat" + bytes(8_000)


@dataclass(frozen=True)
class File:
    """Sends a file, in ranges where it has an ETag or a date, or where `ranges` says so.

    cut: bytes after which a body ends. reset: whether a cut ends by a reset. length: whether it
    is announced; announced: another than the true one. careless: whether If-Range is ignored.
    """

    name: str
    content_type: str = "video/mp4"
    etag: str = ""
    modified: str = ""
    ranges: bool = False
    cut: int | None = None
    reset: bool = False
    length: bool = True
    announced: int | None = None
    careless: bool = False

    def __call__(self, exchange: Exchange) -> None:
        body, status = exchange.files[self.name], "200 OK"
        headers = [f"Content-Type: {self.content_type}", f"Date: {formatdate(usegmt=True)}"]
        headers += [f"ETag: {self.etag}"] if self.etag else []
        headers += [f"Last-Modified: {self.modified}"] if self.modified else []
        if part := self._part(exchange, len(body)):
            start, end = part
            headers.append(f"Content-Range: bytes {start}-{end - 1}/{len(body)}")
            body, status = body[start:end], "206 Partial Content"
        if self.length:
            announced = len(body) if self.announced is None else self.announced
            headers.append(f"Content-Length: {announced}")
        exchange.head(status, *headers)
        exchange.send(body[: self.cut])
        if self.reset:
            exchange.reset()

    def until(self, cut: int, *, reset: bool = False) -> "File":
        """The same file, each of its bodies broken off after `cut` bytes."""
        return replace(self, cut=cut, reset=reset)

    def _part(self, exchange: Exchange, size: int) -> tuple[int, int] | None:
        validator = self.etag or self.modified
        if not (self.ranges or validator):
            return None
        expected = exchange.request.headers.get("if-range", validator)
        if expected != validator and not self.careless:
            return None
        return exchange.request.asked(size)


def answer(status: str, body: bytes = b"", *headers: str) -> Script:
    """The same whole answer each time."""
    return lambda exchange: exchange.answer(status, body, *headers)


def page(html: str, content_type: str = "text/html") -> Script:
    """An HTML page."""
    body = f"<!doctype html><html><head>{html}</head><body>Watch</body></html>".encode()
    return answer("200 OK", body, f"Content-Type: {content_type}")


def redirect(location: str) -> Script:
    """A redirect; `{port}` in it stands for the server's."""

    def script(exchange: Exchange) -> None:
        to = location.replace("{port}", str(exchange.port))
        exchange.answer("302 Found", b"", f"Location: {to}")

    return script


def raw(data: bytes) -> Script:
    """Bytes, and the end."""
    return lambda exchange: exchange.send(data)


def in_turn(*scripts: Script) -> Script:
    """For each request the next script; the last one for all that follow."""

    def script(exchange: Exchange) -> None:
        scripts[min(exchange.request.number, len(scripts)) - 1](exchange)

    return script


def by_path(**scripts: Script) -> Script:
    """For each path below the case's, without its extension, its script."""
    return lambda exchange: scripts[exchange.rest.partition(".")[0]](exchange)


def reset(exchange: Exchange) -> None:
    """End the connection without an answer."""
    exchange.reset()


def chunked(name: str, size: int = 5_000) -> Script:
    """A file in chunks, its length unannounced."""

    def script(exchange: Exchange) -> None:
        body = exchange.files[name]
        exchange.head("200 OK", "Content-Type: video/mp4", "Transfer-Encoding: chunked")
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            exchange.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        exchange.send(b"0\r\n\r\n")

    return script


def endless(opening: bytes, again: bytes, *headers: str, pause: float = 0) -> Script:
    """A beginning, and then the same bytes again and again as long as someone takes them."""

    def script(exchange: Exchange) -> None:
        if headers:
            exchange.head(*headers)
        exchange.send(opening)
        while exchange.goes_on:
            exchange.send(again)
            if pause:
                exchange.pause(pause)

    return script


def edited(name: str, change: Callable[[bytes], bytes]) -> Script:
    """A changed file, its length honest."""
    return lambda exchange: exchange.answer("200 OK", change(exchange.files[name]), MP4)


def busy(wait: str) -> Script:
    """Ask to be left alone, for seconds or until a date."""
    return answer("429 Too Many Requests", b"", f"Retry-After: {wait}")


def part(exchange: Exchange, name: str, first: int | None = None, end: int = 0) -> None:
    """Send these bytes of a file, or those that are asked for, and say honestly which they are."""
    body = exchange.files[name]
    if first is None:
        first, end = exchange.request.asked(len(body)) or (0, len(body))
    end = min(end, len(body))
    where = f"Content-Range: bytes {first}-{end - 1}/{len(body)}"
    exchange.answer("206 Partial Content", body[first:end], where, 'ETag: "1"')


def pieces(exchange: Exchange) -> None:
    """The playlists and segments by their names."""
    File(exchange.rest, content_type="application/octet-stream")(exchange)


def playlist(*lines: str, end: bool = True) -> Script:
    """A playlist of HLS."""
    body = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:1", *lines]
    body += ["#EXT-X-ENDLIST"] if end else []
    return answer("200 OK", "\n".join(body).encode(), "Content-Type: application/x-mpegurl")


CLIP = File("clip.mp4")
MEDIUM, MEDIUM_TOO = File("medium.mp4", etag='"1"'), File("medium-too.mp4", etag='"2"')
LARGE, LARGE_TOO = File("large.mp4", etag='"1"'), File("large-too.mp4", etag='"2"')
