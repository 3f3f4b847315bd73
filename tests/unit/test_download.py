"""What becomes of a URL, by what it answers: a stored video, or the reason why there is none.

Parts are small here: see `small_parts`.
"""

import zlib
from collections.abc import Callable, Iterator

import pytest

from lambdas.highlights.archive import Archive
from lambdas.highlights.download import AlreadyStored, Download, download_video
from lambdas.highlights.errors import (
    DownloadInterrupted,
    LinkOnly,
    NotAVideo,
    SourceUnavailable,
    TruncatedVideo,
    Unavailable,
    VaultError,
)
from lambdas.highlights.playlist import NotJoinable
from lambdas.highlights.unfinished import Unfinished
from tests.unit.fakes.attempts import KEY, Attempts
from tests.unit.fakes.films import film
from tests.unit.fakes.internet import internet
from tests.unit.fakes.loopback import Answer, LoopbackServer, Request, serving
from tests.unit.fakes.s3 import OpenUpload, S3Server, serving_s3
from tests.unit.fakes.small_parts import PART, small_parts
from tests.unit.fakes.sources import ServedFile, Version

FILM = film("index first", 4 * PART)
STREAM = film("transport stream", 3 * PART)
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with small_parts():
        yield


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    with serving_s3() as running:
        yield running


@pytest.fixture
def attempts(s3_server: S3Server) -> Attempts:
    return Attempts(s3_server.bucket(least_part=PART))


Site = dict[str, Answer | Callable[[Request], Answer]]


@pytest.fixture
def host() -> Iterator[LoopbackServer]:
    """A server of which each test puts the paths in."""
    with serving(lambda _: Answer(404)) as running:
        yield running


def put(host: LoopbackServer, site: Site) -> str:
    """Put pages and files on a host; the URL of `/clip`, which is asked first."""

    def respond(request: Request) -> Answer:
        found = site.get(request.path, Answer(404))
        return found if isinstance(found, Answer) else found(request)

    host.respond = respond
    return f"{host.url}/clip?X-Amz-Signature=abc"


def download(attempts: Attempts, url: str | None, rules: str = "") -> Download:
    with internet(rules=rules) as net:
        return download_video(net, url, lambda form: attempts.destination(net, form))


def refuse(attempts: Attempts, url: str | None, error: type[VaultError], rules: str = "") -> str:
    """The reason for which nothing is kept of a URL."""
    with pytest.raises(error) as raised:
        download(attempts, url, rules)
    assert type(raised.value) in (error, NotJoinable)
    assert "abc" not in str(raised.value)
    assert attempts.s3.objects == {}
    assert attempts.s3.uploads == {}
    return str(raised.value)


def page(**properties: str) -> Answer:
    """A page whose metadata names a video."""
    tags = (f'<meta property="og:{name}" content="{url}">' for name, url in properties.items())
    return Answer(200, HTML, f"<html><head>{''.join(tags)}</head>".encode() + b" " * 5_000)


def playlist(*segments: str, tags: str = "", seconds: float = 0.2) -> Answer:
    lines = [f"#EXTINF:{seconds},\n{segment}" for segment in segments]
    text = "\n".join(["#EXTM3U", "#EXT-X-TARGETDURATION:2", tags, *lines, "#EXT-X-ENDLIST"])
    return Answer(200, {"Content-Type": "application/vnd.apple.mpegurl"}, text.encode())


