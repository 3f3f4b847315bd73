import csv
import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from gameday.copies import DiskFull
from gameday.export import export_season
from gameday.request import UsageError
from gameday.season.exported import Exported
from gameday.season.selection import Selection
from gameday.steps import Steps
from tests.parsed_page import Parsed
from tests.unit.fakes.kept_season import KeptSeason

SEASON = "NCAA Highlights/Season 2025"
STEM = f"{SEASON}/NCAA Highlights - s2025e1310001 - 2026 Jan 10 - Blue Ridge vs. Bellmont [1]"


@pytest.fixture
def kept() -> KeptSeason:
    """A link and two clips of one day, and a clip of another season."""
    season = KeptSeason()
    season.add("1", "Blue Ridge vs. Bellmont", clip=b"clip 1")
    season.add("2", "Top ten", status="link_only", reason="a page", url="https://example.org/2")
    season.add("3", "Löwen: 76-72?", clip=b"clip 3")
    season.add("4", "Earlier", clip=b"clip 4", day="2025-04-05")
    season.answer(b'{"data": []}')
    return season


def export(
    kept: Any, folder: Path, selection: Selection | None = None, console: Console | None = None
) -> Exported:
    steps = Steps(console or Console(quiet=True))
    return export_season(kept, folder, selection or Selection(), steps)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def index_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "index.json").read_text("utf-8"))


def test_a_season_becomes_a_library_of_shows(kept: KeptSeason, tmp_path: Path):
    done = export(kept, tmp_path)

    files = files_of(tmp_path)
    assert done.exit_code == 0
    assert (done.highlights, done.written, done.there) == (4, len(files), 0)
    assert done.bytes == sum(map(len, files.values()))
    assert files[f"{STEM}.mp4"] == b"clip 1"
    assert files[f"{STEM}-thumb.jpg"] == files[f"{STEM}.jpg"] == b"the picture of clip 1"
    assert files["originals/NCAA/2026-01-10/1.mp4"] == b"the original of clip 1"
    assert {f"{STEM}.nfo", f"{STEM}.json", "NCAA Highlights/tvshow.nfo"} <= files.keys()
    assert {f"{SEASON}/season.nfo", "metadata.csv", "README.txt", "index.html"} <= files.keys()
    assert sum("/Season 2024/" in name and name.endswith(".mp4") for name in files) == 1
    (link,) = [name for name in files if "Top ten" in name]
    assert link.endswith("[2].json")


def test_what_is_for_no_library_is_kept_out_of_it(kept: KeptSeason, tmp_path: Path):
    export(kept, tmp_path)

    for folder in ("originals", "archive", "pages"):
        assert (tmp_path / folder / ".ignore").read_bytes() == b""
        assert (tmp_path / folder / ".plexignore").read_bytes() == b"*\n"
        assert f"{folder}/*" in (tmp_path / ".plexignore").read_text()


def test_the_index_tells_every_file(kept: KeptSeason, tmp_path: Path):
    export(kept, tmp_path)

    index, files = index_of(tmp_path), files_of(tmp_path)
    told = [one for entry in index["highlights"] for one in entry["files"].values()]
    for one in told + index["archive"]:
        assert len(files[one["path"]]) == one["bytes"]
    assert [entry["id"] for entry in index["highlights"]] == ["4", "1", "2", "3"]
    assert set(index["highlights"][1]["files"]) == {
        "video", "rendition", "thumbnail", "nfo", "sidecar",
    }  # fmt: skip
    assert index["totals"]["highlights"] == 4
    assert index["left_out"] == []


def test_the_table_has_a_row_for_each_highlight(kept: KeptSeason, tmp_path: Path):
    export(kept, tmp_path)

    with (tmp_path / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"1", "2", "3", "4"}
    assert (rows["3"]["title"], rows["3"]["seconds"]) == ("Löwen: 76-72?", "6.0")
    assert (tmp_path / rows["1"]["video_file"]).read_bytes() == b"clip 1"
    assert rows["2"]["video_file"] == ""


