"""CRC-32 of pieces makes that of the whole, and is written as S3 and the ledger write it."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.checksum import as_header, as_text, combine, from_header

checksums = st.integers(0, 2**32 - 1)


@given(first=st.binary(), second=st.binary())
def test_two_pieces_make_the_checksum_of_both_together(first, second):
    combined = combine(zlib.crc32(first), zlib.crc32(second), len(second))

    assert combined == zlib.crc32(first + second)


@given(pieces=st.lists(st.binary(max_size=40), max_size=6))
def test_any_number_of_pieces_make_the_checksum_of_the_whole(pieces):
    crc = 0
    for piece in pieces:
        crc = combine(crc, zlib.crc32(piece), len(piece))

    assert crc == zlib.crc32(b"".join(pieces))


def test_pieces_of_many_mebibytes_are_combined_as_well():
    first, second = b"head", bytes(9 * 1024 * 1024 + 1)

    assert combine(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


@given(crc=checksums)
def test_a_checksum_survives_the_way_to_s3_and_back(crc):
    assert from_header(as_header(crc)) == crc


@given(crc=checksums)
def test_the_ledger_writes_eight_digits(crc):
    algorithm, _, digits = as_text(crc).partition(":")

    assert algorithm == "crc32"
    assert len(digits) == 8
    assert int(digits, 16) == crc


@pytest.mark.parametrize(
    ("content", "text", "header"),
    [(b"", "crc32:00000000", "AAAAAA=="), (b"123456789", "crc32:cbf43926", "y/Q5Jg==")],
)
def test_known_checksums_are_written_as_others_write_them(content, text, header):
    assert as_text(zlib.crc32(content)) == text
    assert as_header(zlib.crc32(content)) == header
