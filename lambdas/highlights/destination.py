"""Where a video goes, and what is known of it once it is there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lambdas.highlights import checksum
from lambdas.highlights.archive import Archive, only_over
from lambdas.highlights.container import VideoInfo
from lambdas.highlights.deadline import Deadline
from lambdas.highlights.errors import StoreUnavailable, TooSlowToStore, Unavailable
from lambdas.highlights.signed_put import SignedPut, patiently
from lambdas.highlights.source import Chunk, Source
from lambdas.highlights.unfinished import Unfinished
from lambdas.highlights.upload import Upload

CONDITION_FAILED = 412  # of a conditional write, when another object stands there


@dataclass(frozen=True)
class Destination:
    """Where a video goes.

    replaces: the ETag of a damaged object that gives way to it. largest: bytes above which a
    video is not kept. unfinished: what an earlier attempt left open; note: keeps for a later one
    what this one leaves, or nothing. admit: is told of a video's bytes before any of them is
    stored, where they are known by then, and raises when there is no room for them.
    """

    archive: Archive
    key: str
    content_type: str
    replaces: str | None
    largest: int
    deadline: Deadline
    unfinished: Unfinished | None
    note: Callable[[Unfinished | None], None]
    admit: Callable[[int], None] = lambda _: None

    def begin(self, source: Source, *, may_go_on: bool) -> Upload:
        """A new upload, noted before anything is sent to it; what was left open is aborted.

        may_go_on: whether a later attempt can use its parts.
        """
        self.discard_unfinished()
        upload = Upload.begin(self.archive, self.key, self.content_type, self.deadline)
        try:
            validator = source.validator if may_go_on else None
            self.note(Unfinished(upload.upload_id, self.key, validator, source.length))
        except BaseException:
            upload.abort()
            raise
        return upload

    def put(self, chunks: Callable[[], Iterable[Chunk]], size: int, crc: int) -> bool:
        """Store a whole video at once; False when another one stands there, which stays.

        chunks: gives its bytes, anew for each try. crc: CRC-32 of the `size` bytes, which S3
        verifies before the object appears.
        """
        self.discard_unfinished()
        asked = {
            "Bucket": self.archive.bucket,
            "Key": self.key,
            "ContentType": self.content_type,
            "ChecksumCRC32": checksum.as_header(crc),
            **only_over(self.replaces),
        }
        put = SignedPut(
            self.archive.s3, "put_object", asked, "the video", answers=(200, CONDITION_FAILED)
        )
        try:
            answer = patiently(lambda: put.send(size, iter(chunks())), self.deadline)
        except StoreUnavailable:
            # The answer that one stands there may be lost when S3 gives it before it has the body.
            if self.replaces is None and self.archive.has(self.key):
                return False
            raise
        return answer.status != CONDITION_FAILED

    def discard_unfinished(self) -> None:
        """Abort what an earlier attempt left open."""
        if self.unfinished is not None:
            self.archive.abort_upload(self.unfinished.key, self.unfinished.upload_id)

    def abort(self, upload: Upload) -> None:
        """Leave nothing of `upload`."""
        upload.abort()
        self.note(None)


@dataclass(frozen=True)
class Stored:
    """What was read: a whole video. kept: False when another one stands under the key and stays."""

    bytes: int
    crc: int
    info: VideoInfo
    kept: bool


def too_large(largest: int) -> Unavailable:
    """Of a video over the setting."""
    return Unavailable(f"the file is over max_video_megabytes ({largest // 1_000_000} MB)")


def too_slow_to_store(source: Source) -> TooSlowToStore:
    """Of a video that is read from its start in each attempt: the next would come no further."""
    return TooSlowToStore(f"{source.host} does not send the video in a function's time")
