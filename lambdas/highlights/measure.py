"""What stands in the archive, read whole: its size, its checksum, and the video that it is."""

import hashlib
from collections.abc import Callable

from lambdas.highlights.archive import Archive
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
    probe = ContainerProbe()
    facts = measure_object(archive, key, probe.feed)
    return facts, probe.finish()


def picture_facts(info: VideoInfo) -> Item:
    """Width, height and duration as the ledger keeps them; what is unknown is left out."""
    duration = info.duration_seconds
    facts = {
        "width": info.width,
        "height": info.height,
        "duration_milliseconds": None if duration is None else round(duration * 1000),
    }
    return {name: value for name, value in facts.items() if value is not None}
