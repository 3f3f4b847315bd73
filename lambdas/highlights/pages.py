"""Finds the video file that an HTML page names openly, so that it can be followed one step.

Read are the page's metadata alone, which publishers write for machines:
https://ogp.me/#structured (`og:video`), Twitter's player card (`twitter:player:stream`) and
https://schema.org/VideoObject (`contentUrl`, as JSON-LD). Players are not taken apart.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from lambdas.highlights.links import absolute_url

LARGEST_PAGE = 512 * 1024  # bytes of a page that are looked at; metadata stands at its start
LONGEST_TAG = 16 * 1024  # characters
VIDEO_EXTENSIONS = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".ts", ".m2ts")

# What begins something that is looked into, or whose content is text and not markup.
_START = re.compile(
    r"<!--|<(meta|base|script|style|title|textarea|xmp|iframe)(?=[\s/>])", re.IGNORECASE
)
_NAMES = {
    "og:video": "url",
    "og:video:url": "url",
    "og:video:secure_url": "secure_url",
    "og:video:type": "type",
    "twitter:player:stream": "url",
    "twitter:player:stream:content_type": "type",
}
_NESTING = ("@graph", "video", "mainEntity", "associatedMedia")  # not the lists of other videos


def named_file(page: bytes, url: str) -> str | None:
    """The URL of the video file that `page`, read from `url`, names; None when it names none.

    A URL whose path ends as video files do is preferred, then Open Graph, Twitter and JSON-LD in
    this order. What is called text/html or Flash is a player, not a file. Never raises.
    """
    metadata = _read_metadata(_text(page[:LARGEST_PAGE]))
    base = _joined(url, metadata.base)
    files = [absolute_url(base, named) for named in metadata.named_urls()]
    found = [one for one in files if one and one != url.partition("#")[0]]
    return next((one for one in found if _has_video_extension(one)), next(iter(found), None))


@dataclass
class _Metadata:
    """What a page says of its video. Each group tells of one: url, secure_url and type."""

    base: str = ""
    open_graph: list[dict[str, str]] = field(default_factory=list)
    twitter: list[dict[str, str]] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)

    def add_meta(self, name: str, content: str) -> None:
        """Add a property. One that the last group has already begins the next group."""
        key = _NAMES.get(name)
        if key is None or not content:
            return
        groups = self.open_graph if name.startswith("og:") else self.twitter
        if not groups or groups[-1].get(key, content) != content:
            groups.append({})
        groups[-1][key] = content

    def named_urls(self) -> Iterator[str]:
        """The URLs of what may be files, the likeliest first."""
        for group in [*self.open_graph, *self.twitter]:
            if not _is_player(group.get("type", "")):
                yield from (group[key] for key in ("secure_url", "url") if key in group)
        for text in self.json_ld:
            yield from _content_urls(text)


def _text(page: bytes) -> str:
    if page.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return page.decode("utf-16", "replace")
    return page.decode("utf-8-sig", "replace")


def _read_metadata(text: str) -> _Metadata:
    """Walk over the tags that matter, each of them looked at once.

    html.parser reads single tags only: on a whole page that never closes its tags it takes time
    that grows with the square of the page's length (CVE-2025-6069).
    """
    metadata, at = _Metadata(), 0
    while match := _START.search(text, at):
        name = (match[1] or "").lower()
        at = text.find(">" if name else "-->", match.end()) + 1
        if not at:
            break
        tag, content = text[match.start() : at], ""
        if name not in ("", "meta", "base"):
            close = re.compile(f"</{name}", re.IGNORECASE).search(text, at)
            if close is None:
                break
            content, at = text[at : close.start()], close.end()
        if name in ("meta", "base", "script"):
            _take(metadata, name, _attributes(tag), content)
    return metadata


def _take(metadata: _Metadata, name: str, attributes: dict[str, str], content: str) -> None:
    if name == "base":
        metadata.base = metadata.base or attributes.get("href", "")
    elif name == "meta":
        # Both words are seen in pages, whichever of them the vocabulary asks for.
        key = attributes.get("property") or attributes.get("name", "")
        metadata.add_meta(key.strip().lower(), attributes.get("content", "").strip())
    elif attributes.get("type", "").partition(";")[0].strip().lower() == "application/ld+json":
        metadata.json_ld.append(content)


class _TagReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.attributes: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes = {name: value or "" for name, value in reversed(attrs)}


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of one tag, character references resolved; none of a malformed one."""
    reader = _TagReader()
    if len(tag) <= LONGEST_TAG:
        reader.feed(tag)
    return reader.attributes


def _content_urls(text: str) -> Iterator[str]:
    """The contentUrl of each VideoObject that the page is about, in its order."""
    try:
        pending = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += reversed(node)
        elif isinstance(node, dict):
            if _is_video_object(node):
                urls = node.get("contentUrl")
                yield from (one for one in _as_list(urls) if isinstance(one, str))
            pending += [node[key] for key in reversed(_NESTING) if key in node]


def _is_video_object(node: dict[str, Any]) -> bool:
    types = (kind for kind in _as_list(node.get("@type")) if isinstance(kind, str))
    return any(kind.rpartition("/")[2] == "VideoObject" for kind in types)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_player(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith(("text/", "application/xhtml")) or kind.endswith("shockwave-flash")


def _joined(url: str, base: str) -> str:
    try:
        return urljoin(url, base)
    except ValueError:
        return url


def _has_video_extension(url: str) -> bool:
    return urlsplit(url).path.lower().endswith(VIDEO_EXTENSIONS)
