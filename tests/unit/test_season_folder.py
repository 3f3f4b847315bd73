import os
from pathlib import Path

import pytest

from gameday.season.folder import Folder, NotInFolder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "root"
    (root / "a b").mkdir(parents=True)
    (root / "a b" / "file.mp4").write_bytes(b"clip")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "inner").symlink_to("a b")
    (root / "up").symlink_to("..")
    os.mkfifo(root / "pipe")
    return Folder(root)


def test_a_file_of_the_folder_is_read(folder: Folder):
    assert folder.read("a b/file.mp4", 4) == b"clip"
    assert folder.size("a b/file.mp4") == 4
    assert b"".join(folder.chunks("a b/file.mp4")) == b"clip"


@pytest.mark.parametrize("walks", [True, False])
@pytest.mark.parametrize(
    "path",
    ["../secret", "/etc/hostname", "a b/../../secret", "link", "up/secret", "inner/file.mp4",
     "pipe", "a b", "", ".", "a b/", "a b//file.mp4", "a b\\file.mp4", "C:/x", "a\x00b",
     "nothing", "a b/file.mp4/x", "x" * 2_000, "n" * 300],
)  # fmt: skip
def test_nothing_else_is(folder: Folder, path: str, walks: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gameday.season.folder.HAS_FOLDERS", walks)
    with pytest.raises(NotInFolder):
        folder.size(path)


def test_a_file_larger_than_allowed_is_not_read(folder: Folder):
    with pytest.raises(NotInFolder, match="more than 3 bytes"):
        folder.read("a b/file.mp4", 3)
