import json
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

import pytest

from gameday.copies import CopyError
from gameday.export import export_day
from tests.day_record import Archive, day_record, playable, without_clip
from tests.parsed_page import Parsed

STEM = "Blue Ridge vs. Lakeshore State - Highlights [1]"


@pytest.fixture
def archive() -> Archive:
    return Archive()


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_day_becomes_files_with_readable_names(tmp_path: Path, archive: Archive):
    items = [
        playable(archive, "1", "Blue Ridge vs. Lakeshore State: Highlights", clip=b"clip 1"),
        without_clip("2", "Top ten", "link_only", "youtube.com serves pages"),
    ]
    names: list[str] = []
    result = export_day(day_record(items), tmp_path, archive.read, names.append)
    files = files_of(result.folder)
    assert result.folder == tmp_path / "NCAA" / "2026-01-10"
    assert sorted(files) == sorted(names)
    assert sorted(files) == sorted(
        [f"{STEM}.mp4", f"{STEM}.jpg", f"{STEM}.json", "Top ten [2].json",
         "index.json", "index.html"]
    )  # fmt: skip
    assert files[f"{STEM}.mp4"] == b"clip 1"
    assert (result.written, result.there) == (6, 0)
    assert result.bytes == sum(map(len, files.values()))


def test_the_facts_of_each_highlight_are_beside_it(tmp_path: Path, archive: Archive):
    record = day_record([playable(archive, "1", "Löwen"), without_clip("2", "B", "failed", "torn")])
    day = export_day(record, tmp_path, archive.read).folder
    facts = [
        json.loads((day / name).read_text("utf-8")) for name in ("Löwen [1].json", "B [2].json")
    ]
    assert facts == record["highlights"]
    assert "Löwen" in (day / "Löwen [1].json").read_text("utf-8")
    index = json.loads((day / "index.json").read_text("utf-8"))
    assert [one.pop("files") for one in index["highlights"]] == [
        {"facts": "Löwen [1].json", "video": "Löwen [1].mp4", "picture": "Löwen [1].jpg"},
        {"facts": "B [2].json"},
    ]
    assert index == record


def test_the_index_page_finds_every_clip(tmp_path: Path, archive: Archive):
    titles = ["100% #1 'shot' (again)?", "筑波大学 & 🏀", None]
    items = [playable(archive, str(n), title) for n, title in enumerate(titles)]
    day = export_day(day_record(items), tmp_path, archive.read).folder
    videos = Parsed(day / "index.html").all("video")
    assert len(videos) == 3
    for video in videos:
        assert (day / unquote(video["src"] or "")).is_file()
        assert (day / unquote(video["poster"] or "")).is_file()


def test_a_second_export_writes_nothing(tmp_path: Path, archive: Archive):
    record = day_record([playable(archive, "1", "One"), playable(archive, "2", "Two")])
    first = export_day(record, tmp_path, archive.read)
    archive.reads.clear()
    second = export_day(record, tmp_path, archive.read)
    assert archive.reads == []
    assert (second.written, second.there, second.bytes) == (0, first.written, 0)


def test_only_what_is_missing_or_different_is_written_again(tmp_path: Path, archive: Archive):
    record = day_record([playable(archive, "1", "One"), playable(archive, "2", "Two")])
    day = export_day(record, tmp_path, archive.read).folder
    whole = files_of(day)
    (day / "One [1].mp4").write_bytes(b"a clop")
    (day / "Two [2].jpg").unlink()
    (day / "Two [2].json").write_text("{}")
    archive.reads.clear()
    result = export_day(record, tmp_path, archive.read)
    assert archive.reads == ["processed_videos/1.mp4", "thumbnails/2.0000000.jpg"]
    assert (result.written, result.there) == (3, 5)
    assert files_of(day) == whole


def test_titles_that_are_alike_do_not_share_a_file(tmp_path: Path, archive: Archive):
    ids = ["ab", "AB", "ab:", "ab?"]
    items = [playable(archive, id_, "Same", clip=id_.encode()) for id_ in ids]
    day = export_day(day_record(items), tmp_path, archive.read).folder
    names = [path.name.casefold() for path in day.glob("*.mp4")]
    assert len(set(names)) == 4


def test_no_name_is_longer_than_150_bytes(tmp_path: Path, archive: Archive):
    items = [playable(archive, "x" * 64, "試" * 500), playable(archive, "?" * 80, "a" * 500)]
    day = export_day(day_record(items), tmp_path, archive.read).folder
    lengths = [len(path.name.encode()) for path in day.iterdir()]
    assert 140 < max(lengths) <= 150


def test_a_title_cannot_lead_out_of_the_folder(tmp_path: Path, archive: Archive):
    record = day_record([playable(archive, "1", "../../../out")], league="../..")
    result = export_day(record, tmp_path / "out", archive.read)
    assert all(name.startswith("out/") for name in files_of(tmp_path))
    assert result.folder.parent.parent == tmp_path / "out"


def test_an_export_that_breaks_off_is_continued(tmp_path: Path, archive: Archive):
    record = day_record([playable(archive, "1", "One"), playable(archive, "2", "Two")])

    def until_the_second(key: str) -> BinaryIO:
        if key == "processed_videos/2.mp4":
            raise KeyboardInterrupt
        return archive.read(key)

    with pytest.raises(KeyboardInterrupt):
        export_day(record, tmp_path, until_the_second)
    day = tmp_path / "NCAA" / "2026-01-10"
    assert sorted(files_of(day)) == ["One [1].jpg", "One [1].json", "One [1].mp4"]
    result = export_day(record, tmp_path, archive.read)
    assert (result.written, result.there) == (5, 3)


def test_a_clip_that_is_not_as_recorded_is_not_exported(tmp_path: Path, archive: Archive):
    record = day_record([playable(archive, "1", "One")])
    archive.objects["processed_videos/1.mp4"] = b"a clop"
    with pytest.raises(CopyError, match=r"processed_videos/1\.mp4 does not have"):
        export_day(record, tmp_path, archive.read)
    assert files_of(tmp_path) == {}
