"""Opens a video's URL on the open internet and reads it, or says why that is not done.

What a URL names is data from outside: only http(s) is followed, and only where `host_rules` and
`connections` allow it, on the first request and on every redirect. A file is read by ranges only
while each answer proves that it is still the same file.
https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.util import parse_url

from lambdas.highlights.deadline import Deadline, Patience, Watch
from lambdas.highlights.errors import (
    DownloadInterrupted,
    LinkExpired,
    LinkOnly,
    SourceChanged,
    SourceTooSlow,
    SourceUnavailable,
    Unavailable,
)
from lambdas.highlights.host_rules import HostRules, Rule

MOST_REDIRECTS = 5
OPENING = 8 * 1024 * 1024  # bytes that the first request asks for
FIRST_CHUNK = 64 * 1024  # bytes read at once: few at first, by which a file is recognised
CHUNK = 512 * 1024
PROGRESS = 64 * 1024  # bytes after which a request has not been in vain
LONGEST_CONNECT, LEAST_TIMEOUT = 10, 0.01  # seconds
FIRST_WAIT = 0.4  # seconds before a range is asked for again; doubled each time
LONGEST_HOST = 253  # characters, https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4

REDIRECTS = (301, 302, 303, 307, 308)
GONE = {404: "not found", 410: "gone"}
FORBIDDEN = {401: "needs a login", 402: "needs payment", 403: "forbidden", 451: "blocked by law"}
HEADERS = {"accept-encoding": "identity", "user-agent": "game-day-vault/1"}

Response = urllib3.BaseHTTPResponse


@dataclass(frozen=True)
class Internet:
    """What it takes to ask a host: guarded connections, the rules of hosts, and time."""

    pools: urllib3.PoolManager
    rules: HostRules
    deadline: Deadline
    watch: Watch
    patience: Patience


class Source:
    """One version of the file behind a URL.

    host: for messages. url: where the redirects led; a query may be a signature, so it is shown
    nowhere. content_type, encoding: as the host says, in lower case. length: bytes, None when
    unknown. seconds: how long the video lasts, when that is known beforehand. validator: what
    proves this version (a strong ETag or a Last-Modified date), None when the file can only be
    read once, from its start. tells_its_end: whether a file that is cut short can be told from a
    whole one. shares: how many reads of it share what the host sends.
    """

    seconds: float | None = None
    shares = 1

    def __init__(
        self,
        net: Internet,
        url: str,
        response: Response,
        length: int | None,
        validator: str | None,
    ):
        self.url = url
        self.host = _host(url)
        self.content_type = _header(response, "Content-Type").split(";")[0].strip().lower()
        self.encoding = _header(response, "Content-Encoding").lower()
        self.length = length
        self.validator = validator
        self.tells_its_end = length is not None or _is_chunked(response)
        self._net = net
        self._opening = response
        self._opening_end = (_content_range(response) or (0, length, None))[1]
        self._begun = False

    def read(self, start: int = 0, end: int | None = None, at_once: int = CHUNK) -> Iterator[bytes]:
        """The bytes from `start` to `end`, or to the end of the file, at most `at_once` together.

        With a validator, a read that breaks off is continued; otherwise the first read, from 0,
        is the only one. Raises DownloadInterrupted, SourceUnavailable, SourceTooSlow,
        SourceChanged, LinkExpired, OutOfTime.
        """
        at, end, vain = start, self.length if end is None else end, 0
        pace = _Pace(self._net.patience, self._net.deadline.clock)
        response, until = None, end
        if not start and not self._begun:
            self._begun, response, until = True, self._opening, _least(end, self._opening_end)
        while True:
            began = at
            try:
                if response is None:
                    with pace.waiting():
                        response, until = self._ask_for(at, end)
                want = None if until is None else until - at
                for chunk in self._body(response, want, at_once, pace):
                    at += len(chunk)
                    yield chunk
                # An answer that was cut within its headers looks like an empty file.
                is_complete = at > start if end is None else at >= end
                if is_complete:
                    return
                if at - began < PROGRESS:
                    raise DownloadInterrupted(f"{self.host} ends its file at byte {at:,}")
            except (DownloadInterrupted, SourceUnavailable) as error:
                vain = 0 if at - began >= PROGRESS else vain + 1
                if self.validator is None or vain >= self._net.patience.tries:
                    raise
                self._net.deadline.wait(
                    _seconds_to_wait(error, FIRST_WAIT * 2 ** (vain - 1), self._net.patience)
                )
            finally:
                if response is not None:
                    response.close()
            response = None

    def close(self) -> None:
        """Give up the opening request, if it was not read to its end."""
        self._opening.close()

    def _ask_for(self, start: int, end: int | None) -> tuple[Response, int]:
        """The answer to a range of this very version, and the byte at which it ends.

        Raises SourceChanged when that version is gone.
        """
        if self.validator is None or end is None:
            raise DownloadInterrupted(f"{self.host} ended its file at byte {start:,}")
        asked = {"range": f"bytes={start}-{end - 1}", "if-range": self.validator}
        response, _ = _ask(self._net, self.url, asked)
        try:
            if response.status in (408, 425, 429) or response.status >= 500:
                _check_status(response, self.host)
            if response.status not in (200, 206, 412, 416):
                raise LinkExpired(f"{self.host} answered {response.status} to a later part")
            is_dated = self.validator[0] != '"'
            shown = _header(response, "Last-Modified" if is_dated else "ETag")
            first, behind, length = _content_range(response) or (None, 0, None)
            # A host may give less of a range than it was asked for, and no date again.
            is_ours = shown == self.validator or (is_dated and not shown)
            if not is_ours or (first, length) != (start, self.length) or not start < behind <= end:
                raise SourceChanged(f"{self.host} no longer gives the file that it began with")
        except BaseException:
            response.close()
            raise
        return response, behind

    def _body(
        self, response: Response, want: int | None, at_once: int, pace: "_Pace"
    ) -> Iterator[bytes]:
        """The body; want: the bytes that are needed of it, or None for all."""
        came, size = 0, FIRST_CHUNK
        while want is None or came < want:
            asked = size if want is None else min(size, want - came)
            try:
                with pace.waiting():
                    chunk = self._net.watch.read(response, asked, pace.longest(asked, self.shares))
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise DownloadInterrupted(
                    f"{self.host} broke off the download ({type(error).__name__})"
                ) from error
            if not chunk:
                return
            came, size = came + len(chunk), at_once
            pace.came += len(chunk)
            yield chunk
            if pace.is_too_slow(self.shares):
                slowest = self._net.patience.slowest
                raise SourceTooSlow(f"{self.host} sends under {slowest:,} bytes a second")


class _Pace:
    """How fast a source brings what one read asks for, whatever answers it takes.

    came: bytes so far. Only the time in which the source is waited for counts.
    """

    def __init__(self, patience: Patience, clock: Callable[[], float]):
        self.came = 0
        self._patience = patience
        self._clock = clock
        self._waited = 0.0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Counts the time that passes within."""
        began = self._clock()
        try:
            yield
        finally:
            self._waited += self._clock() - began

    def longest(self, size: int, shares: int) -> float:
        """Seconds that so many bytes may take, when the source is read in so many shares."""
        return max(self._patience.seconds, size * shares / self._patience.slowest)

    def is_too_slow(self, shares: int) -> bool:
        """Whether the source brings less than is worth waiting for."""
        least = self._patience.slowest * self._waited / shares
        return self._waited > self._patience.seconds and self.came < least


