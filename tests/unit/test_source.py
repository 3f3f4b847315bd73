"""Which URLs are opened, what their answers mean, and how a file is read on, over real sockets."""

import socket
import threading
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.highlights import deadline as deadlines
from lambdas.highlights import source as sources
from lambdas.highlights.deadline import Patience
from lambdas.highlights.errors import (
    DownloadInterrupted,
    LinkOnly,
    OutOfTime,
    SourceChanged,
    SourceTooSlow,
    SourceUnavailable,
    Unavailable,
    VaultError,
)
from lambdas.highlights.internet import Internet
from lambdas.highlights.source import open_source
from tests.unit.fakes.internet import Clock, internet
from tests.unit.fakes.loopback import Answer, LoopbackServer, Request, serving
from tests.unit.fakes.sources import DATE, EARLIER, ServedFile, Version

FILE = bytes(range(256)) * 100
OPENING, PROGRESS = 8_000, 500


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Reads in small steps, so that a small file takes many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "OPENING", OPENING)
        patch.setattr(sources, "PROGRESS", PROGRESS)
        patch.setattr(sources, "FIRST_CHUNK", 100)
        patch.setattr(deadlines, "LOOK", 0.01)
        yield


class Host:
    """Gives each request the next of `answers`; the last one for ever."""

    def __init__(self, *answers: Answer | Callable[[Request], Answer]):
        self._answers = chain(answers, repeat(answers[-1]))

    def __call__(self, request: Request) -> Answer:
        answer = next(self._answers)
        return answer if isinstance(answer, Answer) else answer(request)


def redirect(location: str, status: int = 302) -> Answer:
    return Answer(status, {"Location": location})


def part(start: int, end: int, total: int | str = len(FILE), **headers: str) -> Answer:
    """A 206 that says what it is of; its body is what it says."""
    given = {"Content-Range": f"bytes {start}-{end - 1}/{total}", "ETag": '"one"'}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in (given | named).items() if value}
    return Answer(206, kept, FILE[start:end])


def asked(server: LoopbackServer) -> list[str | None]:
    """The ranges that were asked for."""
    return [request.headers.get("range") for request in server.requests]


def read(net: Internet, url: str | None, **only: Any) -> bytes:
    with open_source(net, url, **only) as source:
        return b"".join(bytes(chunk) for chunk in source.read(into=bytearray(400)))


def read_from(host: Callable[[Request], Answer], **how: Any) -> tuple[bytes, LoopbackServer]:
    """All that `host` gives, and the server that it was."""
    with serving(host) as server, internet(**how) as net:
        return read(net, f"{server.url}/a.mp4"), server


def fail(host: Callable[[Request], Answer], error: type[VaultError], **how: Any):
    """The error of reading from `host`, and the requests that it took."""
    with serving(host) as server, internet(**how) as net, pytest.raises(error) as raised:
        read(net, f"{server.url}/a.mp4?X-Amz-Signature=abc")
    assert type(raised.value) is error
    assert "abc" not in str(raised.value)
    return str(raised.value), server.requests


def test_a_small_file_takes_one_request_for_its_beginning():
    content, server = read_from(ServedFile(Version(FILE[:5_000])))

    assert content == FILE[:5_000]
    [request] = server.requests
    assert request.headers["range"] == f"bytes=0-{OPENING - 1}"
    assert request.headers["accept-encoding"] == "identity"


def test_a_large_file_is_read_on_where_its_beginning_ends():
    content, server = read_from(ServedFile(Version(FILE)))

    assert content == FILE
    assert asked(server) == [f"bytes=0-{OPENING - 1}", f"bytes={OPENING}-{len(FILE) - 1}"]
    assert server.requests[1].headers["if-range"] == '"one"'


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_file_without_ranges_is_read_whole_at_once(framing):
    content, server = read_from(ServedFile(Version(FILE), ranges=False, framing=framing))

    assert content == FILE
    assert len(server.requests) == 1


