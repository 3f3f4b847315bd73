"""The videos that the hostile server serves, each of one second: in every container, and large."""

import random
import subprocess
from pathlib import Path

import imageio_ffmpeg

MEDIUM = 8_500_000  # bytes of padding: more than the first request asks for
LARGE = 17_000_000  # bytes of padding: more than is held of a file, so that it goes in parts
LARGER = 20 * 1024 * 1024  # four parts

# Without leaving the codecs of the clip.
REMUXES = {
    "faststart.mp4": ("-movflags", "+faststart"),
    "fragmented.mp4": ("-movflags", "+frag_keyframe+empty_moov+default_base_moof"),
    "clip.ts": ("-f", "mpegts"),
}


def make_files(mp4: Path, webm: Path, folder: Path) -> dict[str, bytes]:
    """Every file by its name, made of a clip of H.264 and one of VP8 or VP9."""
    for name, options in REMUXES.items():
        _remux(mp4, folder / name, *options)
    often_cut = _ffmpeg(mp4, folder / "often-cut.mp4", "-g", "5")
    _remux(often_cut, folder / "ts.m3u8", *_hls("mpegts", folder, "piece%d.ts"))
    _remux(often_cut, folder / "mp4.m3u8", *_hls("fmp4", folder, "piece%d.m4s"))
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    clip = mp4.read_bytes()
    return files | {
        "joined.ts": b"".join(_named(files, "piece", ".ts")),
        "joined.mp4": b"".join([files["init.mp4"], *_named(files, "piece", ".m4s")]),
        "clip.mp4": clip,
        "clip.webm": webm.read_bytes(),
        "medium.mp4": padded(clip, MEDIUM, seed=4),
        "medium-too.mp4": padded(clip, MEDIUM, seed=5),  # another version, as long
        "large.mp4": padded(clip, LARGE, seed=1),
        "large-too.mp4": padded(clip, LARGE, seed=2),
        "longer.mp4": padded(clip, LARGE + 1_000, seed=3),
    }


def padded(mp4: bytes, count: int, *, seed: int) -> bytes:
    """The MP4 with `count` bytes that never repeat at the end of its media data, before `moov`."""
    at = 0
    while mp4[at + 4 : at + 8] != b"mdat":
        at += int.from_bytes(mp4[at : at + 4])
    end = at + int.from_bytes(mp4[at : at + 4])
    size = (end - at + count).to_bytes(4)
    return mp4[:at] + size + mp4[at + 4 : end] + random.Random(seed).randbytes(count) + mp4[end:]


def _named(files: dict[str, bytes], start: str, end: str) -> list[bytes]:
    return [body for name, body in files.items() if name.startswith(start) and name.endswith(end)]


def _remux(source: Path, target: Path, *options: str) -> None:
    _ffmpeg(source, target, "-c", "copy", *options)


def _ffmpeg(source: Path, target: Path, *options: str) -> Path:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(source)]
    subprocess.run([*command, *options, str(target)], check=True)
    return target


def _hls(kind: str, folder: Path, segments: str) -> tuple[str, ...]:
    return (
        *("-f", "hls", "-hls_time", "0.2", "-hls_playlist_type", "vod"),
        *("-hls_segment_type", kind, "-hls_segment_filename", str(folder / segments)),
    )
