"""Reads HLS playlists (RFC 8216): which files, one behind the other, are the video.

Segments of MPEG-TS joined are such a stream again; an initialization section and fragments of
MP4 behind it are a fragmented MP4. What cannot be joined to one whole file is refused with the
reason: it stays a link.
https://www.rfc-editor.org/rfc/rfc8216
"""

import math
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from lambdas.highlights.errors import LinkOnly
from lambdas.highlights.links import absolute_url

LARGEST_PLAYLIST = 4 * 1024 * 1024  # characters; 2,000 signed URLs take some 2 MB
MOST_SEGMENTS = 2_000  # over an hour of segments of two seconds

ENCRYPTED = "is encrypted"
REFUSED = {
    "#EXT-X-SESSION-KEY": ENCRYPTED,
    "#EXT-X-I-FRAMES-ONLY": "holds single pictures for seeking, no video",
    "#EXT-X-IMAGES-ONLY": "holds pictures, no video",
    "#EXT-X-SKIP": "leaves out segments that an earlier one named",
    "#EXT-X-DEFINE": "has variables in its URLs",
    "#EXT-X-GAP": "says that a segment is missing",
}
READ = (
    "#EXTINF",
    "#EXT-X-BYTERANGE",
    "#EXT-X-MAP",
    "#EXT-X-DISCONTINUITY",
    "#EXT-X-ENDLIST",
    "#EXT-X-STREAM-INF",
    "#EXT-X-MEDIA",
)
# Codecs that every step behind this one takes. https://www.rfc-editor.org/rfc/rfc6381
PREFERRED_CODECS = ("avc1", "avc3", "hvc1", "hev1")
VIDEO_CODECS = (
    *PREFERRED_CODECS,
    *("dvh1", "dvhe", "dva1", "dvav", "av01", "dav1", "vp08", "vp8", "vp09", "vp9", "mp4v"),
)


class NotJoinable(LinkOnly):
    """A playlist does not lead to one whole file, for the reason in the text."""

    def __init__(self, reason: str):
        super().__init__(f"the streaming playlist {reason}")


@dataclass(frozen=True)
class Renditions:
    """A playlist of playlists. best: the URL of the one to read."""

    best: str


class Segment(NamedTuple):
    """A file, or a part of one: its first byte and the one behind its last, or None."""

    url: str
    byte_range: tuple[int, int] | None


@dataclass(frozen=True)
class Segments:
    """The pieces of one video in their order, an initialization section first.

    seconds: how long they last together, as the playlist says.
    """

    files: tuple[Segment, ...]
    seconds: float


def is_playlist(head: bytes) -> bool:
    """Whether a file with these first bytes is an extended M3U playlist."""
    return re.match(rb"(\xef\xbb\xbf)?\s*#EXTM3U(\s|$)", head) is not None


def read_playlist(text: str, url: str) -> Renditions | Segments:
    """What the playlist `text`, read from `url`, leads to. Raises NotJoinable."""
    if not is_playlist(text[:100].encode("utf-8", "replace")):
        raise NotJoinable("does not begin as one")
    if len(text) > LARGEST_PLAYLIST:
        raise NotJoinable(f"is over {LARGEST_PLAYLIST:,} characters long")
    content = _parse(text.removeprefix("\ufeff"))
    if content["playlists"]:
        return Renditions(_best(content, url))
    if not content["is_endlist"]:
        raise NotJoinable("is of a live stream, or unfinished")
    return Segments(tuple(_merged(_pieces(content["segments"], url))), _seconds(content))


class _Tags:
    """Sees each tag before the parser, which reads only those that say what to join.

    Others are of no use here, and the parser takes offence at some of them.
    """

    def __init__(self) -> None:
        self.parts_alone = False

    def __call__(self, line: str, *_: object) -> bool:
        name = line.partition(":")[0].rstrip()
        if name in REFUSED:
            raise NotJoinable(REFUSED[name])
        if name == "#EXT-X-KEY" and not re.search(r"[:,]\s*METHOD=NONE\s*(,|$)", line):
            raise NotJoinable(ENCRYPTED)
        if name == "#EXT-X-PART":
            self.parts_alone = True
        if name == "#EXTINF":
            self.parts_alone = False
        return name not in READ


