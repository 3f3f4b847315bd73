"""Whatever breaks on the way, what is stored is the file, or nothing is and nothing is left open.

Parts are small here: see `small_parts`.
"""

import threading
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from lambdas.highlights import transfer_side_by_side
from lambdas.highlights.archive import Archive
from lambdas.highlights.deadline import Patience
from lambdas.highlights.destination import Stored
from lambdas.highlights.errors import (
    DownloadInterrupted,
    LinkExpired,
    NotAVideo,
    OutOfTime,
    SourceChanged,
    SourceUnavailable,
    StoreRefused,
    StoreUnavailable,
    TransientError,
    TruncatedVideo,
    Unavailable,
    UploadDamaged,
)
from tests.unit.fakes.attempts import KEY, Attempts
from tests.unit.fakes.films import film
from tests.unit.fakes.internet import Clock
from tests.unit.fakes.loopback import Answer, LoopbackServer, Request, serving
from tests.unit.fakes.s3 import ClientError, FakeS3, S3Server, serving_s3
from tests.unit.fakes.small_parts import PART, small_parts
from tests.unit.fakes.sources import EARLIER, ServedFile, Version, changed

SIZE = 10 * PART + 1_234
FILM = film("index first", SIZE)
PARTS = -(-len(FILM) // PART)
BUSY = Answer(503, body=b"<Error><Code>SlowDown</Code></Error>")


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with small_parts():
        yield


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    with serving_s3() as running:
        yield running


@pytest.fixture(scope="module")
def host() -> Iterator[LoopbackServer]:
    """A server whose `respond` each test puts in."""
    with serving(lambda _: Answer(404)) as running:
        yield running


@pytest.fixture
def attempts(s3_server: S3Server) -> Attempts:
    return Attempts(s3_server.bucket(least_part=PART))


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are sent in their order, so that it is known which came."""
    monkeypatch.setattr(transfer_side_by_side, "FEW", 1)


def serve(host: LoopbackServer, file: ServedFile) -> str:
    host.respond = file
    return f"{host.url}/a.mp4"


def fail(attempts: Attempts, url: str, error: type[Exception], **how) -> str:
    """The text of the error of one attempt, after which nothing stands there, nor is lost."""
    with pytest.raises(error) as raised:
        attempts.store(url, **how)
    assert type(raised.value) is error
    assert attempts.s3.objects == {}
    assert attempts.left_open() == set()
    return str(raised.value)


def is_left(attempts: Attempts) -> bool:
    """Whether an upload is left for the next attempt, which knows of it."""
    noted = attempts.noted
    assert set(attempts.s3.uploads) == ({noted.upload_id} if noted else set())
    return noted is not None


versions = st.sampled_from(
    [
        Version(b"", etag='"one"'),
        Version(b"", etag=None, modified=EARLIER),
        Version(b"", etag='"one"', modified=EARLIER),
        Version(b"", etag='W/"one"'),
        Version(b"", etag=None),
    ]
)
places = st.floats(0, 1, exclude_max=True)


@st.composite
def hosts(draw: st.DrawFn) -> ServedFile:
    """A film as some host serves it: broken off anywhere, exchanged for another at any time."""
    layout = draw(
        st.sampled_from(
            ["index first", "index first", "index last", "fragments", "transport stream"]
        )
    )
    # The end of the connection is a whole file's end as well; only an index shows what is missing.
    with_index = layout.startswith("index")
    framing = draw(st.sampled_from(["length", "chunked", *["close"][:with_index]]))
    size = draw(st.sampled_from([PART // 2, PART, PART + 1, 4 * PART, SIZE]))
    version = draw(versions)
    content, other = film(layout, size), film(layout, size, seed=1)
    now = Version(content, version.etag, version.modified)
    then = None
    if draw(st.booleans()):
        by = "etag" if version.etag else "modified"
        then = (int(draw(places) * len(content)), changed(now, other, by=by))
    return ServedFile(
        now,
        ranges=draw(st.integers(0, 3)) > 0,
        framing=framing,
        breaks=sorted({int(at * len(content)) for at in draw(st.lists(places, max_size=6))}),
        reset=draw(st.booleans()),
        then=then,
        checks_if_range=draw(st.booleans()),
    )


def store_at_last(attempts: Attempts, url: str, patience: Patience) -> Stored:
    """What one of several attempts stores; those before it leave nothing that gets lost."""
    for number in range(30):
        try:
            stored = attempts.store(url, patience=patience)
        except TransientError as error:
            event(type(error).__name__)
            assert attempts.s3.objects == {}
            assert attempts.left_open() == set()
        else:
            event(f"failed attempts: {number}")
            return stored
    raise AssertionError("no attempt stored the file")


@settings(max_examples=50)
@given(
    file=hosts(),
    tries=st.sampled_from([1, 4]),
    busy=st.sets(st.integers(1, 11), max_size=3),
    damaged=st.sets(st.integers(1, 11), max_size=1),
)
def test_break_it_anywhere_and_the_stored_file_is_the_source_or_there_is_none(
    host, s3_server, file, tries, busy, damaged
):
    url, contents = serve(host, file), {file.now.content}
    if file.then:
        contents.add(file.then[1].content)
    attempts = Attempts(s3_server.bucket(least_part=PART))
    attempts.s3.faults = {number: [BUSY] * 4 for number in busy}
    attempts.s3.damaged = set(damaged)

    try:
        stored = store_at_last(attempts, url, Patience(tries=tries))
    except NotAVideo:
        # Only the end of the connection ends such a file: its first bytes may have been all of it.
        assert file.framing == "close"
        assert attempts.s3.objects == {}
        assert attempts.left_open() == set()
        return

    body = attempts.s3.objects[KEY].body
    assert body in contents
    assert (stored.bytes, stored.crc, stored.kept) == (len(body), zlib.crc32(body), True)
    assert attempts.s3.uploads == {}


@pytest.mark.parametrize("layout", ["index first", "index last"])
def test_a_large_file_is_stored_in_parts_read_side_by_side(host, attempts, layout):
    content = film(layout, SIZE)
    file = ServedFile(Version(content))
    stored = attempts.store(serve(host, file))

    assert attempts.s3.objects[KEY].body == content
    assert (stored.info.width, stored.info.height) == (48, 32)
    assert sorted(file.asked) == [
        (start, min(start + PART, SIZE)) for start in range(0, SIZE, PART)
    ]
    assert sorted(attempts.s3.sent) == list(range(1, PARTS + 1))


@pytest.mark.parametrize("layout", ["fragments", "transport stream"])
def test_a_file_that_has_to_be_seen_whole_is_read_in_order(host, attempts, layout):
    content = film(layout, SIZE)
    file = ServedFile(Version(content))
    attempts.store(serve(host, file))

    assert attempts.s3.objects[KEY].body == content
    assert file.asked == [(0, PART), (PART, len(content))]
    assert attempts.s3.sent == sorted(attempts.s3.sent)
    assert len(attempts.s3.sent) > 5


def test_a_small_file_is_put_at_once(host, attempts):
    content = film("index first", PART)
    stored = attempts.store(serve(host, ServedFile(Version(content))))

    assert attempts.s3.objects[KEY].body == content
    assert [call for call, _ in attempts.s3.calls] == ["put_object"]
    assert stored.crc == zlib.crc32(content)


@pytest.mark.parametrize("fault", [BUSY, Answer(500, cut=True, reset=True)])
def test_a_small_file_that_s3_cannot_take_now_is_put_again_and_not_read_again(
    host, attempts, fault
):
    clock = Clock()
    file = ServedFile(Version(film("index first", PART)))
    attempts.s3.faults[0] = [fault, fault]

    assert attempts.store(serve(host, file), clock=clock).kept
    assert len(file.asked) == 1
    assert clock.waits == [0.4, 0.8]


def test_a_small_file_that_was_damaged_on_its_way_is_put_again(host, attempts):
    content = film("index first", PART)
    attempts.s3.damaged.add(0)

    attempts.store(serve(host, ServedFile(Version(content))))

    assert attempts.s3.objects[KEY].body == content


def test_a_small_file_that_s3_will_never_take_is_not_put_again(host, attempts):
    attempts.s3.faults[0] = [Answer(403, body=b"<Error><Code>AccessDenied</Code></Error>")] * 2

    url = serve(host, ServedFile(Version(film("index first", PART))))
    told = fail(attempts, url, StoreRefused)

    assert told == "S3 refused the video (403 AccessDenied)"
    assert len(attempts.s3.faults[0]) == 1


def test_a_time_that_is_up_because_of_s3_is_not_the_hosts_fault(host, attempts):
    attempts.s3.faults[0] = [BUSY] * 4

    fail(
        attempts,
        serve(host, ServedFile(Version(film("index first", PART)))),
        OutOfTime,
        seconds=0.3,
    )


def test_a_small_file_that_breaks_off_is_continued(host, attempts):
    content = film("index first", PART)
    file = ServedFile(Version(content), breaks=[PART // 2])

    attempts.store(serve(host, file))

    assert attempts.s3.objects[KEY].body == content
    assert len(file.asked) == 2


class Ticking(Clock):
    """A clock by which everything takes long."""

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


@pytest.mark.parametrize("layout", ["index first", "index last", "fragments", "transport stream"])
def test_the_rest_of_a_small_file_is_read_side_by_side_where_its_host_is_slow(
    host, attempts, layout
):
    content = film(layout, 2 * PART - 999)
    file = ServedFile(Version(content))

    stored = attempts.store(serve(host, file), clock=Ticking())

    assert attempts.s3.objects[KEY].body == content
    assert stored.crc == zlib.crc32(content)
    assert len(file.asked) == 5
    assert min(file.asked) == (0, PART)
    assert max(file.asked)[1] == len(content)


def test_a_small_file_of_a_host_that_is_fast_takes_two_requests(host, attempts):
    content = film("index first", 2 * PART - 99)
    file = ServedFile(Version(content))

    attempts.store(serve(host, file))

    assert attempts.s3.objects[KEY].body == content
    assert file.asked == [(0, PART), (PART, len(content))]


def test_a_small_file_of_a_slow_host_that_refuses_many_is_read_in_order(host, attempts):
    content = film("index first", 2 * PART - 99)
    file = ServedFile(Version(content))
    whole_rest = f"bytes={PART}-{len(content) - 1}"

    def one_at_a_time(request: Request) -> Answer:
        asked = request.headers["range"]
        return file(request) if asked in (f"bytes=0-{PART - 1}", whole_rest) else Answer(503)

    host.respond = one_at_a_time
    attempts.store(f"{host.url}/a.mp4", clock=Ticking())

    assert attempts.s3.objects[KEY].body == content


def missing_parts(attempts: Attempts) -> list[int]:
    """The parts that were not sent; a part behind the one that failed may have been."""
    missing = sorted(set(range(1, PARTS + 1)) - set(attempts.s3.sent))
    attempts.s3.sent.clear()
    return missing


def test_only_missing_parts_are_asked_for_again(host, attempts, one_by_one):
    file = ServedFile(Version(FILM))
    url = serve(host, file)
    attempts.s3.faults[5] = [BUSY] * 4
    fail(attempts, url, StoreUnavailable)
    assert is_left(attempts)
    missing = missing_parts(attempts)
    assert missing[:1] == [5]
    file.asked.clear()

    attempts.store(url)

    assert attempts.s3.sent == [1, *missing]
    assert [start // PART + 1 for start, _ in file.asked] == [1, *missing]
    assert attempts.s3.objects[KEY].body == FILM
    assert len(attempts.s3.asked("create_multipart_upload")) == 1


def test_the_tail_is_read_again_for_the_proof(host, attempts, one_by_one):
    content = film("index last", SIZE)
    url = serve(host, ServedFile(Version(content)))
    attempts.s3.faults[PARTS] = [BUSY] * 4
    fail(attempts, url, StoreUnavailable)
    attempts.s3.sent.clear()

    attempts.store(url)

    assert attempts.s3.sent[0] == 1
    assert attempts.s3.sent[-1] == PARTS
    assert len(attempts.s3.sent) <= 3
    assert attempts.s3.objects[KEY].body == content


def test_a_part_that_is_not_surely_whole_is_sent_anew(host, attempts, one_by_one):
    url = serve(host, ServedFile(Version(FILM)))
    attempts.s3.faults[6] = [BUSY] * 4
    fail(attempts, url, StoreUnavailable)
    [upload] = attempts.s3.uploads.values()
    upload.parts[2] = upload.parts[2][:-1]
    attempts.s3.unchecked.add(4)
    missing = missing_parts(attempts)

    attempts.store(url)

    assert attempts.s3.sent == [1, 2, 4, *missing]
    assert attempts.s3.objects[KEY].body == FILM


@pytest.mark.parametrize(
    "other",
    [Version(FILM, etag='"two"'), Version(film("index first", SIZE + 1))],
    ids=["validator", "length"],
)
def test_an_upload_of_another_file_is_aborted_for_a_new_one(host, attempts, one_by_one, other):
    attempts.s3.faults[5] = [BUSY] * 4
    fail(attempts, serve(host, ServedFile(Version(FILM))), StoreUnavailable)
    attempts.s3.sent.clear()

    attempts.store(serve(host, ServedFile(other)))

    assert attempts.s3.sent == list(range(1, PARTS + 1))
    assert attempts.s3.objects[KEY].body == other.content
    assert attempts.s3.uploads == {}


def test_an_upload_that_is_gone_is_begun_again(host, attempts, one_by_one):
    url = serve(host, ServedFile(Version(FILM)))
    attempts.s3.faults[5] = [BUSY] * 4
    fail(attempts, url, StoreUnavailable)
    attempts.s3.uploads.clear()

    attempts.store(url)

    assert attempts.s3.objects[KEY].body == FILM


def test_an_upload_that_was_left_is_aborted_when_the_file_is_small_by_now(host, attempts):
    attempts.s3.faults[5] = [BUSY] * 4
    fail(attempts, serve(host, ServedFile(Version(FILM))), StoreUnavailable)
    content = film("index first", PART // 2)

    attempts.store(serve(host, ServedFile(Version(content, etag='"two"'))))

    assert attempts.s3.objects[KEY].body == content
    assert attempts.s3.uploads == {}


class Stopping(ServedFile):
    """A host that is in trouble from some request on."""

    after = 5

    def __call__(self, request: Request) -> Answer:
        self.after -= 1
        return super().__call__(request) if self.after >= 0 else Answer(500)


def test_a_host_that_fails_leaves_the_parts_for_the_next_attempt(host, attempts, one_by_one):
    fail(attempts, serve(host, Stopping(Version(FILM))), SourceUnavailable)
    assert is_left(attempts)
    assert attempts.s3.sent == [1, 2, 3, 4, 5]


def test_time_that_is_up_leaves_the_parts_for_the_next_attempt(host, attempts, one_by_one):
    clock = Clock()

    class Late(ServedFile):
        def __call__(self, request: Request) -> Answer:
            answer = super().__call__(request)
            clock.now += 20
            return answer

    fail(attempts, serve(host, Late(Version(FILM))), OutOfTime, clock=clock, seconds=100)
    assert is_left(attempts)

    attempts.store(serve(host, ServedFile(Version(FILM))))
    assert attempts.s3.objects[KEY].body == FILM
    assert len(attempts.s3.asked("create_multipart_upload")) == 1


def test_a_file_that_changed_leaves_nothing(host, attempts):
    then = (3 * PART, changed(Version(FILM), film("index first", SIZE, seed=1), by="etag"))
    text = fail(attempts, serve(host, ServedFile(Version(FILM), then=then)), SourceChanged)

    assert "127.0.0.1" in text
    assert not is_left(attempts)


def test_a_part_that_arrived_damaged_leaves_nothing(host, attempts):
    attempts.s3.damaged.add(3)
    fail(attempts, serve(host, ServedFile(Version(FILM))), UploadDamaged)

    assert not is_left(attempts)


def test_a_part_that_s3_refuses_leaves_nothing(host, attempts):
    attempts.s3.faults[3] = [Answer(403, body=b"<Error><Code>AccessDenied</Code></Error>")]
    fail(attempts, serve(host, ServedFile(Version(FILM))), StoreRefused)

    assert not is_left(attempts)


@pytest.mark.parametrize(
    ("code", "error"),
    [("AccessDenied", ClientError), ("BadDigest", StoreUnavailable)],
)
def test_a_completion_that_s3_refuses_leaves_nothing(host, attempts, code, error):
    attempts.s3.refuse["complete_multipart_upload"] = [code]
    fail(attempts, serve(host, ServedFile(Version(FILM))), error)

    assert attempts.s3.uploads == {}


@pytest.mark.parametrize("layout", ["index first", "fragments"])
def test_an_upload_that_cannot_be_noted_is_not_begun(host, attempts, layout):
    def refuse(unfinished):
        raise ClientError("ProvisionedThroughputExceededException")

    attempts.changes["note"] = refuse
    fail(attempts, serve(host, ServedFile(Version(film(layout, SIZE)))), ClientError)

    assert attempts.s3.uploads == {}
    assert attempts.s3.sent == []


@pytest.mark.parametrize("layout", ["index first", "fragments"])
def test_an_upload_that_s3_does_not_begin_is_none(host, attempts, layout):
    attempts.s3.refuse["create_multipart_upload"] = ["AccessDenied"]
    fail(attempts, serve(host, ServedFile(Version(film(layout, SIZE)))), ClientError)

    assert not is_left(attempts)


@pytest.mark.parametrize(
    ("layout", "ranges"),
    [("index first", False), ("fragments", False), ("transport stream", False)],
)
def test_a_body_that_breaks_off_in_order_leaves_nothing(host, attempts, layout, ranges):
    file = ServedFile(Version(film(layout, SIZE)), ranges=ranges, breaks=[SIZE - 1_000])
    fail(attempts, serve(host, file), DownloadInterrupted)

    assert len(attempts.s3.sent) > 5
    assert not is_left(attempts)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_shorter_than_its_index_says_is_not_kept(host, attempts, ranges):
    file = ServedFile(Version(FILM[:-1]), ranges=ranges)
    fail(attempts, serve(host, file), TruncatedVideo)

    assert not is_left(attempts)
    if ranges:
        assert file.asked == [(0, PART)]
        assert attempts.s3.calls == []


def test_a_file_whose_tail_is_no_index_is_not_kept(host, attempts):
    content = film("index last", SIZE).replace(b"trak", b"free")
    fail(attempts, serve(host, ServedFile(Version(content))), NotAVideo)

    assert not is_left(attempts)


@pytest.mark.parametrize(
    ("framing", "ranges", "sent"),
    [("length", True, 0), ("length", False, 0), ("chunked", False, 3)],
)
def test_a_file_over_the_limit_is_not_kept(host, attempts, framing, ranges, sent):
    attempts.changes["largest"] = 3 * PART + 4_000
    file = ServedFile(Version(FILM), ranges=ranges, framing=framing)
    text = fail(attempts, serve(host, file), Unavailable)

    assert "max_video_megabytes" in text
    assert len(attempts.s3.sent) <= sent
    assert not is_left(attempts)


@pytest.mark.parametrize("size", [PART, SIZE])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_video_that_stands_there_stays(host, attempts, size, ranges):
    Archive(attempts.s3, "bucket").put_once(KEY, b"another", "video/mp4")
    file = ServedFile(Version(film("index first", size)), ranges=ranges)

    assert attempts.store(serve(host, file)).kept is False
    assert attempts.s3.objects[KEY].body == b"another"
    assert attempts.s3.uploads == {}


class Gathering(ServedFile):
    """Answers ranges when so many are asked for at once; most: that ever were."""

    def __init__(self, version: Version, together: int):
        super().__init__(version)
        self._together = threading.Barrier(together)
        self._under_way = self.most = 0
        self._count = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        with self._count:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        if "if-range" in request.headers:
            self._together.wait(120)
        with self._count:
            self._under_way -= 1
        return super().__call__(request)


def test_a_host_that_is_slow_on_each_connection_is_asked_on_many(host, attempts):
    content = film("index first", 9 * PART)
    host.respond = Gathering(Version(content), together=8)

    attempts.store(host.url, real_time=True)

    assert attempts.s3.objects[KEY].body == content


def test_a_fast_host_is_asked_on_a_few_connections(host, attempts, monkeypatch):
    monkeypatch.setattr(transfer_side_by_side, "FAST", 0)
    host.respond = Gathering(Version(film("index first", 9 * PART)), together=4)

    attempts.store(host.url, real_time=True)

    assert host.respond.most == 4


def test_no_thread_is_left_behind_by_an_attempt(host, attempts):
    attempts.s3.faults[3] = [Answer(403)]
    url = serve(host, ServedFile(Version(FILM)))
    before = workers()
    fail(attempts, url, StoreRefused)
    attempts.store(url)

    assert workers() <= before


def workers() -> set[threading.Thread]:
    """The threads that are not a server's."""
    ours = ("_look", "ThreadPoolExecutor", "Timer")
    return {one for one in threading.enumerate() if any(name in one.name for name in ours)}


class Sink(FakeS3):
    """Keeps nothing of what it gets."""

    def take(self, request: Request) -> Answer:
        answer = super().take(request)
        for upload in self.uploads.values():
            upload.parts.clear()
        return answer

    def complete_multipart_upload(self, **asked) -> None:
        self._begin("complete_multipart_upload", asked)


class Crowded(ServedFile):
    """A host that answers two ranges at once, and refuses all others meanwhile."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._under_way = self._refused = 0
        self._seen_enough = threading.Event()

    def __call__(self, request: Request) -> Answer:
        if "if-range" not in request.headers:
            return super().__call__(request)
        with self._lock:
            if self._under_way == 2:
                self._refused += 1
                if self._refused == Patience().tries:
                    self._seen_enough.set()
                return Answer(503)
            self._under_way += 1
        answer = super().__call__(request)
        return replace(answer, body=self._slowly(answer.body))

    def _slowly(self, body: Iterable[bytes]) -> Iterator[bytes]:
        self._seen_enough.wait(60)
        yield from body
        with self._lock:
            self._under_way -= 1


def test_a_host_that_refuses_many_connections_is_asked_for_fewer(host, attempts):
    stored = attempts.store(serve(host, Crowded(Version(FILM))))

    assert stored.kept
    assert attempts.s3.objects[KEY].body == FILM


def test_a_host_that_refuses_every_range_is_given_up(host, attempts):
    file = ServedFile(Version(FILM))
    asked = []

    def refuse(request: Request) -> Answer:
        asked.append(request)
        return Answer(503) if "if-range" in request.headers else file(request)

    host.respond = refuse
    with pytest.raises(SourceUnavailable, match="503"):
        attempts.store(f"{host.url}/a.mp4")

    assert is_left(attempts)
    assert len(asked) <= 1 + (PARTS + 1) * Patience().tries


def test_a_link_that_expires_leaves_what_was_stored_to_the_next_attempt(host, attempts, one_by_one):
    file, answers = ServedFile(Version(FILM)), [True] * 4
    host.respond = lambda request: file(request) if answers and answers.pop() else Answer(403)

    with pytest.raises(LinkExpired, match="403 to a later part"):
        attempts.store(f"{host.url}/a.mp4")
    assert is_left(attempts)
    asked = len(file.asked)

    assert attempts.store(serve(host, file)).kept
    assert len(file.asked) - asked == PARTS - asked + 1


@pytest.mark.parametrize("layout", ["fragments", "transport stream"])
def test_what_nobody_says_the_end_of_is_not_called_whole(host, attempts, layout):
    file = ServedFile(Version(film(layout, 3 * PART)), ranges=False, framing="close")

    assert "where the file ends" in fail(attempts, serve(host, file), TruncatedVideo)


@pytest.mark.parametrize(
    ("layout", "ranges"), [("index first", True), ("index first", False), ("fragments", True)]
)
def test_a_file_is_never_held(host, s3_server, monkeypatch, layout, ranges):
    part = 128 * 1024
    monkeypatch.setattr(transfer_side_by_side, "FAST", 0)  # no more workers than those few
    content = film(layout, 60 * part)
    with small_parts(kibibytes=128, few=2):
        url = serve(host, ServedFile(Version(content), ranges=ranges))
        attempts = Attempts(s3_server.bucket(Sink))
        tracemalloc.start()
        stored = attempts.store(url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert stored.crc == zlib.crc32(content)
    # The most of it is what the stand-in for S3 holds: some parts for each worker.
    assert peak < 24 * part
