"""Parts of an upload are sent to signed URLs, checked as they arrive, and completed or left."""

import zlib
from collections.abc import Iterator

import pytest

from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import (
    DownloadInterrupted,
    OutOfTime,
    StoreRefused,
    StoreUnavailable,
    UploadDamaged,
)
from lambdas.highlights.upload import Part, Upload, whole_crc
from tests.unit.fakes.internet import Clock, deadline
from tests.unit.fakes.loopback import Answer
from tests.unit.fakes.s3 import ClientError, FakeS3, S3Server, serving_s3

KEY = "videos/NCAA/2026-01-10/1.mp4"
FIRST, LAST = b"first" * 1_000, b"last"


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with serving_s3() as running:
        yield running


@pytest.fixture
def s3(server: S3Server) -> FakeS3:
    return server.bucket(least_part=len(FIRST))


def begin(s3: FakeS3, clock: Clock | None = None, seconds: float = 60) -> Upload:
    limit = deadline(seconds, clock)
    return Upload.begin(Archive(s3, "bucket"), KEY, "video/mp4", limit)


def send(upload: Upload, number: int, content: bytes) -> Part:
    return upload.send(number, len(content), lambda: [content[:3], b"", content[3:]])


def refusal(status: int, code: str) -> Answer:
    return Answer(status, body=f"<Error><Code>{code}</Code></Error>".encode())


def test_parts_sent_in_any_order_become_one_object(s3):
    upload = begin(s3)
    last, first = send(upload, 2, LAST), send(upload, 1, FIRST)
    assert s3.objects == {}

    assert upload.complete([first, last], replaces=None) is True

    assert s3.objects[KEY].body == FIRST + LAST
    assert s3.objects[KEY].content_type == "video/mp4"
    assert s3.uploads == {}
    assert whole_crc([first, last]) == zlib.crc32(FIRST + LAST)


def test_a_part_is_streamed_with_its_length_and_nothing_around_it(s3, server):
    send(begin(s3), 1, FIRST)

    [upload] = s3.uploads.values()
    assert upload.parts == {1: FIRST}
    request = server.requests[-1]
    assert request.method == "PUT"
    assert request.headers["content-length"] == str(len(FIRST))
    assert "transfer-encoding" not in request.headers
    assert "content-encoding" not in request.headers


def test_the_parts_that_came_are_told(s3):
    upload = begin(s3)
    sent = [send(upload, 1, FIRST), send(upload, 3, LAST)]

    assert upload.parts() == {1: sent[0], 3: sent[1]}


def test_a_part_without_a_checksum_is_none_to_go_on_from(s3):
    upload = begin(s3)
    send(upload, 1, FIRST)
    s3.unchecked.add(1)

    assert upload.parts() == {}


def test_an_upload_that_is_gone_has_no_parts(s3):
    upload = begin(s3)
    send(upload, 1, FIRST)
    upload.abort()

    assert upload.parts() == {}
    upload.abort()


def test_a_denied_look_at_the_parts_is_told(s3):
    upload = begin(s3)
    s3.refuse["list_parts"] = ["AccessDenied"]

    with pytest.raises(ClientError):
        upload.parts()


@pytest.mark.parametrize(
    "fault",
    [
        refusal(500, "InternalError"),
        refusal(503, "SlowDown"),
        refusal(400, "RequestTimeout"),
        refusal(408, "RequestTimeout"),
        refusal(429, "TooManyRequests"),
        Answer(502),
        Answer(500, cut=True, reset=True),
    ],
)
def test_a_part_that_s3_cannot_take_now_is_sent_again(s3, fault):
    clock = Clock()
    upload = begin(s3, clock)
    s3.faults[1] = [fault, fault]

    assert upload.complete([send(upload, 1, FIRST)], replaces=None)
    assert s3.objects[KEY].body == FIRST
    assert clock.waits == [0.4, 0.8]


def test_a_connection_that_s3_cuts_is_made_again(s3):
    class Cut(Answer):
        def write(self, out):
            out.write(b"HTTP/1.1 200 O")

    upload = begin(s3)
    s3.faults[1] = [Cut(500, cut=True)]

    assert send(upload, 1, FIRST).crc == zlib.crc32(FIRST)


def test_a_part_is_not_sent_for_ever(s3):
    clock = Clock()
    upload = begin(s3, clock)
    s3.faults[1] = [refusal(503, "SlowDown")] * 9

    with pytest.raises(StoreUnavailable, match=r"part 1 \(503 SlowDown\)"):
        send(upload, 1, FIRST)
    assert len(s3.faults[1]) == 5
    assert len(clock.waits) == 3


