"""Opens a video's URL and reads it, by ranges only while each answer proves the same file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import urllib3

from lambdas.highlights.answer import (
    Response,
    check_status,
    content_range,
    header,
    is_chunked,
    is_passing,
    length_of,
    version_of,
)
from lambdas.highlights.deadline import Patience
from lambdas.highlights.errors import (
    DownloadInterrupted,
    LinkExpired,
    SourceChanged,
    SourceTooSlow,
    SourceUnavailable,
    Unavailable,
)
from lambdas.highlights.internet import Internet, ask, host_of

OPENING = 6 * 1024 * 1024  # bytes that the first request asks for, as many as a small part has
FIRST_CHUNK = 64 * 1024  # bytes read at once: few at first, by which a file is recognised
CHUNK, LARGEST_CHUNK = 512 * 1024, 1024 * 1024
PROGRESS = 64 * 1024  # bytes after which a request has not been in vain
FIRST_WAIT = 0.4  # seconds before a range is asked for again; doubled each time

Chunk = bytes | memoryview


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
        self.host = host_of(url)
        self.content_type = header(response, "Content-Type").split(";")[0].strip().lower()
        self.encoding = header(response, "Content-Encoding").lower()
        self.length = length
        self.validator = validator
        self.tells_its_end = length is not None or is_chunked(response)
        self._net = net
        self._opening = response
        self._opening_end = (content_range(response) or (0, length, None))[1]
        self._begun = False

    def read(
        self,
        start: int = 0,
        end: int | None = None,
        into: bytearray | memoryview | None = None,
    ) -> Iterator[Chunk]:
        """The bytes from `start` to `end`, or to the end of the file, chunk by chunk.

        into: where the chunks are put, one behind the other, and from its start again when it is
        full: what is given are views of it. Without it, chunks are bytes that last.

        With a validator, a read that breaks off is continued; otherwise the first read, from 0,
        is the only one. Raises DownloadInterrupted, SourceUnavailable, SourceTooSlow,
        SourceChanged, LinkExpired, OutOfTime.
        """
        at, end, vain = start, self.length if end is None else end, 0
        pace = _Pace(self._net.patience, self._net.deadline.clock)
        ring = _Ring(bytearray(CHUNK) if into is None else into)
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
                for chunk in self._body(response, want, ring, pace):
                    at += len(chunk)
                    yield bytes(chunk) if into is None else chunk
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
        response, _ = ask(self._net, self.url, asked)
        try:
            if is_passing(response.status):
                check_status(response, self.host)
            if response.status not in (200, 206, 412, 416):
                raise LinkExpired(f"{self.host} answered {response.status} to a later part")
            is_dated = self.validator[0] != '"'
            shown = header(response, "Last-Modified" if is_dated else "ETag")
            first, behind, length = content_range(response) or (None, 0, None)
            # A host may give less of a range than it was asked for, and no date again.
            is_ours = shown == self.validator or (is_dated and not shown)
            if not is_ours or (first, length) != (start, self.length) or not start < behind <= end:
                raise SourceChanged(f"{self.host} no longer gives the file that it began with")
        except BaseException:
            response.close()
            raise
        return response, behind

    def _body(
        self, response: Response, want: int | None, ring: "_Ring", pace: "_Pace"
    ) -> Iterator[memoryview]:
        """The body through `ring`; want: the bytes that are needed of it, or None for all."""
        came, size = 0, FIRST_CHUNK
        while want is None or came < want:
            place = ring.place(size if want is None else min(size, want - came))
            longest = pace.longest(len(place), self.shares)
            try:
                with pace.waiting():
                    count = self._net.watch.read_into(place, response, longest)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise DownloadInterrupted(
                    f"{self.host} broke off the download ({type(error).__name__})"
                ) from error
            if not count:
                return
            came, size = came + count, LARGEST_CHUNK
            ring.at += count
            pace.came += count
            self._net.heard.count(count)
            yield place[:count]
            if pace.is_too_slow(self.shares):
                slowest = self._net.patience.slowest
                raise SourceTooSlow(f"{self.host} sends under {slowest:,} bytes a second")


class _Ring:
    """Room for chunks, one behind the other. at: where the next one begins."""

    def __init__(self, room: bytearray | memoryview):
        self.at = 0
        self._room = memoryview(room)

    def place(self, size: int) -> memoryview:
        """Room for a chunk of up to `size` bytes."""
        if self.at == len(self._room):
            self.at = 0
        return self._room[self.at : self.at + size]


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
                raise Unavailable(f"{host_of(found)} answers with parts that nobody asked for")
        if only is None:
            source = Source(net, found, response, length_of(response), version_of(response))
        elif (content_range(response) or ())[:2] == only:
            source = Source(net, found, response, only[1] - only[0], None)
        else:
            raise Unavailable(f"{host_of(found)} does not give the part of the file that is needed")
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
        response, found = ask(net, url, asked)
        try:
            if part is None or response.status != 416:
                check_status(response, host_of(found))
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
    found = content_range(response)
    if found is None or found[0] != 0 or found[2] is None:
        return True
    return found[1] < found[2] and version_of(response) is None


def _least(end: int | None, other: int | None) -> int | None:
    return other if end is None else end if other is None else min(end, other)
