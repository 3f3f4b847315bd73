import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.names import id_names, safe_name

WINDOWS_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"
}


def is_device(name: str) -> bool:
    return name.split(".")[0].rstrip(" ").upper() in WINDOWS_DEVICES


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (
            "Blue Ridge vs. Lakeshore State: Highlights",
            "Blue Ridge vs. Lakeshore State - Highlights",
        ),
        ("Wer gewinnt? Die Löwen!", "Wer gewinnt Die Löwen!"),
        ("筑波大学 対 日本体育大学 🏀", "筑波大学 対 日本体育大学 🏀"),
        ("7:30 in / 8:15 out", "7-30 in - 8-15 out"),
        ('The "shot" <b>', "The 'shot' b"),
        ("../../etc/passwd", "etc-passwd"),
        ("  .hidden\tand\n torn\x00  apart. ", "hidden and torn apart"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("con.air", "_con.air"),
        ("nul", "_nul"),
        ("???", ""),
    ],
)
def test_a_title_becomes_a_name_that_still_reads_like_it(title: str, name: str):
    assert safe_name(title, 150) == name


@given(st.text(), st.integers(20, 200))
def test_any_text_becomes_a_name_that_every_system_takes(text: str, longest: int):
    name = safe_name(text, longest)
    assert len(name.encode()) <= longest
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f]', name)
    assert not name.startswith((".", "-", " ")) and not name.endswith((".", " "))
    assert not is_device(name)


@given(st.text(alphabet=st.characters(categories=["L", "N"])))
def test_letters_and_digits_of_every_script_are_kept(text: str):
    composed = unicodedata.normalize("NFC", text)
    assert safe_name(text, 10_000).removeprefix("_") == composed


def test_a_long_title_is_cut_between_characters():
    assert safe_name("é" * 100, 50) == "é" * 24


IDS = st.one_of(
    st.text(max_size=100), st.sampled_from(["ab", "AB", "aB", "CON", "con", "..", "", "a/b", "7"])
)


@given(st.lists(IDS, unique=True))
def test_every_id_has_a_plain_name_of_its_own_whatever_the_case(ids: list[str]):
    names = id_names(ids)
    assert list(names) == ids
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for name in names.values():
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,73}", name)
        assert not is_device(name)


def test_an_ordinary_id_is_its_own_name():
    assert id_names(["412380195", "url-5f2a"]) == {
        "412380195": "412380195",
        "url-5f2a": "url-5f2a",
    }
