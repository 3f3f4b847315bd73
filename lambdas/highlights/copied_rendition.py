"""A rendition that is its video: what is ready as it came is copied, and not transcoded.

The copy stands under the rendition's own key, so that nobody who reads renditions need know of it.
"""

from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import (
    DownloadInterrupted,
    LinkExpired,
    LinkOnly,
    NotAPicture,
    OutOfTime,
    SourceChanged,
    SourceTooSlow,
    SourceUnavailable,
    Unavailable,
)
from lambdas.highlights.internet import Internet
from lambdas.highlights.ledger import Item
from lambdas.highlights.pictures import fetch_picture

# What keeps a picture from being had. A job makes one then, so none of it is a failure.
NO_PICTURE = (
    DownloadInterrupted,
    LinkExpired,
    LinkOnly,
    NotAPicture,
    OutOfTime,
    SourceChanged,
    SourceTooSlow,
    SourceUnavailable,
    Unavailable,
)


def copy_rendition(
    archive: Archive,
    net: Internet,
    video: Item,
    image_url: str | None,
    *,
    rendition: str,
    thumbnail: str,
) -> str | None:
    """Put the provider's picture and a copy of the video where a job would leave its outputs.

    video: as the ledger keeps it; see `transcoding.is_ready`. None: done. Else why there is no
    picture, and nothing was done. Raises StoreUnavailable when the copy differs.
    """
    try:
        picture = fetch_picture(net, image_url)
    except NO_PICTURE as reason:
        return str(reason)
    archive.put(thumbnail, picture, "image/jpeg")
    archive.copy(video["key"], rendition, video["content_type"], video["checksum"])
    return None
