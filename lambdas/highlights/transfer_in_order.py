"""A video's bytes into the archive, one after the other."""

from lambdas.highlights import checksum
from lambdas.highlights.container import ContainerProbe, VideoInfo
from lambdas.highlights.destination import Destination, Stored, too_large, too_slow_to_store
from lambdas.highlights.errors import OutOfTime, TruncatedVideo
from lambdas.highlights.opening import LEAST_PART, Opening
from lambdas.highlights.source import Chunk, Source
from lambdas.highlights.upload import Part, Upload, whole_crc

SLACK, SLACK_SHARE = 2.0, 0.1  # seconds, and share, by which playlists round


def store_in_order(opening: Opening, to: Destination) -> Stored:
    """Store what `opening` reads, in parts where it is large. What goes wrong leaves nothing."""
    upload, parts, piece, size = None, [], _Piece(), 0
    probe = ContainerProbe()
    try:
        for chunk in opening.everything():
            size += len(chunk)
            if size > to.largest:
                raise too_large(to.largest)
            probe.feed(chunk)
            piece.add(chunk)
            if piece.size >= LEAST_PART and size != opening.source.length:
                upload = upload or to.begin(opening.source, may_go_on=False)
                parts.append(piece.send(upload, len(parts) + 1))
                piece = _Piece()
        info = probe.finish()
        _check_end(info, opening.source)
        if upload is not None:
            if piece.size:
                parts.append(piece.send(upload, len(parts) + 1))
            kept = upload.complete(parts, to.replaces)
            return Stored(size, whole_crc(parts), info, kept)
    except BaseException as error:
        if upload is not None:
            to.abort(upload)
        if isinstance(error, OutOfTime):
            # The next attempt would start over and come no further.
            raise too_slow_to_store(opening.source) from error
        raise
    crc = checksum.of(piece.chunks)
    return Stored(size, crc, info, to.put(lambda: piece.chunks, size, crc))


def _check_end(info: VideoInfo, source: Source) -> None:
    """Raise TruncatedVideo when a video ends early, or might have and nothing would tell."""
    if not source.tells_its_end and not info.tells_its_end:
        raise TruncatedVideo("neither the host nor the video says where the file ends")
    announced = source.seconds
    if announced and info.duration_seconds is not None:
        missing = announced - info.duration_seconds
        if missing > max(SLACK, announced * SLACK_SHARE):
            raise TruncatedVideo(
                f"the video lasts {info.duration_seconds:.1f} of the {announced:.1f} seconds "
                "that it was announced with"
            )


class _Piece:
    """Bytes that are held until they were sent."""

    def __init__(self) -> None:
        self.size = 0
        self.chunks: list[Chunk] = []

    def add(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)
        self.size += len(chunk)

    def send(self, upload: Upload, number: int) -> Part:
        return upload.send(number, self.size, lambda: self.chunks)