def test_the_length_is_known_before_the_file_is_read():
    file = ServedFile(Version(FILE))
    with serving(file) as server, internet() as net:
        with open_source(net, server.url) as source:
            assert (source.length, source.validator) == (len(FILE), '"one"')
        file.ranges = False
        with open_source(net, server.url) as source:
            assert (source.length, source.validator) == (len(FILE), None)
        file.framing = "chunked"
        with open_source(net, server.url) as source:
            assert (source.length, source.validator) == (None, None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_ranges_are_asked_where_they_led(status):
    file = ServedFile(Version(FILE))
    with serving(file) as inner:
        content, outer = read_from(Host(redirect(f"{inner.url}/b.mp4", status)))

    assert content == FILE
    assert len(outer.requests) == 1
    assert [request.path for request in inner.requests] == ["/b.mp4", "/b.mp4"]


def test_redirects_are_not_followed_for_ever():
    text, requests = fail(Host(*[redirect(f"/{n}") for n in range(9)]), Unavailable)

    assert "more than 5 times" in text
    assert len(requests) == 6


def test_a_circle_of_redirects_is_seen():
    text, requests = fail(
        Host(redirect("/there"), redirect("/a.mp4?"), redirect("/there")), Unavailable
    )

    assert "circle" in text
    assert len(requests) == 3


def test_a_redirect_to_a_private_host_gets_no_request():
    with serving(Host(Answer(body=b"secret"))) as inner:
        text, _ = fail(Host(redirect(f"http://127.0.0.2:{inner.port}/metadata")), Unavailable)

        assert "private" in text
        assert inner.requests == []


@pytest.mark.parametrize(
    "location", ["ftp://a.example/x", "file:///etc/passwd", "http://[::1", "http://a.example:99999"]
)
def test_a_redirect_to_what_is_no_web_address_is_not_followed(location):
    fail(Host(redirect(location)), Unavailable)


def test_a_redirect_to_a_host_that_is_only_linked_is_not_followed():
    text, _ = fail(Host(redirect("https://www.youtube.com/watch?v=1")), LinkOnly)

    assert "youtube.com" in text


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, Unavailable),
        (400, Unavailable),
        (401, Unavailable),
        (403, Unavailable),
        (404, Unavailable),
        (410, Unavailable),
        (418, Unavailable),
        (451, Unavailable),
        (408, SourceUnavailable),
        (425, SourceUnavailable),
        (429, SourceUnavailable),
        (500, SourceUnavailable),
        (503, SourceUnavailable),
    ],
)
def test_each_refusal_is_permanent_or_passing(status, error):
    text, requests = fail(Host(Answer(status)), error)

    assert text.startswith(f"127.0.0.1 answered {status}")
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "7"}, [7]),
        ({"Retry-After": "0"}, []),
        ({"Retry-After": "Tue, 05 May 2026 10:00:30 GMT", "Date": DATE}, [30]),
        ({"Retry-After": "Tue, 05 May 2026 10:00:30 -0000", "Date": DATE}, [30]),
        ({"Retry-After": EARLIER, "Date": DATE}, []),
    ],
)
def test_a_host_is_left_alone_for_as_long_as_it_asks(headers, waits):
    clock = Clock()
    content, server = read_from(
        Host(Answer(503, headers), ServedFile(Version(FILE[:9]))), clock=clock
    )

    assert content == FILE[:9]
    assert clock.waits == waits
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "headers",
    [{}, {"Retry-After": "soon"}, {"Retry-After": "-1"}, {"Retry-After": DATE}],
)
def test_a_host_that_does_not_say_how_long_is_asked_again_by_the_next_attempt(headers):
    clock = Clock()
    _, requests = fail(Host(Answer(503, headers)), SourceUnavailable, clock=clock)

    assert (len(requests), clock.waits) == (1, [])


def test_a_host_is_not_waited_for_longer_than_is_worth_it():
    text, requests = fail(Host(Answer(429, {"Retry-After": "3600"})), SourceUnavailable)

    assert "asks to be left alone for 3600 s" in text
    assert len(requests) == 1


def test_a_host_that_asks_for_patience_for_ever_is_given_up():
    clock = Clock()
    _, requests = fail(Host(Answer(503, {"Retry-After": "2"})), SourceUnavailable, clock=clock)

    assert (len(requests), clock.waits) == (4, [2, 2, 2])


