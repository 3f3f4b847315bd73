"""What a video file is, by its bytes: recognised at its head, proven whole as it streams past."""

import codecs
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from lambdas.highlights.containers import matroska, mp4, mpegts
from lambdas.highlights.containers.formats import Format
from lambdas.highlights.containers.stream import Parser, ParserStream
from lambdas.highlights.errors import NotAVideo, TruncatedVideo

__all__ = [
    "ContainerProbe",
    "Format",
    "NotAVideo",
    "TruncatedVideo",
    "VideoInfo",
    "is_markup",
    "looks_like_text",
    "sniff",
]

HEAD = 4_096  # bytes by which a file is recognised
FAMILIES = (mp4, matroska, mpegts)


@dataclass(frozen=True)
class VideoInfo:
    """A whole video. None stands where the file does not say.

    container: mp4, mov, webm, matroska or mpegts. extension: without a dot. width, height:
    pixels, exchanged where the file has the picture shown on its side. tells_its_end: whether the
    file itself says how far it goes, so that a cut would have shown. plays_as: see `Facts`.
    """

    container: str
    extension: str
    content_type: str
    width: int | None
    height: int | None
    duration_seconds: float | None
    has_audio: bool | None
    tells_its_end: bool = field(default=False, compare=False)
    plays_as: str | None = field(default=None, compare=False)


def sniff(head: bytes) -> Format | None:
    """What a file with these first bytes is, when it may be a video that the vault keeps.

    head: the first HEAD bytes, or the whole file when it is shorter; more are not looked at.
    """
    recognised = _recognise(head)
    return recognised[0] if recognised else None


def looks_like_text(head: bytes) -> bool:
    """Whether these first bytes are text: HTML, XML, JSON, a playlist, a message."""
    text, needs_markup = _decode(head[:HEAD])
    if needs_markup and not text.lstrip().startswith("<"):
        return False
    return bool(text) and all(char >= " " or char in "\t\n\f\r" for char in text)


def is_markup(head: bytes) -> bool:
    """Whether these first bytes are HTML or XML."""
    return looks_like_text(head) and _decode(head[:HEAD])[0].lstrip().startswith("<")


class ContainerProbe:
    """Reads a video as it streams past and proves it whole.

    Media data is passed over unseen; the head and the index are all that is ever held.
    """

    def __init__(self) -> None:
        self._head = b""
        self._opened: tuple[Format, ParserStream] | None = None

    def feed(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes, in chunks of any size, none of which is kept.

        Raises NotAVideo as soon as that is sure, and TruncatedVideo; the probe has then ended.
        """
        if self._opened is not None:
            self._opened[1].feed(chunk)
            return
        self._head += bytes(chunk)
        if len(self._head) >= HEAD:
            self._opened = _open(self._head)

    @property
    def passes_over(self) -> int:
        """How many of the next bytes need not be seen to prove the video."""
        return self._opened[1].passing_over if self._opened else 0

    def skip(self, count: int) -> None:
        """Pass over the next `count` bytes, at most `passes_over`, without seeing them."""
        if self._opened and count:
            self._opened[1].skip(count)

    def finish(self) -> VideoInfo:
        """What the video is, now that all its bytes went past. Raises NotAVideo, TruncatedVideo."""
        file_format, stream = self._opened or _open(self._head)
        return VideoInfo(**asdict(file_format), **asdict(stream.finish()))


def _decode(head: bytes) -> tuple[str, bool]:
    """The bytes as text, and whether they are surely that only when they begin with markup."""
    try:
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return codecs.getincrementaldecoder("utf-16")().decode(head), True
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head), False
    except UnicodeDecodeError:
        return head.decode("latin-1"), True


def _recognise(head: bytes) -> tuple[Format, Callable[[], Parser]] | None:
    for family in FAMILIES:
        file_format = family.recognise(head[:HEAD])
        if file_format is not None:
            return file_format, family.parse
    return None


def _open(head: bytes) -> tuple[Format, ParserStream]:
    """A stream that has read `head`, and what it is of."""
    if not head:
        raise NotAVideo("the file is empty")
    recognised = _recognise(head)
    if recognised is None:
        if looks_like_text(head):
            raise NotAVideo("the file is a page or other text, not a video")
        raise NotAVideo("the file is not an MP4, MOV, WebM, Matroska or MPEG-TS video")
    file_format, parse = recognised
    stream = ParserStream(parse())
    stream.feed(head)
    return file_format, stream
