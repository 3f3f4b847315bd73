"""What the vault says of whole files, and of files that are no videos."""

import json

import pytest

from lambdas.highlights.container import (
    HEAD,
    ContainerProbe,
    NotAVideo,
    VideoInfo,
    looks_like_text,
    sniff,
)
from tests.unit.containers.videos import prove

MP4 = ("mp4", "mp4", "video/mp4")
MOV = ("mov", "mov", "video/quicktime")
WEBM = ("webm", "webm", "video/webm")
MATROSKA = ("matroska", "mkv", "video/x-matroska")
MPEGTS = ("mpegts", "ts", "video/mp2t")
SIZE = (48, 32)

VIDEOS = [
    ("faststart.mp4", MP4, SIZE, True),
    ("index_last.mp4", MP4, SIZE, True),
    ("silent.mp4", MP4, SIZE, False),
    ("turned.mp4", MP4, (32, 48), True),
    ("fragmented.mp4", MP4, SIZE, False),
    ("first_fragment_in_index.mp4", MP4, SIZE, True),
    ("cmaf.mp4", MP4, SIZE, True),
    ("listed_fragments.mp4", MP4, SIZE, False),
    ("quicktime.mov", MOV, SIZE, True),
    ("vp8.webm", WEBM, SIZE, True),
    ("vp9.webm", WEBM, SIZE, True),
    ("matroska.mkv", MATROSKA, SIZE, True),
    ("live.mkv", MATROSKA, SIZE, True),
    ("stream.ts", MPEGTS, SIZE, True),
    ("opus.ts", MPEGTS, SIZE, True),
    ("silent.ts", MPEGTS, SIZE, False),
    ("clock_wraps.ts", MPEGTS, SIZE, True),
    ("mpeg2.ts", MPEGTS, (None, None), False),
]
PAGES = [
    b"<!DOCTYPE html><html><body>Not found</body></html>",
    b"\xef\xbb\xbf\r\n  <html>",
    "<html><title>Zusammenfassung: Köln – Bonn</title>".encode()[:-1],
    "<html><title>Köln</title>".encode("latin-1"),
    "<html>".encode("utf-16"),
    b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    json.dumps({"message": "Too many requests"}).encode(),
    b"#EXTM3U\n#EXT-X-VERSION:3\n",
    b"The free clip is gone.",
]


@pytest.mark.parametrize(("name", "file_format", "size", "has_audio"), VIDEOS)
def test_a_whole_video_is_described(clips, name, file_format, size, has_audio):
    info = prove(clips[name])

    assert (info.container, info.extension, info.content_type) == file_format
    assert (info.width, info.height) == size
    assert info.has_audio is has_audio
    assert info.duration_seconds == pytest.approx(1.0, abs=0.21)


@pytest.mark.parametrize(("name", "file_format"), [video[:2] for video in VIDEOS])
def test_a_video_is_recognised_by_its_head(clips, name, file_format):
    found = sniff(clips[name][:HEAD])

    assert found is not None
    assert (found.container, found.extension, found.content_type) == file_format
    assert not looks_like_text(clips[name])


@pytest.mark.parametrize("name", ["sound.mp4", "sound.m4a", "sound.webm", "sound.ts"])
def test_a_file_of_sound_alone_is_no_video(clips, name):
    with pytest.raises(NotAVideo, match="no video track"):
        prove(clips[name])


@pytest.mark.parametrize(
    "name",
    [
        "picture.jpg",
        "picture.png",
        "picture.webp",
        "picture.gif",
        "picture.avif",
        "sound.mp3",
        "other.avi",
        "other.flv",
    ],
)
def test_pictures_sound_and_other_containers_are_refused(clips, name):
    assert sniff(clips[name]) is None
    assert not looks_like_text(clips[name])
    with pytest.raises(NotAVideo, match="not an MP4, MOV, WebM, Matroska or MPEG-TS video"):
        prove(clips[name])


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_told_from_a_video(page):
    assert looks_like_text(page)
    assert sniff(page) is None
    with pytest.raises(NotAVideo, match="a page or other text"):
        prove(page)


def test_an_empty_file_is_neither_page_nor_video():
    assert sniff(b"") is None
    assert not looks_like_text(b"")
    with pytest.raises(NotAVideo, match="empty"):
        prove()


def test_a_page_is_refused_before_it_has_ended():
    probe = ContainerProbe()

    with pytest.raises(NotAVideo):
        probe.feed(b"<html>" + b" " * HEAD)


def test_a_file_of_sound_alone_is_refused_before_its_media_data(clips):
    whole = clips["sound.mp4"]
    probe = ContainerProbe()

    with pytest.raises(NotAVideo):
        probe.feed(whole[: whole.index(b"mdat")].ljust(HEAD, b"\0"))


@pytest.mark.parametrize(
    ("name", "size"), [("interlaced_full_hd.ts", (1920, 1080)), ("cropped_444.ts", (50, 38))]
)
def test_an_h264_stream_says_its_size_after_cropping(clips, name, size):
    info: VideoInfo = prove(clips[name])

    assert (info.width, info.height) == size
