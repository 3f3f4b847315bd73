"""What stands in the archive, read whole: its size, its checksum, and the video that it is."""

import hashlib
import zlib
from collections.abc import Callable

from lambdas.highlights.archive import Archive
from lambdas.highlights.checksum import as_text
from lambdas.highlights.container import ContainerProbe, VideoInfo
from lambdas.highlights.ledger import Item

CHUNK = 1024 * 1024


def measure_object(archive: Archive, key: str, also: Callable[[bytes], object] = len) -> Item:
    """`{"key", "bytes", "checksum"}` of an object that is read once; `also` sees its bytes."""
    digest, size = hashlib.sha256(), 0
    body = archive.read(key)
    for chunk in iter(lambda: body.read(CHUNK), b""):
        also(chunk)
        digest.update(chunk)
        size += len(chunk)
    return {"key": key, "bytes": size, "checksum": f"sha256:{digest.hexdigest()}"}


def measure_video(archive: Archive, key: str) -> tuple[Item, VideoInfo]:
    """The object's facts and its video; raises NotAVideo and TruncatedVideo."""
    facts, info, _ = measure_rendition(archive, key, {})
    return facts, info


def measure_rendition(archive: Archive, key: str, video: Item) -> tuple[Item, VideoInfo, bool]:
    """Likewise, and whether it has the very bytes of `video`, as the ledger keeps that."""
    probe, crc = ContainerProbe(), 0

    def see(chunk: bytes) -> None:
        nonlocal crc
        probe.feed(chunk)
        crc = zlib.crc32(chunk, crc)

    facts = measure_object(archive, key, see)
    checksums = facts["checksum"], as_text(crc)
    is_same = facts["bytes"] == video.get("bytes") and video.get("checksum") in checksums
    return facts, probe.finish(), is_same


def picture_facts(info: VideoInfo) -> Item:
    """Width, height and duration as the ledger keeps them; what is unknown is left out."""
    duration = info.duration_seconds
    facts = {
        "width": info.width,
        "height": info.height,
        "duration_milliseconds": None if duration is None else round(duration * 1000),
    }
    return {name: value for name, value in facts.items() if value is not None}
