"""Which file a page names, and that no page does harm."""

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.highlights.pages import LARGEST_PAGE, named_file

URL = "https://clips.example/watch/7?x=1"
FILE = "https://cdn.example/7.mp4"


def meta(**properties: str) -> str:
    """Meta tags; `og__video` stands for the property `og:video`."""
    return "".join(
        f'<meta property="{name.replace("__", ":")}" content="{content}">'
        for name, content in properties.items()
    )


def json_ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def video(url: str = FILE, **more: object) -> dict:
    return {"@context": "https://schema.org", "@type": "VideoObject", "contentUrl": url, **more}


def named(html: str, url: str = URL) -> str | None:
    return named_file(f"<!doctype html><html><head>{html}</head></html>".encode(), url)


@pytest.mark.parametrize(
    "html",
    [
        meta(og__video=FILE),
        meta(og__video__url=FILE),
        meta(og__video__secure_url=FILE),
        meta(og__video=FILE, og__video__type="video/mp4"),
        meta(og__video__type="video/mp4", og__video="//cdn.example/7.mp4"),
        meta(twitter__player__stream=FILE),
        f"<META NAME='twitter:player:stream' CONTENT='{FILE}'/>",
        f"<meta content={FILE} property=og:video>",
        json_ld(video()),
        json_ld([{"@type": "Organization"}, video()]),
        json_ld({"@graph": [{"@type": "WebPage"}, video()]}),
        json_ld({"@type": "NewsArticle", "video": [video()]}),
        json_ld(video() | {"@type": ["VideoObject", "Clip"]}),
        json_ld(video() | {"@type": "http://schema.org/VideoObject"}),
        json_ld(video() | {"contentUrl": [FILE]}),
    ],
)
def test_a_file_is_found_where_publishers_name_it(html):
    assert named(html) == FILE


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>no metadata</p>",
        meta(og__video="https://p.example/embed/7", og__video__type="text/html"),
        meta(og__video="https://p.example/7.swf", og__video__type="application/x-shockwave-flash"),
        meta(twitter__player="https://p.example/embed/7"),
        meta(
            twitter__player__stream="https://p.example/7",
            twitter__player__stream__content_type="text/html; charset=utf-8",
        ),
        meta(og__video="ftp://cdn.example/7.mp4"),
        meta(og__video="javascript:alert(1)"),
        meta(og__video="data:video/mp4;base64,AAAA"),
        meta(og__video="https://user:secret@cdn.example/7.mp4"),
        meta(og__video="https://[broken/7.mp4"),
        meta(og__video="https://cdn.example:99999/7.mp4"),
        meta(og__video="https://cdn.example/7.mp4&#10;Host: other"),
        meta(og__video=URL + "#t=3"),
        meta(og__video=""),
        f"<!-- {meta(og__video=FILE)} -->",
        f"<script>var shown = '{meta(og__video=FILE)}'</script>",
        f"<title>{meta(og__video=FILE)}</title>",
        '<script type="application/ld+json">{"@type": "VideoObject", </script>',
        json_ld(video() | {"@type": "AudioObject"}),
        json_ld(video() | {"contentUrl": {"@id": FILE}}),
        json_ld({"@type": "ItemList", "itemListElement": [video()]}),
        json_ld({"@type": "VideoObject", "embedUrl": FILE}),
    ],
)
def test_a_page_that_names_no_file_gives_none(html):
    assert named(html) is None


def test_a_type_belongs_to_the_url_that_it_stands_with():
    player = {"og__video": "https://p.example/embed", "og__video__type": "text/html"}
    file = {"og__video": "https://cdn.example/stream/7", "og__video__type": "video/mp4"}

    assert named(meta(**player) + meta(**file)) == "https://cdn.example/stream/7"
    assert named(meta(**file) + meta(**player)) == "https://cdn.example/stream/7"


def test_what_ends_as_video_files_do_is_preferred():
    vague = "https://cdn.example/stream/7"

    assert named(meta(og__video=vague) + json_ld(video())) == FILE
    assert named(meta(og__video=vague, twitter__player__stream=FILE + "?sig=a")) == FILE + "?sig=a"
    assert named(meta(og__video=vague)) == vague


def test_the_secure_url_of_a_video_is_preferred():
    plain = FILE.replace("https", "http")

    assert named(meta(og__video=plain, og__video__secure_url=FILE)) == FILE


def test_broken_json_hides_no_sound_json():
    broken = '<script type="application/ld+json">{"@type": "VideoObject" oops</script>'

    assert named(broken + json_ld(video())) == FILE


def test_relative_urls_stand_against_the_base_of_the_page():
    assert named(meta(og__video="../7.mp4?a=1&amp;b=2")) == "https://clips.example/7.mp4?a=1&b=2"
    with_base = '<base href="https://cdn.example/v/">' + meta(og__video="7.mp4")
    assert named(with_base) == "https://cdn.example/v/7.mp4"
    assert named('<base href="/v/">' + meta(og__video="7.mp4")) == "https://clips.example/v/7.mp4"
    assert named('<base href="//[">' + meta(og__video="7.mp4")) == (
        "https://clips.example/watch/7.mp4"
    )


def test_only_the_start_of_a_page_is_looked_at():
    page = b" " * LARGEST_PAGE + meta(og__video=FILE).encode()

    assert named_file(page, URL) is None
    assert named_file(page[1000:], URL) == FILE


def test_a_page_in_utf_16_is_read():
    assert named_file(meta(og__video=FILE).encode("utf-16"), URL) == FILE


@pytest.mark.parametrize(
    "piece",
    ["<meta ", '<meta x="', "<meta>", "<!--", "<script", "<script>", "<base ", "<a ", "<![", "&#"],
)
def test_a_page_that_never_closes_anything_is_read_to_its_end(piece):
    # Each of these takes html.parser minutes or an exception, given the whole page.
    assert named(piece * (LARGEST_PAGE // len(piece))) is None


@settings(max_examples=70, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<meta ",
                ' property="og:video" ',
                " content=",
                f'"{FILE}"',
                '"https://[::1"',
                '"\ud800"',
                "'",
                '"',
                ">",
                "<base href=",
                "<!--",
                "-->",
                "<![CDATA[",
                '<script type="application/ld+json">',
                json.dumps(video()),
                "[" * 5_000,
                '{"@type":"VideoObject","contentUrl":"\\ud800"}',
                "</script>",
            ]
        )
        | st.text(max_size=10)
        | st.binary(max_size=10),
        max_size=14,
    ),
    st.text(max_size=20) | st.sampled_from([URL, "http://[", ""]),
)
def test_any_bytes_give_a_url_that_may_be_asked_or_none(pieces, url):
    page = b"".join(
        one if isinstance(one, bytes) else one.encode("utf-8", "surrogatepass") for one in pieces
    )
    found = named_file(page, url)

    if found is not None:
        parts = urlsplit(found)
        assert parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        assert found.isprintable()
