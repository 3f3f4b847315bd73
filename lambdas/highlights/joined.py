"""The segments of an HLS playlist, read one after another as the one file that they are."""

from collections.abc import Iterator

from lambdas.highlights.errors import DownloadInterrupted, LinkOnly
from lambdas.highlights.internet import Internet
from lambdas.highlights.opening import Opening
from lambdas.highlights.playlist import LARGEST_PLAYLIST, Renditions, Segments, read_playlist
from lambdas.highlights.source import Chunk, open_source


class JoinedSource:
    """A `Source` of the segments; its length is not known, and it is read once, in order.

    seconds: how long they last, as the playlist says.
    """

    encoding = ""
    tells_its_end = True
    length = None
    validator = None

    def __init__(self, net: Internet, host: str, segments: Segments):
        self.host = host
        self.seconds = segments.seconds
        self._net = net
        self._files = segments.files

    def read(
        self, start: int = 0, end: int | None = None, into: bytearray | None = None
    ) -> Iterator[Chunk]:
        """All bytes, in chunks that last; raises what `open_source` and `Source.read` raise."""
        for file in self._files:
            with open_source(self._net, file.url, file.byte_range) as segment:
                if not segment.tells_its_end:
                    raise DownloadInterrupted(f"{segment.host} does not tell where segments end")
                chunks = segment.read()
                first = next(chunks, b"")
                if not first:
                    raise DownloadInterrupted(f"{segment.host} gave an empty segment")
                yield first
                yield from chunks


def open_playlist(net: Internet, opening: Opening) -> Opening:
    """The best rendition that the playlist leads to, as one file.

    Raises LinkOnly when its segments cannot honestly be joined, and what `open_source` raises.
    """
    playlist = _read(opening)
    if isinstance(playlist, Renditions):
        with open_source(net, playlist.best) as source:
            playlist = _read(Opening(source))
    if isinstance(playlist, Renditions):
        raise LinkOnly("the URL is a playlist of playlists of playlists")
    return Opening(JoinedSource(net, opening.source.host, playlist))


def _read(opening: Opening) -> Renditions | Segments:
    text = opening.peek(LARGEST_PLAYLIST + 1)
    if len(text) > LARGEST_PLAYLIST:
        raise LinkOnly(f"the streaming playlist is over {LARGEST_PLAYLIST:,} bytes long")
    return read_playlist(text.decode("utf-8", "replace"), opening.source.url)
