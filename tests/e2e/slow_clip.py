"""A clip that no run gets to the end of."""

from dataclasses import replace
from pathlib import Path

from gameday.embedded.provider import Media
from tests.hostile.clips import padded

# The server sends its first chunk at once, and waits for as long as that should have taken.
PADDING = 500_000
BYTES_PER_SECOND = 1_000


def slowed(media: Media, folder: Path) -> Media:
    """An MP4 of the provider's, larger, and so slow that it lasts longer than any test."""
    path = folder / "slow.mp4"
    path.write_bytes(padded(media.path.read_bytes(), PADDING, seed=1))
    return replace(media, path=path, bytes_per_second=BYTES_PER_SECOND)
