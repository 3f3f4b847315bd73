"""The vocabulary of containers: which ones are kept, and what is read from one."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Format:
    """A kind of file. extension: without a dot. content_type: a registered media type."""

    container: str
    extension: str
    content_type: str


MP4 = Format("mp4", "mp4", "video/mp4")
MOV = Format("mov", "mov", "video/quicktime")
WEBM = Format("webm", "webm", "video/webm")
MATROSKA = Format("matroska", "mkv", "video/x-matroska")
MPEGTS = Format("mpegts", "ts", "video/mp2t")


@dataclass(frozen=True)
class Facts:
    """What a container says of its video; None where it does not say.

    width, height: pixels, exchanged where the file has the picture shown on its side.
    tells_its_end: whether the file itself says how far it goes, so that a cut would have shown.
    plays_as: its codecs, by RFC 6381, when players play the file as it is while it still comes:
    an MP4 with its index in front, of upright H.264 and AAC at most.
    """

    width: int | None
    height: int | None
    duration_seconds: float | None
    has_audio: bool | None
    tells_its_end: bool = field(default=False, compare=False)
    plays_as: str | None = field(default=None, compare=False)