def test_the_pages_lead_to_every_clip(kept: KeptSeason, tmp_path: Path):
    export(kept, tmp_path)

    clips = set()
    for link in Parsed(tmp_path / "index.html").all("a"):
        page = tmp_path / unquote(link["href"] or "")
        for video in Parsed(page).all("video"):
            assert (page.parent / unquote(video["poster"] or "")).is_file()
            clips.add((page.parent / unquote(video["src"] or "")).read_bytes())
    assert clips == {b"clip 1", b"clip 3", b"clip 4"}


def test_files_are_of_their_game_day(kept: KeptSeason, tmp_path: Path):
    export(kept, tmp_path)

    from datetime import datetime

    moment = datetime.fromtimestamp((tmp_path / f"{STEM}.mp4").stat().st_mtime)
    assert (moment.date().isoformat(), moment.hour) == ("2026-01-10", 12)


def test_a_second_export_reads_no_clip_and_changes_nothing(kept: KeptSeason, tmp_path: Path):
    first = export(kept, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    kept.reads.clear()

    second = export(kept, tmp_path)

    assert (second.written, second.there) == (0, first.written)
    assert [key for key in kept.reads if not key.startswith("highlights/")] == []
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_only_what_is_missing_or_different_is_written_again(kept: KeptSeason, tmp_path: Path):
    export(kept, tmp_path)
    whole = files_of(tmp_path)
    (tmp_path / f"{STEM}.mp4").write_bytes(b"clop 1")
    (tmp_path / "originals/NCAA/2026-01-10/3.mp4").unlink()
    (tmp_path / f"{STEM}.nfo").write_bytes(b"")

    assert export(kept, tmp_path).written == 3
    assert files_of(tmp_path) == whole


@pytest.mark.parametrize("reads", range(0, 10, 3))
def test_an_export_that_breaks_off_is_continued_to_the_same_end(
    kept: KeptSeason, tmp_path: Path, reads: int
):
    class Breaking(KeptSeason):
        def read_object(self, key):
            if len(self.reads) >= reads:
                raise KeyboardInterrupt
            return super().read_object(key)

    breaking = Breaking()
    breaking.known, breaking.stored = kept.known, kept.stored
    export(kept, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        export(breaking, tmp_path / "broken")
    assert not (tmp_path / "broken/index.json").exists()

    assert export(kept, tmp_path / "broken").exit_code == 0
    whole, continued = files_of(tmp_path / "whole"), files_of(tmp_path / "broken")
    assert continued.keys() == whole.keys()
    assert {n for n in whole if whole[n] != continued[n]} <= {"index.json"}


def test_what_cannot_be_read_is_named_and_the_rest_is_exported(kept: KeptSeason, tmp_path: Path):
    kept.stored["processed_videos/NCAA/2026-01-10/1.mp4"] = b"clop 1"
    gone = "videos/NCAA/2026-01-10/3.mp4"
    kept.broken[gone] = ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")

    done = export(kept, tmp_path)

    assert done.exit_code == 1
    assert set(done.left_out) == {"processed_videos/NCAA/2026-01-10/1.mp4", gone}
    assert {one["key"] for one in index_of(tmp_path)["left_out"]} == set(done.left_out)
    assert f"{STEM}.mp4" not in files_of(tmp_path)
    assert (tmp_path / "originals/NCAA/2026-01-10/1.mp4").is_file()
    assert sum(name.endswith(".mp4") for name in files_of(tmp_path)) == 4


def test_a_refusal_of_everything_is_no_gap_in_the_export(kept: KeptSeason, tmp_path: Path):
    expired = ClientError({"Error": {"Code": "ExpiredToken"}}, "GetObject")
    kept.broken = dict.fromkeys(kept.stored, expired)
    with pytest.raises(ClientError):
        export(kept, tmp_path)
    assert not (tmp_path / "index.json").exists()


def test_a_highlight_that_changes_meanwhile_is_told(kept: KeptSeason, tmp_path: Path):
    class Changing(KeptSeason):
        def read(self, ids):
            self.known["1"]["title"] = "Another"
            return super().read(ids)

    changing = Changing()
    changing.known, changing.stored = kept.known, kept.stored
    done = export(changing, tmp_path)
    assert (done.exit_code, done.comparison.different) == (1, ["1"])


def test_a_part_of_a_season_can_be_selected(kept: KeptSeason, tmp_path: Path):
    kept.add("5", "Another league", league="NCAA Women")
    export(kept, tmp_path, Selection(("NCAA",), date(2026, 1, 1), date(2026, 1, 31), False))

    index = index_of(tmp_path)
    assert [entry["id"] for entry in index["highlights"]] == ["1", "2", "3"]
    assert not (tmp_path / "originals").exists()
    assert (index["leagues"], index["from"], index["originals"]) == (["NCAA"], "2026-01-01", False)
    assert len(index["archive"]) == 1


def test_a_new_title_renames_and_a_new_highlight_takes_the_next_number(
    kept: KeptSeason, tmp_path: Path
):
    export(kept, tmp_path)
    kept.known["1"]["title"] = "Final: 80-79"
    kept.add("0", "A late one")
    kept.reads.clear()

    export(kept, tmp_path)

    names = sorted(path.name for path in (tmp_path / SEASON).glob("*.mp4"))
    assert [name.split(" - ", 2)[1] for name in names] == [
        "s2025e1310001", "s2025e1310003", "s2025e1310004",
    ]  # fmt: skip
    assert names[0].endswith("Final - 80-79 [1].mp4")
    assert "processed_videos/NCAA/2026-01-10/1.mp4" not in kept.reads
    assert not list((tmp_path / SEASON).glob("*Bellmont*"))


def test_titles_and_leagues_lead_nowhere(tmp_path: Path):
    kept = KeptSeason()
    kept.add("1", "../../../out")
    kept.known["1"]["league"] = "../.."
    kept.add("2", "C:\\out\x00")
    export(kept, tmp_path / "in")

    assert all(name.startswith("in/") for name in files_of(tmp_path))


def test_a_full_disk_is_a_sentence_that_names_the_folder(
    kept: KeptSeason, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    part = tmp_path / SEASON / f".{Path(STEM).name}.mp4.part"
    part.parent.mkdir(parents=True)
    part.symlink_to(full)
    with pytest.raises(DiskFull, match=str(tmp_path)):
        export(kept, tmp_path)


def test_the_plan_comes_first_and_says_how_much(kept: KeptSeason, tmp_path: Path):
    console = Console(record=True, width=200, file=io.StringIO())
    export(kept, tmp_path, console=console)

    text = console.export_text()
    assert "4 highlights of 2 game days" in text
    assert text.index("go to") < text.index("files written")


def test_an_empty_vault_exports_an_empty_season(tmp_path: Path):
    done = export(KeptSeason(), tmp_path / "season")
    assert (done.exit_code, done.highlights) == (0, 0)
    assert index_of(tmp_path / "season")["highlights"] == []
    shutil.rmtree(tmp_path / "season")


def test_what_an_earlier_export_holds_is_not_dropped_from_its_index(
    kept: KeptSeason, tmp_path: Path
):
    export(kept, tmp_path)
    before = files_of(tmp_path)

    for less in (Selection(first=date(2026, 1, 1)), Selection(originals=False)):
        with pytest.raises(UsageError, match="into another folder"):
            export(kept, tmp_path, less)
    assert files_of(tmp_path) == before

    (tmp_path / "index.json").write_text("{")
    assert export(kept, tmp_path).exit_code == 0
    assert files_of(tmp_path).keys() == before.keys()


def test_a_selection_of_nothing_is_wrong_usage_and_makes_no_folder(
    kept: KeptSeason, tmp_path: Path
):
    with pytest.raises(UsageError, match="gameday status"):
        export(kept, tmp_path / "season", Selection(("nfl",)))
    assert not (tmp_path / "season").exists()