def test_a_wait_that_would_outlast_the_function_is_not_begun():
    clock = Clock()
    host = Host(Answer(503, {"Retry-After": "30"}))
    _, requests = fail(host, OutOfTime, clock=clock, seconds=20)

    assert (len(requests), clock.waits) == (1, [])


@pytest.mark.parametrize(
    "opening",
    [
        part(100, 200),
        part(0, OPENING, "*"),
        part(0, OPENING, Content_Range=""),
        part(0, OPENING, Content_Range="bytes 0-x/100"),
        part(0, OPENING, Content_Range="items 0-9/100"),
        part(0, OPENING, Content_Range="bytes 0-0/0"),
        part(0, OPENING, Content_Range="bytes 0-7999/7999"),
        part(0, OPENING, ETag=""),
        part(0, OPENING, ETag='W/"one"'),
        part(0, OPENING, ETag="one"),
        part(0, OPENING, ETag="", Last_Modified=EARLIER),
        part(0, OPENING, ETag="", Last_Modified=DATE, Date=DATE),
        Answer(416),
    ],
)
def test_a_beginning_that_proves_nothing_is_left_for_the_whole_file(opening):
    content, server = read_from(Host(opening, ServedFile(Version(FILE))))

    assert content == FILE
    assert asked(server) == [f"bytes=0-{OPENING - 1}", None]


@pytest.mark.parametrize("answer", [Answer(416), part(100, 200), part(0, 200), Answer(404)])
def test_a_whole_file_that_is_not_given_is_unavailable(answer):
    fail(Host(Answer(416), answer), Unavailable)


def test_a_last_modified_date_of_long_ago_proves_a_version():
    file = ServedFile(Version(FILE, etag=None, modified=EARLIER), breaks=[9_000])
    content, server = read_from(file)

    assert content == FILE
    assert [request.headers.get("if-range") for request in server.requests] == [
        *[None, EARLIER, EARLIER]
    ]


@pytest.mark.parametrize("reset", [False, True])
def test_a_body_that_breaks_off_is_continued_where_it_stopped(reset):
    clock = Clock()
    file = ServedFile(Version(FILE), breaks=[5_000, 9_000, 20_000], reset=reset)
    content, _ = read_from(file, clock=clock)

    assert content == FILE
    if not reset:  # which may take back bytes that had come
        assert file.asked == [
            *[(0, OPENING), (5_000, len(FILE)), (9_000, len(FILE)), (20_000, len(FILE))]
        ]
        assert clock.waits == [0.2, 0.2, 0.2]


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_body_that_breaks_off_and_cannot_be_continued_is_no_video(framing):
    file = ServedFile(Version(FILE), ranges=False, framing=framing, breaks=[9_000])
    text, requests = fail(file, DownloadInterrupted)

    assert "127.0.0.1 broke off the download" in text
    assert len(requests) == 1


@pytest.mark.parametrize(
    "other",
    [
        part(OPENING, len(FILE), ETag='"two"'),
        part(OPENING, len(FILE), ETag='W/"one"'),
        part(OPENING, len(FILE), ETag=""),
        part(OPENING, len(FILE), len(FILE) + 1),
        part(OPENING, len(FILE), "*"),
        part(OPENING, len(FILE) + 1),
        part(OPENING - 1, len(FILE)),
        part(OPENING, len(FILE), Content_Range=""),
        Answer(200, {"ETag": '"one"'}, FILE),
        Answer(416),
    ],
)
def test_a_range_that_is_not_surely_of_the_same_file_is_not_taken(other):
    _, requests = fail(Host(part(0, OPENING), other), SourceChanged)

    assert len(requests) == 2


def test_a_host_that_gives_less_than_was_asked_is_asked_for_the_rest():
    host = Host(part(0, OPENING), part(OPENING, 9_000), ServedFile(Version(FILE)))
    content, server = read_from(host)

    assert content == FILE
    assert asked(server)[1:] == [f"bytes={OPENING}-25599", "bytes=9000-25599"]


def test_a_host_in_trouble_is_asked_for_the_same_range_again():
    clock = Clock()
    troubles = [Answer(500), Answer(429, {"Retry-After": "5"}), Answer(503)]
    file = ServedFile(Version(FILE))
    content, server = read_from(Host(part(0, OPENING), *troubles, file), clock=clock)

    assert content == FILE
    assert len(server.requests) == 5
    assert clock.waits == [0.4, 5, 1.6]