def test_a_part_is_not_sent_again_after_the_deadline(s3):
    upload = begin(s3, seconds=0.3)
    s3.faults[1] = [refusal(503, "SlowDown")] * 9

    with pytest.raises(OutOfTime):
        send(upload, 1, FIRST)
    assert len(s3.faults[1]) == 8


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AccessDenied"), (400, "EntityTooLarge"), (307, "TemporaryRedirect"), (404, "None")],
)
def test_a_part_that_s3_will_never_take_is_not_sent_again(s3, status, code):
    upload = begin(s3)
    s3.faults[1] = [refusal(status, code)] * 2

    with pytest.raises(StoreRefused, match=f"part 1 .{status} {code}") as raised:
        send(upload, 1, FIRST)
    assert len(s3.faults[1]) == 1
    assert "Signature" not in str(raised.value)


def test_a_part_of_an_upload_that_is_gone_may_be_sent_by_the_next_attempt(s3):
    upload = begin(s3)
    upload.abort()

    with pytest.raises(StoreUnavailable, match="NoSuchUpload"):
        send(upload, 1, FIRST)


def test_a_part_that_arrived_damaged_spoils_its_upload(s3):
    upload = begin(s3)
    s3.damaged.add(1)

    with pytest.raises(UploadDamaged, match="part 1 did not arrive as it was sent"):
        send(upload, 1, FIRST)


def test_a_part_whose_checksum_is_not_answered_is_verified_at_the_end(s3):
    unsaid = Answer(200, {"x-amz-checksum-crc32": ""})
    upload = begin(s3)
    s3.faults[1] = [unsaid]
    assert upload.complete([send(upload, 1, FIRST)], replaces=None)

    del s3.objects[KEY]
    upload = begin(s3)
    s3.faults[1], s3.damaged = [unsaid], {1}
    with pytest.raises(StoreUnavailable, match="InvalidPart|BadDigest"):
        upload.complete([send(upload, 1, FIRST)], replaces=None)
    assert s3.objects == {}
    assert s3.uploads == {}


def test_a_part_that_is_longer_than_announced_spoils_its_upload(s3):
    with pytest.raises(UploadDamaged):
        begin(s3).send(1, len(FIRST), lambda: [FIRST, LAST])


def test_what_breaks_off_while_it_is_sent_leaves_no_part(s3):
    def break_off():
        yield FIRST[:100]
        raise DownloadInterrupted("the source broke off")

    upload = begin(s3)
    with pytest.raises(DownloadInterrupted):
        upload.send(1, len(FIRST), break_off)
    assert upload.parts() == {}


def test_the_chunks_are_ended_when_s3_does_not_take_them(s3):
    chunks = (chunk for chunk in (FIRST, LAST))
    upload = begin(s3)
    s3.url = "http://127.0.0.1:1"

    with pytest.raises(StoreUnavailable):
        upload.send(1, len(FIRST + LAST), lambda: chunks)
    assert chunks.gi_frame is None


@pytest.mark.parametrize(
    "code", ["BadDigest", "InvalidPart", "NoSuchUpload", "ConditionalRequestConflict"]
)
def test_an_upload_that_can_never_be_completed_is_aborted_for_another(s3, code):
    upload = begin(s3)
    part = send(upload, 1, FIRST)
    s3.refuse["complete_multipart_upload"] = [code]

    with pytest.raises(StoreUnavailable, match=code):
        upload.complete([part], replaces=None)
    assert s3.objects == {}
    assert s3.uploads == {}


def test_a_refused_completion_is_told(s3):
    upload = begin(s3)
    part = send(upload, 1, FIRST)
    s3.refuse["complete_multipart_upload"] = ["AccessDenied"]

    with pytest.raises(ClientError, match="AccessDenied"):
        upload.complete([part], replaces=None)


def test_a_video_that_another_execution_stored_stays(s3):
    Archive(s3, "bucket").put_once(KEY, b"another", "video/mp4")
    upload = begin(s3)

    assert upload.complete([send(upload, 1, FIRST)], replaces=None) is False
    assert s3.objects[KEY].body == b"another"
    assert s3.uploads == {}


def test_a_damaged_video_gives_way_when_it_is_still_the_same(s3):
    Archive(s3, "bucket").put_once(KEY, b"damaged", "video/mp4")
    damaged = s3.objects[KEY].etag
    first, second = begin(s3), begin(s3)
    parts = [send(first, 1, FIRST)], [send(second, 1, LAST)]

    assert first.complete(parts[0], replaces=damaged) is True
    assert second.complete(parts[1], replaces=damaged) is False
    assert s3.asked("complete_multipart_upload")[0]["IfMatch"] == damaged
    assert s3.objects[KEY].body == FIRST
    assert s3.uploads == {}
