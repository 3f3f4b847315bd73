"""What the archive holds against what the ledger says: each difference is found and named."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.highlights.expectations import Expectations
from lambdas.highlights.findings import Finding, Part, Problem
from lambdas.highlights.sidecar import key_of, render
from lambdas.highlights.unfinished import Unfinished
from lambdas.highlights.verification import (
    OpenUpload,
    StoredObject,
    UnreadableObject,
    unfinished,
    verify,
)

VIDEO, RENDITION = "videos/NCAA/2026-01-10/1.webm", "processed_videos/NCAA/2026-01-10/1.mp4"
THUMBNAIL = "thumbnails/NCAA/2026-01-10/1.0000000.jpg"
RUN = "runs/NCAA/2026-01-10/first.json"
ANSWER = b'{"data": []}'
ANSWER_KEY = f"highlights/NCAA/2026-01-10/{hashlib.sha256(ANSWER).hexdigest()[:32]}.json"
NOW = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)


class Archive:
    """Objects by key; `reads` are the keys that were read, in order."""

    def __init__(self, objects: dict[str, bytes]):
        self.objects = dict(objects)
        self.reads: list[str] = []

    def listed(self) -> list[StoredObject]:
        return [
            StoredObject(key, len(body), f'"{zlib.crc32(body)}"')
            for key, body in sorted(self.objects.items())
        ]

    def read(self, key: str) -> Iterator[bytes]:
        self.reads.append(key)
        body = self.objects[key]
        yield from (body[start : start + 3] for start in range(0, len(body), 3))


def crc32(body: bytes) -> str:
    return f"crc32:{zlib.crc32(body):08x}"


def sha256(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def item(**changes: Any) -> dict[str, Any]:
    """A playable highlight whose three objects stand in the `archive`."""
    facts = {
        "video": {"key": VIDEO, "bytes": 7, "checksum": crc32(b"a video")},
        "rendition": {"key": RENDITION, "bytes": 11, "checksum": sha256(b"a rendition")},
        "thumbnail": {"key": THUMBNAIL, "bytes": 9, "checksum": sha256(b"a picture")},
    }
    whose = {"id": "1", "league": "NCAA", "game_date": "2026-01-10", "status": "playable"}
    made = whose | facts | changes
    return {name: value for name, value in made.items() if value is not None}


@pytest.fixture
def archive() -> Archive:
    return Archive(
        {
            VIDEO: b"a video",
            RENDITION: b"a rendition",
            THUMBNAIL: b"a picture",
            ANSWER_KEY: ANSWER,
            RUN: b'{"execution": "first"}',
        }
    )


def findings(archive: Archive, *items: dict[str, Any]) -> list[Finding]:
    return list(verify(Expectations.of(items or [item()]), archive.listed(), archive.read))


def test_a_whole_archive_is_read_once_and_nothing_is_found(archive: Archive):
    assert findings(archive) == []
    assert archive.reads == sorted(archive.objects)


def test_the_older_checksum_of_a_video_counts_too(archive: Archive):
    older = {"key": VIDEO, "bytes": 7, "checksum": sha256(b"a video")}
    assert findings(archive, item(video=older)) == []

    archive.objects[VIDEO] = b"a vide\x00"
    (found,) = findings(archive, item(video=older))
    assert (found.problem, found.part) == (Problem.DAMAGED, Part.VIDEO)


@pytest.mark.parametrize(
    ("key", "part"),
    [(VIDEO, Part.VIDEO), (RENDITION, Part.RENDITION), (THUMBNAIL, Part.THUMBNAIL)],
)
def test_an_object_that_is_not_there_is_missing(archive: Archive, key: str, part: Part):
    size = len(archive.objects.pop(key))

    (found,) = findings(archive)

    assert (found.problem, found.key, found.part) == (Problem.MISSING, key, part)
    assert found.highlight_id == "1"
    assert f"{size} bytes" in found.expected and found.found == "nothing"
    assert found.is_wrong and found.is_mendable


@pytest.mark.parametrize("key", [VIDEO, RENDITION, THUMBNAIL])
def test_other_bytes_of_the_same_number_are_damage(archive: Archive, key: str):
    whole = archive.objects[key]
    archive.objects[key] = whole[:-1] + bytes([whole[-1] ^ 1])

    (found,) = findings(archive)

    assert (found.problem, found.key) == (Problem.DAMAGED, key)
    assert found.etag == f'"{zlib.crc32(archive.objects[key])}"'
    assert found.expected.split(", ")[0] == found.found.split(", ")[0]
    assert found.expected != found.found


def test_an_object_of_another_size_is_damaged_and_not_even_read(archive: Archive):
    archive.objects[VIDEO] = b"a vid"

    (found,) = findings(archive)

    assert (found.problem, found.found) == (Problem.DAMAGED, "5 bytes")
    assert VIDEO not in archive.reads


def test_an_object_that_ends_before_its_listed_size_is_damaged(archive: Archive):
    listed = archive.listed()
    archive.objects[VIDEO] = b"a vid"

    (found,) = verify(Expectations.of([item()]), listed, archive.read)

    assert (found.problem, found.key) == (Problem.DAMAGED, VIDEO)
    assert found.found.startswith("5 bytes")


def test_an_object_that_cannot_be_read_is_damaged_and_the_others_are_read_all_the_same():
    def broken(key: str) -> Iterator[bytes]:
        yield archive.objects[key][:2]
        if key != THUMBNAIL:
            raise UnreadableObject("end early")
        yield archive.objects[key][2:]

    archive = Archive({VIDEO: b"a video", THUMBNAIL: b"a picture", RUN: b"{}"})
    found = list(
        verify(Expectations.of([item(rendition=None, status="failed")]), archive.listed(), broken)
    )

    assert [(one.problem, one.key) for one in found] == [("damaged", RUN), ("damaged", VIDEO)]
    assert all(one.found.endswith("bytes that end early") for one in found)


def test_a_raw_answer_is_what_its_name_says(archive: Archive):
    archive.objects[ANSWER_KEY] = b'{"data": {}}'

    (found,) = findings(archive)

    assert (found.problem, found.part) == (Problem.DAMAGED, Part.RAW_ANSWER)
    assert not found.is_mendable


@pytest.mark.parametrize("body", [b"", b'{"execution": "fi', b"\xff\xfe", b"[]"])
def test_a_run_record_that_cannot_be_read_is_damaged(archive: Archive, body: bytes):
    archive.objects[RUN] = body

    (found,) = findings(archive)

    assert (found.problem, found.part) == (Problem.DAMAGED, Part.RUN_RECORD)
    assert not found.is_mendable


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("pins/Highlights-20260111T144000Z.json", Part.PIN),
        ("drills/2026-02-01-6e7f.json", Part.DRILL_RECORD),
        ("backfills/0f1e-2d3c/days-1.json", Part.BACKFILL),
        ("backfills/0f1e-2d3c/results/round-1/4b5a/SUCCEEDED_0.json", Part.BACKFILL),
    ],
)
def test_pins_and_records_of_drills_and_looks_belong_into_the_archive_and_are_damaged_when_unreadable(
    archive: Archive, key: str, part: Part
):
    archive.objects[key] = b'{"by": "anna"}'
    assert findings(archive) == []

    archive.objects[key] = b'{"by": '
    (found,) = findings(archive)
    assert (found.problem, found.part) == (Problem.DAMAGED, part)


@pytest.mark.parametrize("lines", [b"", b'{"Item":{"id":{"S":"1"}}}\n' * 3])
def test_files_of_exports_belong_into_the_archive_and_are_damaged_when_cut(
    archive: Archive, lines: bytes
):
    folder, body = "exports/AWSDynamoDB/01768148000000-0a1b2c3d", gzip.compress(lines)
    archive.objects[f"{folder}/_started"] = b""
    archive.objects[f"{folder}/manifest-files.json"] = b""
    archive.objects[f"{folder}/data/a.json.gz"] = body + body
    archive.objects["exports/AWSDynamoDB/data/b.json.gz"] = b""
    assert findings(archive) == []

    for wrong in (body[:-1], body + body[:-1], body[:-8] + bytes([body[-8] ^ 1]) + body[-7:]):
        archive.objects[f"{folder}/data/a.json.gz"] = wrong
        (found,) = findings(archive)
        assert (found.problem, found.part) == (Problem.DAMAGED, Part.EXPORT)


@pytest.mark.parametrize(
    "key",
    ["videos/NCAA/2026-01-10/2.mp4", "highlights/NCAA/2026-01-10/notes.json", "holiday.jpg"],
)
def test_an_object_that_nothing_names_is_unknown(archive: Archive, key: str):
    archive.objects[key] = b"what is it"

    (found,) = findings(archive)

    assert (found.problem, found.key, found.highlight_id) == (Problem.UNKNOWN, key, None)
    assert found.found == "10 bytes"
    assert found.is_wrong and not found.is_mendable
    assert key not in archive.reads


@pytest.mark.parametrize(("status", "is_mendable"), [("failed", True), ("unavailable", False)])
def test_an_unknown_object_of_a_highlight_says_whose_it_is(
    archive: Archive, status: str, is_mendable: bool
):
    (found,) = findings(archive, item(status=status, rendition=None))

    assert (found.problem, found.highlight_id) == (Problem.UNKNOWN, "1")
    assert status in found.expected
    assert found.is_mendable is is_mendable


@pytest.mark.parametrize(
    ("status", "lacking"),
    [("playable", "video"), ("playable", "rendition"), ("playable", "thumbnail"),
     ("stored", "video")],
)  # fmt: skip
def test_an_item_that_lacks_what_its_status_promises_is_found(
    archive: Archive, status: str, lacking: str
):
    found = findings(archive, item(status=status, **{lacking: None}))

    promised = [one for one in found if one.problem is Problem.MISSING]
    assert [(one.part, one.highlight_id) for one in promised] == [(lacking, "1")]
    assert status in promised[0].expected
    assert promised[0].is_mendable


@pytest.mark.parametrize("status", ["pending", "stored", "failed"])
def test_a_highlight_whose_repair_was_interrupted_is_found(archive: Archive, status: str):
    (found,) = findings(archive, item(status=status))

    assert (found.problem, found.part) == (Problem.UNFINISHED, Part.HIGHLIGHT)
    assert status in found.found
    assert found.is_wrong and found.is_mendable


@pytest.mark.parametrize("status", ["pending", "failed", "link_only", "unavailable"])
def test_a_highlight_without_a_file_needs_no_object(status: str):
    nothing = dict.fromkeys(("video", "rendition", "thumbnail"))
    assert findings(Archive({}), item(status=status, **nothing)) == []


def at(minute: int) -> str:
    return f"2026-01-11T14:{minute:02}:00.000000+00:00"


def backed_up(minute: int = 5, **changes: Any) -> dict[str, Any]:
    """A link that a backup holds as it is."""
    mark = {"name": "a backup", "updated_at": at(minute)}
    nothing = dict.fromkeys(("video", "rendition", "thumbnail"))
    link = item(status="link_only", updated_at=at(minute), backed_up=mark, **nothing)
    return link | changes


SIDECAR = "videos/NCAA/2026-01-10/1.json"


def test_a_sidecar_has_the_very_bytes_that_the_ledger_gives_it():
    assert findings(Archive({SIDECAR: render(backed_up())}), backed_up()) == []


def test_a_sidecar_that_is_not_there_is_missing():
    (found,) = findings(Archive({}), backed_up())

    assert (found.problem, found.key, found.part) == (Problem.MISSING, SIDECAR, Part.SIDECAR)
    assert found.highlight_id == "1" and found.is_mendable
    assert f"{len(render(backed_up()))} bytes" in found.expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        render(backed_up())[:-9],
        render(backed_up())[:-9] + b"123456789",
        render(backed_up(4)),
        render(backed_up(title="another")),
        render(backed_up(9))[:-9],
    ],
    ids=["empty", "half", "flipped", "earlier", "another", "half of a later one"],
)
def test_a_sidecar_of_other_bytes_is_damaged_and_the_ledger_mends_it(body: bytes):
    (found,) = findings(Archive({SIDECAR: body}), backed_up())

    assert (found.problem, found.part, found.is_mendable) == (Problem.DAMAGED, Part.SIDECAR, True)


def test_a_sidecar_that_knows_more_than_the_ledger_is_not_to_be_overwritten():
    (found,) = findings(Archive({SIDECAR: render(backed_up(9))}), backed_up())

    assert (found.problem, found.is_mendable) == (Problem.DAMAGED, False)
    assert found.found == "that of a later change, of 2026-01-11 14:09 UTC"


@pytest.mark.parametrize(
    "highlight",
    [
        backed_up(updated_at=at(6)),
        backed_up(status="failed"),
        {name: fact for name, fact in backed_up().items() if name != "backed_up"},
    ],
    ids=["not backed up since", "not settled", "never backed up"],
)
def test_a_sidecar_may_lag_while_its_highlight_is_worked_on(highlight: dict[str, Any]):
    assert findings(Archive({}), highlight) == []
    assert findings(Archive({SIDECAR: render(backed_up(1))}), highlight) == []

    (found,) = findings(Archive({SIDECAR: render(backed_up(1))[:-9]}), highlight)
    assert (found.problem, found.part, found.is_mendable) == (Problem.DAMAGED, Part.SIDECAR, True)
    assert "no sidecar" in found.found


def test_a_sidecar_whose_highlight_the_ledger_lacks_is_unknown():
    other = render(backed_up(id="2"))
    (found,) = findings(Archive({key_of(backed_up(id="2")): other}))[:1]

    assert (found.problem, found.key) == (Problem.UNKNOWN, "videos/NCAA/2026-01-10/2.json")


def test_an_open_upload_is_wrong_only_when_nothing_will_abort_it_any_more():
    uploads = [
        OpenUpload(VIDEO, "in-progress", NOW - timedelta(days=9)),
        OpenUpload(VIDEO, "fresh", NOW - timedelta(days=2, hours=23)),
        OpenUpload("videos/NCAA/2026-01-10/2.mp4", "old", NOW - timedelta(days=3, hours=1)),
    ]
    kept_open = Unfinished("in-progress", VIDEO, None, None).as_item()
    expectations = Expectations.of([item(upload=kept_open)])

    fresh, old = unfinished(uploads, expectations, NOW)

    assert (fresh.problem, fresh.key, fresh.highlight_id) == (Problem.UNFINISHED, VIDEO, "1")
    assert (fresh.is_wrong, old.is_wrong) == (False, True)
    assert "old" in old.found
