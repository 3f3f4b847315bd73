import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from gameday.season.layout import Place
from gameday.season.table import COLUMNS, FORMULA, harmless, heading, row

PLACE = Place("Show/Season 2025", "name", 2025, 1310001)


@given(st.text(st.characters(codec="utf-8")), st.text(st.sampled_from("=+-@\t\r\n\",; 'a")))
def test_every_cell_comes_back_and_none_is_a_formula(title: str, description: str):
    item = {"id": "1", "title": title, "description": description, "status": "playable"}
    files = {"rendition": {"path": "a, b.mp4"}}
    text = heading() + row(item, PLACE, files)
    (read,) = csv.DictReader(io.StringIO(text, newline=""))
    for name, value in (("title", title), ("description", description)):
        assert read[name].removeprefix("'" if value.startswith(FORMULA) else "") == value
    assert not any(cell.startswith(FORMULA) for cell in read.values())
    assert (read["season"], read["video_file"]) == ("2025", "a, b.mp4")
    assert text.endswith("\r\n") and tuple(read) == COLUMNS


def test_numbers_stay_numbers():
    assert harmless(-5) == -5
    assert harmless("-5") == "'-5"
    assert harmless(None) == ""