def _parse(text: str) -> dict[str, Any]:
    """The playlist as the package m3u8 reads it; nothing that it names is passed over."""
    lines = (line.strip() for line in text.splitlines())
    named = sum(1 for line in lines if line and not line.startswith("#"))
    if named > MOST_SEGMENTS:
        raise NotJoinable(f"names over {MOST_SEGMENTS:,} segments")
    import m3u8  # here, for few highlights need it and each cold start would pay for it

    tags = _Tags()
    try:
        content = m3u8.parse(text, custom_tags_parser=tags)
    except NotJoinable:
        raise
    except Exception as error:  # the package has no error of its own for damaged text
        raise NotJoinable(f"is damaged ({type(error).__name__})") from error
    if tags.parts_alone:
        raise NotJoinable("lists parts of segments that are not finished")
    segments, playlists = content["segments"], content["playlists"]
    if not named:
        raise NotJoinable("names no segments")
    complete = all("uri" in segment for segment in segments)
    if not complete or named != len(segments) + len(playlists) or (segments and playlists):
        raise NotJoinable("is damaged: its lines are not one for each segment or rendition")
    return content


def _best(content: dict[str, Any], url: str) -> str:
    """The URL of the rendition with the most bits, of those whose file is whole by itself.

    A group of sound whose members all have a URL is one that the rendition's file does not hold
    (RFC 8216, 4.3.4.2.1).
    """
    found: list[tuple[int, int, str]] = []
    reason = "names no rendition with video"
    sound = [one for one in content["media"] if one.get("type") == "AUDIO"]
    inside = {one.get("group_id") for one in sound if not one.get("uri")}
    apart = {one.get("group_id") for one in sound} - inside
    for playlist in content["playlists"]:
        facts = playlist["stream_info"]
        rank = _codec_rank(facts.get("codecs"))
        target = absolute_url(url, playlist["uri"])
        if rank is None or target is None:
            continue
        if facts.get("audio") in apart:
            reason = "keeps sound and picture apart"
            continue
        found.append((rank, facts.get("bandwidth", 0), target))
    if not found:
        raise NotJoinable(reason)
    return max(found, key=lambda one: one[:2])[2]


def _codec_rank(codecs: str | None) -> int | None:
    """How welcome a rendition is by its CODECS; None when they tell of no video."""
    if not codecs:
        return 1
    names = [codec.strip().lower().partition(".")[0] for codec in codecs.split(",")]
    if any(name in PREFERRED_CODECS for name in names):
        return 2
    return 0 if any(name in VIDEO_CODECS for name in names) else None


def _pieces(segments: list[dict[str, Any]], url: str) -> list[Segment]:
    if any(segment["discontinuity"] for segment in segments[1:]):
        raise NotJoinable("has discontinuities: it is put together from different videos")
    first = segments[0].get("init_section")
    if any(segment.get("init_section") != first for segment in segments):
        raise NotJoinable("has several initialization sections")
    pieces: list[Segment] = []
    if first is not None:
        pieces.append(_piece(first, url, Segment("", None), default_start=0))
    for segment in segments:
        before = pieces[-1] if pieces else Segment("", None)
        pieces.append(_piece(segment, url, before))
    return pieces


def _piece(
    named: dict[str, Any], url: str, before: Segment, default_start: int | None = None
) -> Segment:
    """A segment or initialization section; its bytes may begin where those `before` end."""
    target = absolute_url(url, named["uri"]) if named.get("uri") else None
    if target is None:
        raise NotJoinable("names a segment by what is no http(s) URL")
    given = named.get("byterange")
    if given is None:
        return Segment(target, None)
    match = re.fullmatch(r"([0-9]{1,15})(?:@([0-9]{1,15}))?", given.strip())
    start = default_start
    if match and match[2]:
        start = int(match[2])
    elif before.byte_range and before.url == target:
        start = before.byte_range[1]
    if match is None or start is None or not int(match[1]):
        raise NotJoinable("is damaged: a byte range has no length or no start")
    return Segment(target, (start, start + int(match[1])))


def _merged(pieces: list[Segment]) -> list[Segment]:
    """Neighbouring ranges of one file as one, so that it is asked for once."""
    merged: list[Segment] = []
    for piece in pieces:
        before = merged[-1] if merged else None
        if before and before.byte_range and piece.byte_range and before.url == piece.url:
            (start, end), (begin, last) = before.byte_range, piece.byte_range
            if end == begin:
                merged[-1] = Segment(piece.url, (start, last))
                continue
        merged.append(piece)
    return merged


def _seconds(content: dict[str, Any]) -> float:
    seconds = sum(segment.get("duration", math.nan) for segment in content["segments"])
    if not 0 < seconds < math.inf:
        raise NotJoinable("is damaged: it does not say how long its segments last")
    return seconds