@contextmanager
def open_source(
    net: Internet, url: str | None, only: tuple[int, int] | None = None
) -> Iterator[Source]:
    """Open the file at `url`, or of it the bytes `only` (first, behind the last).

    Raises LinkOnly, Unavailable, SourceUnavailable, OutOfTime. No message holds more of a URL
    than its host.
    """
    if not url:
        raise Unavailable("the provider gives no URL")
    response, found = _open(net, url, only or (0, OPENING))
    try:
        if only is None and _must_be_asked_whole(response):
            response.close()
            response, found = _open(net, url, None)
            if response.status != 200:
                raise Unavailable(f"{_host(found)} answers with parts that nobody asked for")
        if only is None:
            source = Source(net, found, response, _length(response), _version(response))
        elif (_content_range(response) or ())[:2] == only:
            source = Source(net, found, response, only[1] - only[0], None)
        else:
            raise Unavailable(f"{_host(found)} does not give the part of the file that is needed")
    except BaseException:
        response.close()
        raise
    try:
        yield source
    finally:
        source.close()


def _open(net: Internet, url: str, part: tuple[int, int] | None) -> tuple[Response, str]:
    """The answer for the file at `url` and where it is; waits when the host asks for that."""
    asked = {} if part is None else {"range": f"bytes={part[0]}-{part[1] - 1}"}
    tries = net.patience.tries
    while True:
        response, found = _ask(net, url, asked)
        try:
            if part is None or response.status != 416:
                _check_status(response, _host(found))
            return response, found
        except SourceUnavailable as error:
            response.close()
            tries -= 1
            # Without a date to come back, Step Functions waits for less than a function would.
            if error.retry_after is None or not tries:
                raise
            net.deadline.wait(_seconds_to_wait(error, 0, net.patience))
        except BaseException:
            response.close()
            raise


