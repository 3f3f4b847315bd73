"""Videos of any size: a short clip whose media data was made longer by arbitrary bytes."""

import random
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from imageio_ffmpeg import get_ffmpeg_exe

CLIP = (
    "-f lavfi -i testsrc2=size=48x32:rate=5:duration=1 "
    "-c:v libx264 -preset ultrafast -g 2 -qp 40 -pix_fmt yuv420p"
)
RECIPES = {
    "index first": ("mp4", "-movflags +faststart"),
    "index last": ("mp4", ""),
    "fragments": ("mp4", "-movflags frag_keyframe+empty_moov"),
    "transport stream": ("ts", ""),
}


def film(layout: str, size: int, seed: int = 0) -> bytes:
    """A video of about `size` bytes; another `seed` gives other bytes of the same length.

    layout: `index first`, `index last`, `fragments` or `transport stream`, of which the last two
    have no long stretch of media data that a proof could pass over.
    """
    clip = _clip(layout)
    noise = random.Random(seed).randbytes(max(0, size - len(clip)))
    if layout == "transport stream":
        packets = len(noise) // 188
        return clip + b"".join(_empty_packet(noise[188 * n :][:183]) for n in range(packets))
    if layout == "fragments":
        pieces = [noise[at : at + 1_000] for at in range(0, len(noise), 1_000)]
        return clip + b"".join(_box(b"free", piece) for piece in pieces)
    at = clip.index(b"mdat") - 4
    end = at + int.from_bytes(clip[at : at + 4])
    return clip[:at] + _box(b"mdat", clip[at + 8 : end] + noise) + clip[end:]


def _box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4) + kind + content


def _empty_packet(content: bytes) -> bytes:
    """A packet that carries nothing of any program (ISO/IEC 13818-1, 2.4.3.3)."""
    return b"G\x1f\xff\x10" + content.ljust(184, b"\0")


@cache
def _clip(layout: str) -> bytes:
    extension, flags = RECIPES[layout]
    with TemporaryDirectory() as folder:
        path = Path(folder, f"clip.{extension}")
        command = [get_ffmpeg_exe(), "-v", "error", *CLIP.split(), *flags.split(), str(path)]
        subprocess.run(command, check=True)
        return path.read_bytes()
