import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from gameday.copies import CopyError, copy_object, write_text

CLIP = b"the whole clip"
FACTS = {
    "key": "processed_videos/1.mp4",
    "bytes": len(CLIP),
    "checksum": f"sha256:{hashlib.sha256(CLIP).hexdigest()}",
}


def gives(content: bytes) -> Callable[[str], BinaryIO]:
    return lambda key: BytesIO(content)


def refuses(key: str) -> BinaryIO:
    raise AssertionError(f"{key} was read again")


class Torn(BytesIO):
    """A stream that breaks off after its first bytes."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionError("torn")
        return super().read(5)


def test_a_copy_is_made_once(tmp_path: Path):
    path = tmp_path / "day" / "1.mp4"
    assert copy_object(FACTS, path, gives(CLIP))
    assert not copy_object(FACTS, path, refuses)
    assert path.read_bytes() == CLIP
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("found", [b"", CLIP[:-1], CLIP + b"!", b"another clip!!"])
def test_a_file_that_differs_is_replaced(tmp_path: Path, found: bytes):
    path = tmp_path / "1.mp4"
    path.write_bytes(found)
    assert copy_object(FACTS, path, gives(CLIP))
    assert path.read_bytes() == CLIP


@pytest.mark.parametrize(
    ("given", "said"),
    [(CLIP[:-1], "13 bytes instead of 14"), (b"another clip!!", "checksum"), (b"", "is empty")],
)
def test_an_object_that_is_not_as_recorded_gets_no_name(tmp_path: Path, given: bytes, said: str):
    with pytest.raises(CopyError, match=rf"processed_videos/1\.mp4 .*{said}"):
        copy_object(FACTS, tmp_path / "1.mp4", gives(given))
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_copy_leaves_what_stood_there(tmp_path: Path):
    path = tmp_path / "1.mp4"
    path.write_bytes(b"older")
    with pytest.raises(ConnectionError):
        copy_object(FACTS, path, lambda key: Torn(CLIP))
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"older"


def test_what_a_killed_copy_left_is_gone_after_the_next(tmp_path: Path):
    path = tmp_path / "1.mp4"

    def kill_before_the_name_is_given(key: str) -> BinaryIO:
        (part,) = tmp_path.iterdir()
        left.append(part)
        return BytesIO(CLIP)

    left: list[Path] = []
    copy_object(FACTS, path, kill_before_the_name_is_given)
    path.unlink()
    left[0].write_bytes(b"half of a longer clip")
    copy_object(FACTS, path, gives(CLIP))
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == CLIP


def test_an_object_of_unknown_size_is_copied_once(tmp_path: Path):
    path = tmp_path / "1.jpg"
    assert copy_object({"key": "thumbnails/1.jpg"}, path, gives(b"picture"))
    assert not copy_object({"key": "thumbnails/1.jpg"}, path, refuses)


def test_a_text_is_written_when_it_changed(tmp_path: Path):
    path = tmp_path / "day" / "index.html"
    assert write_text("één", path)
    assert not write_text("één", path)
    assert write_text("twee \ud800", path)
    assert path.read_text("utf-8") == "twee ?"
    assert list(path.parent.iterdir()) == [path]