def _ask(net: Internet, url: str, asked: dict[str, str]) -> tuple[Response, str]:
    """The first answer that is no redirect, and its URL."""
    seen = {url}
    for _ in range(MOST_REDIRECTS + 1):
        url = _in_ascii(url)
        host = _checked_host(url, net.rules)
        net.deadline.check()
        response = _request(net, url, host, asked)
        location = response.headers.get("Location")
        if response.status not in REDIRECTS or not location:
            return response, url
        response.close()
        url = _redirected(url, location, host)
        if url in seen:
            raise Unavailable(f"{host} redirects in a circle")
        seen.add(url)
    raise Unavailable(f"{host} redirects more than {MOST_REDIRECTS} times")


def _request(net: Internet, url: str, host: str, asked: dict[str, str]) -> Response:
    left = net.deadline.limit(net.patience.seconds) - net.deadline.clock()
    seconds = max(left, LEAST_TIMEOUT)
    timeout = urllib3.Timeout(connect=min(LONGEST_CONNECT, seconds), read=seconds)
    try:
        return net.pools.request(
            "GET",
            url,
            headers=HEADERS | asked,
            timeout=timeout,
            redirect=False,
            preload_content=False,
        )
    except urllib3.exceptions.LocationValueError:
        raise Unavailable("the provider's URL is not a URL") from None
    except urllib3.exceptions.SSLError as error:
        raise SourceUnavailable(f"{host} has no certificate that can be trusted") from error
    except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
        net.deadline.check()
        raise SourceUnavailable(f"{host} did not answer ({type(error).__name__})") from error


