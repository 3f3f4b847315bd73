import re
from pathlib import Path

import pytest

from gameday.copies import CopyError
from gameday.page import render_page, write_page
from tests.day_record import Archive, day_record, playable, without_clip
from tests.parsed_page import Parsed


def test_the_page_has_each_clip_beside_it(tmp_path: Path):
    archive = Archive()
    items = [playable(archive, "1", "One", clip=b"first"), playable(archive, "2", "Two")]
    page = write_page(day_record(items), tmp_path / "day", archive.read)
    assert page == tmp_path / "day" / "index.html"
    videos = Parsed(page).all("video")
    assert [(video["src"], video["poster"]) for video in videos] == [
        ("media/1.mp4", "media/1.jpg"),
        ("media/2.mp4", "media/2.jpg"),
    ]
    assert [video["aria-label"] for video in videos] == ["One", "Two"]
    assert all(video["preload"] == "none" and "controls" in video for video in videos)
    assert (page.parent / "media" / "1.mp4").read_bytes() == b"first"
    assert (page.parent / "media" / "2.jpg").read_bytes() == b"a picture"


def test_the_page_tells_the_day_and_what_is_known_of_each_highlight(tmp_path: Path):
    archive = Archive()
    backup = {"created": True, "name": "table-20260111T143204Z", "kept": 3, "deleted": ["old"]}
    items = [
        playable(archive, "1", "One", clip=b"x" * 1_300_000, size=(640, 360), seconds=61),
        without_clip("2", "Two", "link_only", "youtube.com serves pages around a player"),
    ]
    record = day_record(items, backup=backup)
    text = Parsed(write_page(record, tmp_path, archive.read)).text.replace("\u00a0", " ")
    for words in (
        "NCAA",
        "Saturday, 10 January 2026",
        "1 playable",
        "1 link only",
        "2 listed by the provider, 1 of them new.",
        "Backed up as table-20260111T143204Z, 3 backups kept, 1 backup deleted.",
        "Blue Ridge vs. Lakeshore State",
        "640 × 360",
        "1:01",
        "1.3 MB",
        "espn",
        "youtube.com serves pages around a player.",
    ):
        assert words in text


def test_a_second_page_copies_nothing_again(tmp_path: Path):
    archive = Archive()
    record = day_record([playable(archive, "1", "One")])
    write_page(record, tmp_path, archive.read)
    archive.reads.clear()
    write_page(record, tmp_path, archive.read)
    assert archive.reads == []


def test_a_clip_that_came_since_is_added(tmp_path: Path):
    archive = Archive()
    first, second = playable(archive, "1", "One"), playable(archive, "2", "Two")
    write_page(day_record([first]), tmp_path, archive.read)
    archive.reads.clear()
    page = write_page(day_record([first, second]), tmp_path, archive.read)
    assert archive.reads == [second["rendition"]["key"], second["thumbnail"]["key"]]
    assert len(Parsed(page).all("video")) == 2


def test_a_page_is_not_written_over_a_clip_that_is_not_as_recorded(tmp_path: Path):
    archive = Archive()
    item = playable(archive, "1", "One")
    archive.objects[item["rendition"]["key"]] = b"other!"
    with pytest.raises(CopyError):
        write_page(day_record([item]), tmp_path, archive.read)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_markup_from_outside_is_text(tmp_path: Path):
    archive = Archive()
    markup = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
    items = [
        playable(archive, "1", markup) | {"home_team": markup, "source": markup},
        without_clip("2", markup, "failed", markup),
    ]
    record = day_record(items, backup={"Error": markup, "Cause": markup}, league=markup)
    parsed = Parsed(write_page(record, tmp_path, archive.read))
    assert parsed.all("script") == [] and parsed.all("img") == []
    assert parsed.text.count(markup) >= 6
    assert parsed.all("video")[0]["aria-label"] == markup


def test_an_id_cannot_lead_out_of_the_folder(tmp_path: Path):
    archive = Archive()
    items = [playable(archive, "../../out", "One"), playable(archive, "a', url(x)", "Two")]
    page = write_page(day_record(items), tmp_path / "day", archive.read)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 5
    assert {path.parent for path in files} == {page.parent, page.parent / "media"}
    for video in Parsed(page).all("video"):
        assert re.fullmatch(r"media/[\w-]+\.mp4", video["src"] or "")


def test_the_page_needs_nothing_from_anywhere_else(tmp_path: Path):
    archive = Archive()
    page = write_page(day_record([playable(archive, "1", "One")]), tmp_path, archive.read)
    parsed = Parsed(page)
    urls = [
        url
        for _, attributes in parsed.elements
        for name, url in attributes.items()
        if name in ("src", "href", "poster")
    ]
    assert urls
    assert all(url and url.startswith(("media/", "data:")) for url in urls)
    assert "@import" not in page.read_text() and "url(http" not in page.read_text()


def test_a_day_without_highlights_says_so(tmp_path: Path):
    parsed = Parsed(write_page(day_record([]), tmp_path, Archive().read))
    assert "No highlights are listed for this day." in parsed.text


def test_a_clip_of_unknown_size_has_its_place(tmp_path: Path):
    archive = Archive()
    item = playable(archive, "1", None, seconds=0)
    del item["rendition"]["width"], item["rendition"]["height"]
    parsed = Parsed(write_page(day_record([item]), tmp_path, archive.read))
    assert "Untitled highlight" in parsed.text
    assert len(parsed.all("video")) == 1


def test_a_link_only_highlight_links_to_its_page():
    item = without_clip("1", "Recap", "link_only", "a page")
    record = day_record([{**item, "url": "https://video.example/watch?v=1&t=2"}])
    assert 'href="https://video.example/watch?v=1&amp;t=2"' in render_page(record, {})