def cut_at_once(_: Request) -> Answer:
    return Answer(206, part(8_000, len(FILE)).headers | {"Content-Length": "9"}, b"", cut=True)


def ends_early(request: Request) -> Answer:
    """Says that it gives all of the range, and announces ten bytes of it."""
    start = int(request.headers["range"].removeprefix("bytes=").partition("-")[0])
    return Answer(206, part(start, len(FILE)).headers, FILE[start : start + 10])


@pytest.mark.parametrize("host", [cut_at_once, ends_early, Answer(500)])
def test_a_host_that_brings_nothing_is_not_asked_for_ever(host):
    clock = Clock()
    error = SourceUnavailable if isinstance(host, Answer) else DownloadInterrupted
    _, requests = fail(Host(part(0, OPENING), host), error, clock=clock)

    assert len(requests) == 5
    assert clock.waits == [0.4, 0.8, 1.6]


def test_a_host_that_brings_a_little_each_time_is_asked_to_the_end():
    file = ServedFile(Version(FILE), breaks=range(PROGRESS, len(FILE), PROGRESS))
    content, _ = read_from(file)

    assert content == FILE
    assert len(file.asked) == len(FILE) // PROGRESS + 1


def test_an_empty_file_is_read_as_one():
    content, _ = read_from(Host(Answer(headers={"Content-Length": "0"})))

    assert content == b""


def test_an_answer_that_breaks_off_within_its_headers_is_no_empty_file():
    class Cut(Answer):
        def write(self, out):
            out.write(b"HTTP/1.1 200 OK\r\nContent-Ty")

    fail(Host(Cut(cut=True)), DownloadInterrupted)


def test_a_connection_that_is_closed_unanswered_may_be_answered_later():
    class Silent(Answer):
        def write(self, out):
            """Nothing."""

    text, _ = fail(Host(Silent(cut=True)), SourceUnavailable)

    assert "127.0.0.1 did not answer" in text


class Trickle(Answer):
    """A byte every half a minute of `clock`, until the client has gone."""

    def __init__(self, clock: Clock):
        super().__init__(200, {"Content-Length": str(len(FILE))}, self._pieces(), cut=True)
        self.clock = clock
        self.ended = threading.Event()

    def write(self, out: BinaryIO) -> None:
        try:
            super().write(out)
        finally:
            self.ended.set()

    def _pieces(self) -> Iterator[bytes]:
        pause = threading.Event()
        while not pause.wait(0.02):
            self.clock.now += 30
            yield b"x"


def test_a_host_that_trickles_is_given_up_and_its_connection_with_it():
    clock = Clock()
    trickle = Trickle(clock)
    with (
        serving(Host(trickle, Answer(body=b"good"))) as server,
        internet(clock=clock, seconds=1e9, patience=Patience()) as net,
    ):
        with pytest.raises(SourceTooSlow, match="did not come"):
            read(net, server.url)
        assert trickle.ended.wait(60)
        assert read(net, server.url) == b"good"
        first, second = (request.connection for request in server.requests)
        assert first != second


class Laggard(Clock):
    """Seconds that pass whenever somebody looks."""

    def __call__(self) -> float:
        self.now += 1
        return self.now


def test_a_host_that_is_slow_on_average_is_given_up(monkeypatch):
    monkeypatch.setattr(deadlines, "LOOK", 3_600)  # else a thread of its own looks as well
    with (
        serving(Host(Answer(body=FILE))) as server,
        internet(clock=Laggard(), patience=Patience()) as net,
        pytest.raises(SourceTooSlow, match="sends under 20,000 bytes a second"),
    ):
        read(net, server.url)


def test_a_connection_is_used_again_after_a_whole_answer():
    with serving(ServedFile(Version(FILE))) as server, internet() as net:
        assert read(net, server.url) == FILE
    assert len({request.connection for request in server.requests}) == 1