@pytest.mark.parametrize("size", [PART // 2, 4 * PART])
@pytest.mark.parametrize("content_type", ["video/mp4", "text/html", "application/octet-stream"])
def test_a_video_is_stored_whatever_it_is_called(host, attempts, size, content_type):
    content = film("index first", size)
    file = ServedFile(Version(content), headers={"Content-Type": content_type})

    found = download(attempts, put(host, {"/clip": file}))

    assert attempts.s3.objects[KEY].body == content
    assert attempts.s3.objects[KEY].content_type == "video/mp4"
    assert (found.key, found.bytes) == (KEY, len(content))
    assert found.checksum == f"crc32:{zlib.crc32(content):08x}"
    assert (found.info.width, found.info.height, found.info.duration_seconds) == (48, 32, 1.0)


def test_a_video_is_stored_as_what_its_bytes_are(host, attempts):
    url = put(host, {"/clip": ServedFile(Version(STREAM))})

    key = download(attempts, url).key

    assert key.endswith(".ts")
    assert attempts.s3.objects[key].content_type == "video/mp2t"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(404), Unavailable),
        (Answer(503), SourceUnavailable),
        (Answer(200, HTML, b"<html><title>Gone</title>"), LinkOnly),
        (Answer(200, HTML), LinkOnly),
        (Answer(200, {}, b"<html>an unnamed page"), LinkOnly),
        (Answer(200, {}, b'{"message": "Too many requests"}'), NotAVideo),
        (Answer(200, HTML | {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08"), LinkOnly),
        (Answer(200, {"Content-Encoding": "br"}, FILM), NotAVideo),
        (Answer(200, {"Content-Type": "video/mp4"}), NotAVideo),
        (Answer(200, {"Content-Type": "video/mp4"}, b"\x89PNG\r\n\x1a\n" + bytes(99)), NotAVideo),
        (Answer(200, {"Content-Type": "video/mp4"}, bytes(3 * PART)), NotAVideo),
        (Answer(200, {"Content-Length": "9000"}, FILM[:5_000], cut=True), DownloadInterrupted),
    ],
)
def test_what_is_no_whole_video_is_not_kept(host, attempts, answer, error):
    assert refuse(attempts, put(host, {"/clip": answer}), error)


def test_a_highlight_without_a_url_is_unavailable(attempts):
    assert "no URL" in refuse(attempts, None, Unavailable)


def test_a_file_that_a_page_names_is_stored(host, attempts):
    site = {"/clip": page(video="/a.mp4?token=abc"), "/a.mp4": ServedFile(Version(FILM))}

    download(attempts, put(host, site))

    assert attempts.s3.objects[KEY].body == FILM


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("/gone.mp4?token=abc", "answered 404"),
        ("/clip2", "a page, not a file"),
        ("/text.mp4", "not a video"),
        ("https://youtube.com/watch.mp4", "only links of youtube.com are kept"),
        ("http://127.0.0.2/a.mp4", "private address"),
    ],
)
def test_a_page_that_names_nothing_to_be_kept_stays_a_link(host, attempts, named, reason):
    site = {
        "/clip": page(video=named),
        "/clip2": page(video="/a.mp4"),
        "/a.mp4": ServedFile(Version(FILM)),
        "/text.mp4": Answer(body=bytes(99)),
    }
    text = refuse(attempts, put(host, site), LinkOnly)

    assert "a page, not a file; the file that it names" in text
    assert reason in text


def test_a_page_is_no_failure_for_what_it_names(host, attempts):
    site = {"/clip": page(video="/a.mp4"), "/a.mp4": Answer(503)}

    assert "answered 503" in refuse(attempts, put(host, site), LinkOnly)


def test_a_playlist_whose_segments_may_be_cut_unseen_is_not_joined(host, attempts):
    whole = ServedFile(Version(STREAM), ranges=False, framing="close")
    site = {"/clip": playlist("0.ts"), "/0.ts": whole}

    assert "where segments end" in refuse(attempts, put(host, site), DownloadInterrupted)


def test_a_page_that_breaks_off_is_no_reason_to_give_its_video_up(host, attempts):
    cut = Answer(200, HTML | {"Content-Length": "9000"}, b"<html>" + b" " * 5_000, cut=True)

    refuse(attempts, put(host, {"/clip": cut}), DownloadInterrupted)


