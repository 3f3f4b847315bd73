"""A season exported from one vault and imported into another: nothing lost, nothing believed."""

import hashlib
import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gameday.export import export_season
from gameday.request import UsageError
from gameday.season.checked import Season
from gameday.season.entries import File, NotASeason, Wrong
from gameday.season.folder import Folder
from gameday.season.selection import Selection
from gameday.season.sending import Sending
from gameday.season.taking_in import Source
from gameday.season_import import Imported, import_season, require_empty
from gameday.steps import Steps
from gameday.verify import verify_vault
from lambdas.highlights.archive import Archive
from lambdas.highlights.checksum import as_text
from lambdas.highlights.lasting import digest
from tests.e2e.conftest import Pipeline

KEPT_PREFIXES = ("highlights/", "matches/", "processed_videos/", "runs/", "thumbnails/", "videos/")


def quiet() -> Steps:
    return Steps(Console(quiet=True))


@pytest.fixture(scope="module")
def deployment(kept_deployment: Pipeline) -> Pipeline:
    """The sample day, kept; emptied by what comes after the first look at it."""
    return kept_deployment


@pytest.fixture(scope="module")
def kept(deployment: Pipeline, tmp_path_factory) -> dict[str, Any]:
    """What a vault held, its season with and without originals; the vault is empty afterwards."""
    found = {
        "items": {id_: digest(item) for id_, item in deployment.items().items()},
        "objects": objects(deployment),
        "whole": tmp_path_factory.mktemp("season") / "whole",
        "light": tmp_path_factory.mktemp("season") / "light",
    }
    for name, originals in (("whole", True), ("light", False)):
        selection = Selection(originals=originals)
        assert export_season(deployment.vault, found[name], selection, quiet()).exit_code == 0
    return found


@pytest.fixture
def other(kept: dict[str, Any], deployment: Pipeline) -> Iterator[Pipeline]:
    """The same deployment with nothing in it."""
    deployment.empty()
    yield deployment


@pytest.fixture
def season(kept: dict[str, Any], tmp_path: Path) -> Path:
    """A season to do harm to."""
    shutil.copytree(kept["whole"], tmp_path / "season", symlinks=True)
    return tmp_path / "season"


def objects(pipeline: Pipeline) -> dict[str, bytes]:
    return {
        one.key: pipeline.vault.read_object(one.key).read()
        for prefix in KEPT_PREFIXES
        for one in pipeline.vault.objects(prefix)
    }


def take_in(pipeline: Pipeline, folder: Path) -> Imported:
    season = Season.read(folder)
    require_empty(pipeline.vault, season)
    return import_season(pipeline.vault, season, quiet())