def test_a_connection_is_not_used_again_when_its_answer_was_left():
    with serving(ServedFile(Version(FILE), ranges=False)) as server, internet() as net:
        with open_source(net, server.url) as source:
            next(source.read())
        assert read(net, server.url) == FILE
    assert len({request.connection for request in server.requests}) == 2


def test_nothing_is_asked_after_the_deadline():
    _, requests = fail(ServedFile(Version(FILE)), OutOfTime, seconds=0)

    assert requests == []


def test_a_part_of_a_file_is_read_alone():
    with serving(ServedFile(Version(FILE))) as server, internet() as net:
        assert read(net, server.url, only=(10, 20)) == FILE[10:20]
    assert asked(server) == ["bytes=10-19"]


@pytest.mark.parametrize("answer", [Answer(body=FILE), part(10, 19), part(0, 20), Answer(416)])
def test_a_part_that_is_not_given_makes_the_file_unavailable(answer):
    refused = pytest.raises(Unavailable, match="part of the file")
    with serving(Host(answer)) as server, internet() as net, refused:
        read(net, server.url, only=(10, 20))


@pytest.mark.parametrize(
    ("url", "rules", "error"),
    [
        ("https://www.youtube.com/watch?v=x", "", LinkOnly),
        ("https://streamable.com/x", "", LinkOnly),
        ("https://cdn.example/live/manifest.mpd?token=1", "", LinkOnly),
        ("https://clips.example/a.mp4", "clips.example=link_only", LinkOnly),
        ("https://clips.example/a.mp4", "example=never", Unavailable),
        ("https://CLIPS.example./a.mp4", "*=never", Unavailable),
    ],
)
def test_a_host_that_a_rule_keeps_from_being_asked_is_not(url, rules, error):
    with internet(rules=rules) as net, pytest.raises(error):
        read(net, url)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "ftp://a.example/x",
        "file:///etc/passwd",
        "nonsense",
        "http://",
        "http://[::1",
        "http://a.example:99999/",
        "http://a..example/",
        "http://*.example/",
        "http://a\u0000b.example/",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_web_address_is_unavailable(url):
    with internet() as net, pytest.raises((Unavailable, SourceUnavailable)):
        read(net, url)


def no_address(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@given(
    start=st.sampled_from(["", "http://", "https://user@", "http://a.example", "//"]),
    rest=st.text(max_size=20),
)
def test_any_text_is_a_url_or_named_as_none(start, rest):
    with pytest.MonkeyPatch.context() as patch, internet() as net:
        patch.setattr(socket, "getaddrinfo", no_address)
        with pytest.raises(VaultError):
            read(net, start + rest)


header = st.one_of(
    st.text(
        st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=20
    ),
    st.from_regex(r"bytes [0-9]{1,3}-[0-9]{1,3}/([0-9]{1,4}|\*)", fullmatch=True),
    st.from_regex(
        r"(Mon, )?[0-9]{1,2} Jan [0-9]{1,20} [0-9]{1,2}:00:00 [+-]?[0-9]{0,9}", fullmatch=True
    ),
    st.sampled_from([DATE, EARLIER, '"one"', "gzip", "5", "-5", "99999999999999999999"]),
)
NAMES = ["Content-Range", "Retry-After", "Date", "ETag", "Last-Modified", "Content-Encoding"]


@pytest.fixture(scope="module")
def any_host() -> Iterator[LoopbackServer]:
    """A server whose `respond` each example exchanges."""
    with serving(Host(Answer())) as server:
        yield server


@settings(max_examples=60)
@given(
    status=st.sampled_from([200, 206, 206, 302, 416, 429, 503]),
    headers=st.dictionaries(st.sampled_from([*NAMES, "Location"]), header, max_size=5),
)
def test_any_headers_give_bytes_or_a_named_error(any_host, status, headers):
    any_host.respond = Host(Answer(status, headers, b"bytes"))
    with pytest.MonkeyPatch.context() as patch, internet() as net:
        found = socket.getaddrinfo

        def loopback_alone(host, *args, **kwargs):
            return found(host, *args, **kwargs) if host == "127.0.0.1" else no_address()

        patch.setattr(socket, "getaddrinfo", loopback_alone)
        try:
            content = read(net, any_host.url)
            assert content and b"bytes".startswith(content)
        except VaultError as error:
            assert str(error)