def _redirected(url: str, location: str, host: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise Unavailable(f"{host} redirects to what is no URL") from None


def _in_ascii(url: str) -> str:
    """The URL with its host as the name service knows it, in IDNA (RFC 3490).

    urllib3 would need a package for that which the functions do without.
    """
    try:
        parts = urlsplit(url)
        login, at, place = parts.netloc.rpartition("@")
        name, colon, port = place.partition(":")
        if name.isascii():
            return url
        netloc = f"{login}{at}{name.encode('idna').decode()}{colon}{port}"
        return parts._replace(netloc=netloc).geturl()
    except ValueError:  # UnicodeError among them
        return url


def _checked_host(url: str, rules: HostRules) -> str:
    """The host of a URL that may be asked; raises LinkOnly and Unavailable."""
    try:
        parts = urlsplit(url)
        host, _ = _host(url), parts.port
    except ValueError:
        raise Unavailable("the provider's URL is not a URL") from None
    if len(host) > LONGEST_HOST:
        raise Unavailable("the URL names a host longer than hosts can be")
    if parts.scheme not in ("http", "https") or not host:
        raise Unavailable(f"the URL is not http(s) but {parts.scheme[:20]!r}")
    rule = rules.rule_for(host)
    if rule is Rule.LINK_ONLY:
        raise LinkOnly(f"host_rules keeps only links of {host}")
    if rule is Rule.NEVER:
        raise Unavailable(f"host_rules keeps nothing of {host}")
    if parts.path.lower().endswith(".mpd"):
        raise LinkOnly(f"{host} serves a DASH manifest, not one file")
    return host


def _host(url: str) -> str:
    """The host that a connection is made to, in lower case; raises ValueError when there is none.

    urllib3 has to say it: where two parsers read a URL differently, a rule would hold for one host
    and the request go to another.
    """
    return (parse_url(url).host or "").strip("[]").lower().rstrip(".")


def _check_status(response: Response, host: str) -> None:
    status = response.status
    if status in (200, 206):
        return
    if status in GONE:
        raise Unavailable(f"{host} answered {status}: {GONE[status]}")
    if status in FORBIDDEN:
        raise Unavailable(f"{host} answered {status}: {FORBIDDEN[status]}")
    if status in (408, 425, 429) or status >= 500:
        raise SourceUnavailable(f"{host} answered {status}", _retry_after(response))
    raise Unavailable(f"{host} answered {status}, which is no video")


def _retry_after(response: Response) -> float | None:
    """Seconds until the host wants to be asked again; a date is compared with its own clock."""
    value = _header(response, "Retry-After")
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    then, now = _date(value), _date(_header(response, "Date"))
    return max(0.0, (then - now).total_seconds()) if then and now else None


def _seconds_to_wait(error: Exception, otherwise: float, patience: Patience) -> float:
    """Seconds before the next request; raises `error` when the host asks for too many."""
    asked = getattr(error, "retry_after", None)
    if asked is not None and asked > patience.longest_wait:
        raise SourceUnavailable(f"{error}; it asks to be left alone for {asked:.0f} s") from error
    return otherwise if asked is None else asked


def _must_be_asked_whole(response: Response) -> bool:
    """Whether an answer to the opening range is of no use: not the start of a provable file."""
    if response.status != 206:
        return response.status == 416
    found = _content_range(response)
    if found is None or found[0] != 0 or found[2] is None:
        return True
    return found[1] < found[2] and _version(response) is None


def _length(response: Response) -> int | None:
    """Bytes of the whole file."""
    if found := _content_range(response):
        return found[2]
    # Beside it a length says nothing: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    announced = "" if _is_chunked(response) else _header(response, "Content-Length")
    return int(announced) if re.fullmatch(r"[0-9]{1,18}", announced) else None


def _is_chunked(response: Response) -> bool:
    return "chunked" in _header(response, "Transfer-Encoding").lower()


def _content_range(response: Response) -> tuple[int, int, int | None] | None:
    """First byte, byte behind the last and length of the file, of which a 206 answers a part."""
    found = re.fullmatch(
        r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)",
        _header(response, "Content-Range"),
    )
    if response.status != 206 or found is None:
        return None
    first, end = int(found[1]), int(found[2]) + 1
    total = None if found[3] == "*" else int(found[3])
    is_valid = first < end and (total is None or end <= total)
    return (first, end, total) if is_valid else None


def _version(response: Response) -> str | None:
    """What proves that a later range is of the same bytes: a strong ETag, or a safe date.

    https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2
    """
    if response.status != 206:
        return None
    etag, modified = _header(response, "ETag"), _header(response, "Last-Modified")
    if re.fullmatch(r'"[^"]+"', etag):
        return etag
    changed, now = _date(modified), _date(_header(response, "Date"))
    return modified if changed and now and (now - changed).total_seconds() >= 1 else None


def _header(response: Response, name: str) -> str:
    return response.headers.get(name, "").strip()


def _least(end: int | None, other: int | None) -> int | None:
    return other if end is None else end if other is None else min(end, other)


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