def change_index(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "index.json"
    index = json.loads(path.read_text("utf-8"))
    change(index)
    path.write_text(json.dumps(index), "utf-8")


def test_a_season_comes_back_as_it_was(kept: dict[str, Any], other: Pipeline):
    done = take_in(other, kept["whole"])

    assert done.exit_code == 0, done
    assert objects(other) == kept["objects"]
    assert {id_: digest(item) for id_, item in other.items().items()} == kept["items"]
    assert verify_vault(other.vault, quiet()).findings == []

    again = take_in(other, kept["whole"])
    assert (again.exit_code, again.written, again.there) == (0, 0, done.written)

    jobs, asked = len(other.jobs()), len(other.provider.requests)
    run = other.run()
    assert run.execution.status == "SUCCEEDED"
    assert run.record["backup"]["created"] and run.record["counts"]["new"] == 0
    assert len(other.jobs()) == jobs
    assert not [one for one in other.provider.requests[asked:] if "/media/" in one.path]
    assert verify_vault(other.vault, quiet()).findings == []


def test_a_season_without_originals_is_whole_without_them(kept: dict[str, Any], other: Pipeline):
    done = take_in(other, kept["light"])

    assert done.exit_code == 0
    assert list(done.lacks.values()) == 5 * [["video"]]
    item = other.items()["412380371"]
    assert (item["status"], "video" in item) == ("playable", False)
    assert item["video_left_out"]["checksum"].startswith("crc32:")
    assert verify_vault(other.vault, quiet()).findings == []

    asked = len(other.provider.requests)
    assert other.run().execution.status == "SUCCEEDED"
    assert not [one for one in other.provider.requests[asked:] if "/media/" in one.path]
    assert verify_vault(other.vault, quiet()).findings == []

    other.vault.ledger.refuse_playable(other.items()["412380371"])  # as when its rendition is lost
    assert other.run().statuses()["412380371"] == "playable"
    item = other.items()["412380371"]
    assert ("video" in item, "video_left_out" in item) == (True, False)


@pytest.mark.parametrize("sends", [0, 7])
def test_an_interrupted_import_is_continued_to_the_same_end(
    kept: dict[str, Any], other: Pipeline, monkeypatch: pytest.MonkeyPatch, sends: int
):
    send, sent = Sending.send, []

    def interrupted(self: Sending, source: Any) -> bool:
        sent.append(source.key)
        if len(sent) > sends:
            raise KeyboardInterrupt
        return send(self, source)

    with monkeypatch.context() as patched:
        patched.setattr(Sending, "send", interrupted)
        with pytest.raises(KeyboardInterrupt):
            take_in(other, kept["whole"])
    assert other.items() == {}

    done = take_in(other, kept["whole"])
    assert done.exit_code == 0
    assert objects(other) == kept["objects"]


def test_an_import_that_broke_off_among_the_items_goes_on(kept: dict[str, Any], other: Pipeline):
    take_in(other, kept["whole"])
    for id_ in list(kept["items"])[:4]:
        delete_item(other, id_)

    assert take_in(other, kept["whole"]).comparison.is_equal


def test_a_large_file_goes_in_parts(
    other: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("gameday.season.sending.PART", 5 * 1024 * 1024)
    body = bytes(range(256)) * 44_000
    (tmp_path / "clip.mp4").write_bytes(body)
    key = "videos/NCAA/2026-01-10/1.mp4"
    source = Source(key, "video/mp4", File("clip.mp4", len(body), as_text(zlib.crc32(body))))
    s3, bucket, passed = other.aws.client("s3"), other.vault.bucket, []
    s3.create_multipart_upload(Bucket=bucket, Key=key)  # what a killed import leaves
    sending = Sending(Archive(s3, bucket), Folder(tmp_path), passed.append)

    assert sending.send(source) is True
    assert other.vault.read_object(key).read() == body
    assert sum(passed) == len(body) and len(passed) > 2
    assert list(other.vault.open_uploads()) == []
    assert sending.send(source) is False

    (tmp_path / "clip.mp4").write_bytes(body[:-1] + b"x")
    with pytest.raises(Wrong, match="checksum"):
        sending.send(source)


def test_a_vault_with_something_else_in_it_is_refused(
    kept: dict[str, Any], other: Pipeline, season: Path
):
    take_in(other, kept["whole"])
    item = other.items()["412380371"]
    other.vault.ledger.refresh(item, {"title": "Another"}, datetime.now(UTC))

    with pytest.raises(UsageError, match="412380371"):
        take_in(other, season)


def test_what_stands_in_the_way_is_named_and_not_replaced(kept: dict[str, Any], other: Pipeline):
    key = "processed_videos/NCAA/2026-01-10/412380371.mp4"
    other.aws.client("s3").put_object(Bucket=other.vault.bucket, Key=key, Body=b"something else")

    done = take_in(other, kept["whole"])

    assert (done.exit_code, done.comparison.missing) == (1, ["412380371"])
    assert key in done.problems[0]
    assert other.vault.read_object(key).read() == b"something else"


def test_a_damaged_file_is_named_and_the_rest_is_imported(other: Pipeline, season: Path):
    (clip,) = season.rglob("*[[]412380371[]].mp4")
    whole = clip.read_bytes()
    clip.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

    done = take_in(other, season)
    assert (done.exit_code, done.comparison.missing) == (1, ["412380371"])
    assert len(done.problems) == 1 and "[412380371].mp4" in done.problems[0]

    clip.unlink()
    (record, *_) = (season / "archive/runs").rglob("*.json")
    record.rename(season / "aside")
    assert "2 of the files are not as exported" in Season.read(season).plan()
    again = take_in(other, season)
    assert (again.exit_code, again.comparison.missing) == (1, ["412380371"])
    for name in (clip.name, record.name):
        assert any(name in problem for problem in again.problems), again.problems

    clip.write_bytes(whole)
    (season / "aside").rename(record)
    assert take_in(other, season).exit_code == 0


def test_what_the_export_lacks_is_made_again(other: Pipeline, season: Path):
    def lose(index: dict[str, Any]) -> None:
        for entry in index["highlights"]:
            if entry["id"] == "412380371":
                del entry["files"]["rendition"]

    change_index(season, lose)
    done = take_in(other, season)

    assert done.lacks["412380371"] == ["rendition", "thumbnail"]
    assert other.items()["412380371"]["status"] == "stored"
    assert other.run().statuses()["412380371"] == "playable"
    assert verify_vault(other.vault, quiet()).findings == []


def entry(index: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in index["highlights"] if one["id"] == "412380371")


def set_file(index: dict[str, Any], **facts: Any) -> None:
    entry(index)["files"]["rendition"] |= facts


HARM = {
    "leads out": lambda i: set_file(i, path="../../../../etc/hostname", bytes=1),
    "absolute": lambda i: set_file(i, path="/etc/hostname"),
    "no path": lambda i: set_file(i, path=["a"]),
    "huge": lambda i: set_file(i, bytes=10**400),
    "negative": lambda i: set_file(i, bytes=-1),
    "no number": lambda i: set_file(i, bytes=True),
    "a fraction": lambda i: set_file(i, bytes=1.5),
    "wrong size": lambda i: set_file(i, bytes=1),
    "strange checksum": lambda i: set_file(i, checksum="md5:0"),
    "another checksum": lambda i: set_file(i, checksum="sha256:" + "0" * 64),
    "strange id": lambda i: entry(i).update(id="../../x"),
    "another id": lambda i: entry(i).update(id="1"),
    "strange league": lambda i: entry(i).update(league="../.."),
    "another day": lambda i: entry(i).update(game_date="2026-01-11"),
    "no day": lambda i: entry(i).update(game_date=20260110),
    "no sidecar": lambda i: entry(i)["files"].pop("sidecar"),
    "another digest": lambda i: entry(i).update(digest="sha256:" + "0" * 64),
    "twice": lambda i: i["highlights"].append(i["highlights"][0]),
    "no object": lambda i: i["highlights"].append(7),
    "no list": lambda i: i.update(highlights="all"),
    "strange key": lambda i: i["archive"][0].update(key="videos/x/2026-01-10/1.mp4"),
    "key leads out": lambda i: i["archive"][0].update(key="runs/../2026-01-10/x.json"),
    "unknown member": lambda i: i.update(execute="rm"),
    "format": lambda i: i.update(format="zip"),
    "version": lambda i: i.update(version=2),
    "no version": lambda i: i.pop("version"),
    "other totals": lambda i: i["totals"].update(highlights=99),
    "an entry less": lambda i: i["highlights"].pop(),
}


@pytest.mark.parametrize("harm", HARM)
def test_an_index_that_lies_is_refused(season: Path, harm: str):
    change_index(season, HARM[harm])
    with pytest.raises(NotASeason) as refused:
        Season.read(season)
    assert refused.value.problems


def test_every_problem_is_named(season: Path):
    (facts,) = season.rglob("*[[]412380371[]].json")
    facts.unlink()
    (picture,) = season.rglob("*[[]412380195[]]-thumb.jpg")
    picture.unlink()
    picture.symlink_to("/etc/hostname")
    with pytest.raises(NotASeason) as refused:
        Season.read(season)
    assert len(refused.value.problems) == 2
    assert facts.name in str(refused.value) and picture.name in str(refused.value)


@pytest.mark.parametrize(
    "content", [None, b"", b"[]", b"{}", b"\xff\xfe", b'{"highlights": [', b"\0" * 100]
)
def test_what_is_no_index_is_refused(season: Path, content: bytes | None):
    (season / "index.json").unlink()
    if content is not None:
        (season / "index.json").write_bytes(content)
    with pytest.raises(NotASeason):
        Season.read(season)


def test_a_sidecar_with_another_key_in_it_is_refused(season: Path):
    (path,) = season.rglob("*[[]412380371[]].json")
    content = json.loads(path.read_bytes())
    content["highlight"]["rendition"]["key"] = "runs/NCAA/2026-01-10/x.json"
    content["digest"] = digest(content["highlight"])
    path.write_bytes(json.dumps(content).encode())

    def follow(index: dict[str, Any]) -> None:
        body = path.read_bytes()
        checksum = f"sha256:{hashlib.sha256(body).hexdigest()}"
        found = entry(index)
        found["files"]["sidecar"] |= {"bytes": len(body), "checksum": checksum}
        found["digest"] = content["digest"]

    change_index(season, follow)
    with pytest.raises(NotASeason, match=r"runs/NCAA/2026-01-10/x\.json"):
        Season.read(season)


def delete_item(pipeline: Pipeline, id_: str) -> None:
    pipeline.aws.client("dynamodb").delete_item(
        TableName=pipeline.vault.table, Key={"id": {"S": id_}}
    )
