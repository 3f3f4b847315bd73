"""Which files a streaming playlist leads to, and why some lead to none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.highlights.errors import LinkOnly
from lambdas.highlights.playlist import (
    MOST_SEGMENTS,
    NotJoinable,
    Renditions,
    Segment,
    Segments,
    is_playlist,
    read_playlist,
)

URL = "https://cdn.example/7/index.m3u8?sig=a"
HERE = "https://cdn.example/7"


def playlist(*lines: str, end: str = "#EXT-X-ENDLIST") -> str:
    return "\n".join(["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:6", *lines, end, ""])


def read(*lines: str, **more: str) -> Renditions | Segments:
    return read_playlist(playlist(*lines, **more), URL)


def segments(*lines: str) -> list[tuple]:
    return [tuple(one) for one in read(*lines).files]


def refusal(*lines: str, **more: str) -> str:
    with pytest.raises(NotJoinable) as raised:
        read(*lines, **more)
    return str(raised.value)


A = ("#EXTINF:6.0,", "a.ts")
B = ("#EXTINF:4.5,A title, with a comma", "b.ts?sig=b")


@pytest.mark.parametrize("head", [b"#EXTM3U", b"\xef\xbb\xbf#EXTM3U\r\n", b"\n#EXTM3U\n#EXTINF"])
def test_a_playlist_is_told_by_its_first_line(head):
    assert is_playlist(head)


@pytest.mark.parametrize("head", [b"", b"#EXTM3U8", b"<html>#EXTM3U", b"#EXT", b"\0\0\0 ftyp"])
def test_other_files_are_no_playlists(head):
    assert not is_playlist(head)


def test_segments_are_named_in_their_order_and_time():
    found = read(*A, *B, "#EXTINF:1,", "https://other.example/c.ts", "", "# a comment")

    assert [one.url for one in found.files] == [
        f"{HERE}/a.ts",
        f"{HERE}/b.ts?sig=b",
        "https://other.example/c.ts",
    ]
    assert found.seconds == 11.5


def test_the_initialization_section_comes_first():
    found = segments('#EXT-X-MAP:URI="init.mp4"', "#EXTINF:6,", "a.m4s", "#EXTINF:6,", "b.m4s")

    assert found == [
        (f"{HERE}/init.mp4", None),
        (f"{HERE}/a.m4s", None),
        (f"{HERE}/b.m4s", None),
    ]


def test_ranges_that_touch_are_asked_for_as_one():
    lines = [
        '#EXT-X-MAP:URI="all.mp4",BYTERANGE="800@0"',
        *("#EXTINF:6,", "#EXT-X-BYTERANGE:1000@800", "all.mp4"),
        *("#EXTINF:6,", "#EXT-X-BYTERANGE:500", "all.mp4"),
        *("#EXTINF:6,", "#EXT-X-BYTERANGE:10@5000", "all.mp4"),
        *("#EXTINF:6,", "#EXT-X-BYTERANGE:10@0", "other.mp4"),
    ]

    assert segments(*lines) == [
        (f"{HERE}/all.mp4", (0, 2300)),
        (f"{HERE}/all.mp4", (5000, 5010)),
        (f"{HERE}/other.mp4", (0, 10)),
    ]


def test_what_only_players_need_does_no_harm():
    found = segments(
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-PROGRAM-DATE-TIME:yesterday",
        "#EXT-X-DATERANGE:ID=1,START-DATE=never",
        "#EXT-X-DISCONTINUITY-SEQUENCE:4",
        "#EXT-X-CUE-OUT:x",
        "#EXT-X-KEY:METHOD=NONE",
        "#EXT-X-START:TIME-OFFSET=x",
        "#EXT-X-DISCONTINUITY",  # before the first segment there is nothing to differ from
        *A,
    )

    assert found == [(f"{HERE}/a.ts", None)]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "names no segments"),
        (('#EXT-X-KEY:METHOD=AES-128,URI="k"', *A), "is encrypted"),
        (('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k"', *A), "is encrypted"),
        ((*A, '#EXT-X-KEY:URI="k",METHOD=AES-128', *B), "is encrypted"),
        (('#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"', *A), "is encrypted"),
        ((*A, "#EXT-X-DISCONTINUITY", *B), "discontinuities"),
        (('#EXT-X-MAP:URI="1"', *A, '#EXT-X-MAP:URI="2"', *B), "several initialization"),
        ((*A, '#EXT-X-MAP:URI="1"', *B), "several initialization"),
        (("#EXT-X-I-FRAMES-ONLY", *A), "single pictures"),
        (('#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,URI="i.m3u8"',), "names no segments"),
        (A * (MOST_SEGMENTS + 1), "over 2,000 segments"),
        (('#EXT-X-PART:DURATION=1,URI="a.1.ts"',), "parts of segments"),
        ((*A, '#EXT-X-PART:DURATION=1,URI="b.1.ts"'), "parts of segments"),
        (("#EXT-X-SKIP:SKIPPED-SEGMENTS=3", *A), "leaves out"),
        (("#EXT-X-GAP", *A), "missing"),
        (('#EXT-X-DEFINE:NAME="x",VALUE="y"', "#EXTINF:6,", "{$x}.ts"), "variables"),
        (("#EXTINF:6,", "file:///etc/passwd"), "no http"),
        (("#EXTINF:6,", "https://user:secret@cdn.example/a.ts"), "no http"),
        (("a.ts", *B), "damaged"),
        ((*A, "#EXTINF:6,"), "damaged"),
        (("#EXTINF:six,", "a.ts"), "damaged"),
        (("#EXTINF:inf,", "a.ts"), "how long"),
        (("#EXT-X-BYTERANGE:7@0", "a.ts"), "how long"),
        (("#EXTINF:6,", "#EXT-X-BYTERANGE:x@0", "a.ts"), "byte range"),
        (("#EXTINF:6,", "#EXT-X-BYTERANGE:7", "a.ts"), "byte range"),
        (("#EXTINF:6,", "#EXT-X-BYTERANGE:0@7", "a.ts"), "byte range"),
        (("#EXT-X-STREAM-INF:BANDWIDTH=1", "low.m3u8", *A), "damaged"),
        (("#EXT-X-STREAM-INF:BANDWIDTH=much", "low.m3u8"), "damaged"),
    ],
)
def test_what_is_no_whole_file_is_refused_with_the_reason(lines, said):
    assert said in refusal(*lines)


def test_a_live_playlist_is_refused():
    assert "live stream, or unfinished" in refusal(*A, end="")


def test_a_refusal_makes_the_highlight_a_link():
    with pytest.raises(LinkOnly, match="the streaming playlist does not begin as one"):
        read_playlist("<html>", URL)


def rendition(uri: str, bandwidth: int, codecs: str = "", **more: str) -> tuple[str, str]:
    facts = [f"BANDWIDTH={bandwidth}", *([f'CODECS="{codecs}"'] if codecs else [])]
    facts += [f"{name}={value}" for name, value in more.items()]
    return f"#EXT-X-STREAM-INF:{','.join(facts)}", uri


def best(*lines: tuple[str, ...] | str) -> str:
    flat = [line for one in lines for line in ([one] if isinstance(one, str) else one)]
    return read(*flat, end="").best


def test_the_rendition_with_the_most_bits_is_taken():
    assert best(rendition("low", 5), rendition("../high?x=1", 900), rendition("mid", 80)) == (
        "https://cdn.example/high?x=1"
    )


def test_a_codec_that_every_step_takes_is_worth_more_than_bits():
    avc = rendition("avc", 10, "avc1.64001f,mp4a.40.2", RESOLUTION="1280x720")
    hevc = rendition("hevc", 20, "mp4a.40.2, hvc1.1.6.L93.90")
    unknown, av1 = rendition("unknown", 30), rendition("av1", 40, "av01.0.04M.08,mp4a.40.2")

    assert best(av1, unknown, avc).endswith("/avc")
    assert best(av1, unknown, avc, hevc).endswith("/hevc")
    assert best(av1, unknown).endswith("/unknown")
    assert best(av1).endswith("/av1")


def test_a_rendition_of_sound_alone_is_not_taken():
    sound = rendition("sound", 900, "mp4a.40.2")

    assert best(sound, rendition("video", 5, "avc1.4d401f,mp4a.40.2")).endswith("/video")
    assert "no rendition with video" in refusal(*sound)


def test_a_rendition_whose_sound_is_elsewhere_is_not_taken():
    apart = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="far",NAME="en",URI="en.m3u8"'
    inside = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="near",NAME="en",DEFAULT=YES'
    other = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="near",NAME="es",URI="es.m3u8"'
    far = rendition("far", 900, "avc1.4d401f,mp4a.40.2", AUDIO='"far"')
    near = rendition("near", 5, "avc1.4d401f,mp4a.40.2", AUDIO='"near"')

    assert best(apart, inside, other, far, near).endswith("/near")
    assert "sound and picture apart" in refusal(apart, *far)


def test_a_rendition_that_may_not_be_asked_is_not_taken():
    assert best(rendition("ftp://a/b", 9), rendition("low", 5)).endswith("/low")


LINES = [
    "#EXTM3U",
    *A,
    *B,
    "#EXTINF:",
    "#EXTINF:nan,",
    "#EXTINF:-1,",
    "#EXT-X-ENDLIST",
    "#EXT-X-BYTERANGE:5@5",
    "#EXT-X-BYTERANGE:5",
    "#EXT-X-BYTERANGE:" + "9" * 5_000,
    '#EXT-X-MAP:URI="init.mp4",BYTERANGE="5"',
    "#EXT-X-MAP:",
    "#EXT-X-MAP:URI",
    "#EXT-X-STREAM-INF:BANDWIDTH=1e999",
    '#EXT-X-STREAM-INF:BANDWIDTH=5,CODECS="avc1.1"',
    "#EXT-X-STREAM-INF",
    "#EXT-X-MEDIA:TYPE=AUDIO",
    "#EXT-X-MEDIA",
    "#EXT-X-KEY:METHOD=NONE",
    "http://[",
    "\ud800",
    "\u2028a.ts",
    "a\x1eb",
    "//",
]


@settings(max_examples=70, deadline=None)
@given(
    st.lists(st.sampled_from(LINES) | st.text(max_size=12), max_size=12),
    st.booleans(),
    st.sampled_from([URL, "", "http://["]) | st.text(max_size=12),
)
def test_any_text_gives_files_or_a_reason(lines, whole, url):
    text = "\n".join(lines)
    try:
        found = read_playlist(playlist(text) if whole else text, url)
    except NotJoinable as error:
        assert str(error).startswith("the streaming playlist ")
        return
    if isinstance(found, Renditions):
        assert found.best.startswith(("http://", "https://"))
        return
    assert found.files and 0 < found.seconds < float("inf")
    for target, byte_range in found.files:
        assert target.startswith(("http://", "https://")) and target.isprintable()
        assert byte_range is None or 0 <= byte_range[0] < byte_range[1]


def test_a_segment_is_a_url_and_its_bytes():
    assert read(*A).files[0] == Segment(f"{HERE}/a.ts", None)