def segments(content: bytes, count: int = 4) -> Site:
    """The content cut into files; their breaking off is mended."""
    size = -(-len(content) // count)
    cut = [content[at : at + size] for at in range(0, len(content), size)]
    return {
        f"/{n}.ts": ServedFile(Version(piece), breaks=[size // 2]) for n, piece in enumerate(cut)
    }


def test_a_playlist_is_stored_as_one_file(host, attempts):
    site = {"/clip": playlist("0.ts", "1.ts?token=abc", "2.ts", "3.ts")} | segments(STREAM)

    found = download(attempts, put(host, site))

    assert attempts.s3.objects[found.key].body == STREAM
    assert found.key.endswith(".ts")
    assert found.checksum == f"crc32:{zlib.crc32(STREAM):08x}"


def test_a_playlist_leads_to_its_best_rendition(host, attempts):
    stream = '#EXT-X-STREAM-INF:CODECS="avc1.42c00a"'
    best = f"{stream},BANDWIDTH=90000,RESOLUTION=48x32\nbest/index.m3u8"
    worst = f"{stream},BANDWIDTH=9000,RESOLUTION=24x16\nworst.m3u8"
    pieces = [f"/{n}.ts" for n in range(4)]
    site = {
        "/clip": Answer(body=f"#EXTM3U\n{best}\n{worst}".encode()),
        "/best/index.m3u8": playlist(*pieces),
    }

    found = download(attempts, put(host, site | segments(STREAM)))

    assert attempts.s3.objects[found.key].body == STREAM


def test_a_playlist_of_parts_of_one_file_is_stored_as_that_file(host, attempts):
    half = len(STREAM) // 2
    ranges = f"#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:{half}@0\nall.ts\n#EXTINF:1,\n"
    ranges += f"#EXT-X-BYTERANGE:{len(STREAM) - half}@{half}\nall.ts\n#EXT-X-ENDLIST"
    site = {"/clip": Answer(body=ranges.encode()), "/all.ts": ServedFile(Version(STREAM))}

    found = download(attempts, put(host, site))

    assert attempts.s3.objects[found.key].body == STREAM


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (playlist("0.ts", tags="#EXT-X-KEY:METHOD=AES-128,URI=key?abc"), "is encrypted"),
        (Answer(body=b"#EXTM3U\n#EXTINF:1,\n0.ts\n"), "live stream"),
        (playlist("text.ts"), "no video that can be kept"),
        (Answer(body=b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\nclip\n"), "playlists of playlists"),
    ],
)
def test_a_playlist_of_no_whole_file_stays_a_link(host, attempts, answer, reason):
    site = {"/clip": answer, "/text.ts": Answer(body=bytes(999))} | segments(STREAM)

    assert reason in refuse(attempts, put(host, site), LinkOnly)


@pytest.mark.parametrize(
    ("missing", "error"), [(Answer(404), Unavailable), (Answer(503), SourceUnavailable)]
)
def test_a_playlist_of_which_a_segment_is_missing_leaves_nothing(host, attempts, missing, error):
    site = {"/clip": playlist("0.ts", "1.ts", "2.ts", "3.ts")} | segments(STREAM)

    refuse(attempts, put(host, site | {"/3.ts": missing}), error)


def test_a_video_far_shorter_than_its_playlist_says_is_not_kept(host, attempts):
    clip = playlist("0.ts", "1.ts", "2.ts", "3.ts", seconds=2)

    refuse(attempts, put(host, {"/clip": clip} | segments(STREAM)), TruncatedVideo)


def test_segments_of_hosts_that_are_not_asked_are_not(host, attempts):
    url = put(host, {"/clip": playlist("0.ts", "http://other.example/1.ts")} | segments(STREAM))

    refuse(attempts, url, Unavailable, rules="other.example=never")


def test_a_video_that_stands_there_already_is_told_and_what_was_left_open_is_aborted(
    host, attempts
):
    url = put(host, {"/clip": ServedFile(Version(FILM), breaks=[PART // 2])})
    Archive(attempts.s3, "bucket").put_once(KEY, b"another", "video/mp4")
    attempts.s3.uploads["upload-0"] = OpenUpload(KEY, "video/mp4")
    attempts.noted = Unfinished("upload-0", KEY, '"zero"', 5)

    with pytest.raises(AlreadyStored) as raised:
        download(attempts, url)

    assert raised.value.key == KEY
    assert attempts.s3.objects[KEY].body == b"another"
    assert attempts.s3.uploads == {}


@pytest.mark.parametrize("size", [PART // 2, 4 * PART])
def test_a_video_that_appears_meanwhile_is_told(host, attempts, size):
    url = put(host, {"/clip": ServedFile(Version(film("index first", size)))})
    Archive(attempts.s3, "bucket").put_once(KEY, b"another", "video/mp4")
    attempts.s3.refuse["head_object"] = ["404"]

    with pytest.raises(AlreadyStored):
        download(attempts, url)
    assert attempts.s3.objects[KEY].body == b"another"
    assert attempts.s3.uploads == {}


def test_a_small_video_that_stands_there_is_told_even_if_s3_breaks_off(host, attempts):
    url = put(host, {"/clip": ServedFile(Version(film("index first", PART // 2)))})
    Archive(attempts.s3, "bucket").put_once(KEY, b"another", "video/mp4")
    attempts.s3.faults[0] = [Answer(500, cut=True, reset=True)] * 4

    with pytest.raises(AlreadyStored):
        download(attempts, url)
    assert attempts.s3.objects[KEY].body == b"another"


@pytest.mark.parametrize("size", [PART // 2, 4 * PART])
def test_a_damaged_video_gives_way(host, attempts, size):
    content = film("index first", size)
    Archive(attempts.s3, "bucket").put_once(KEY, b"damaged", "video/mp4")
    attempts.changes["replaces"] = attempts.s3.objects[KEY].etag

    download(attempts, put(host, {"/clip": ServedFile(Version(content))}))

    assert attempts.s3.objects[KEY].body == content
