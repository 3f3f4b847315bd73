"""Small clips made with ffmpeg, and what the probe says of bytes."""

import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from lambdas.highlights.container import ContainerProbe, NotAVideo, TruncatedVideo, VideoInfo

PICTURES = "-f lavfi -i testsrc2=size=48x32:rate=5:duration=1"
SOUND = "-f lavfi -i sine=duration=1:sample_rate=8000"
ONE_PICTURE = f"{PICTURES} -frames:v 1"
H264 = "-c:v libx264 -preset ultrafast -g 2 -qp 40 -pix_fmt yuv420p"
AAC = "-c:a aac -b:a 8k"
BOTH = f"{PICTURES} {SOUND} {H264} {AAC}"

RECIPES = {
    "faststart.mp4": f"{BOTH} -movflags +faststart",
    "index_last.mp4": BOTH,
    "silent.mp4": f"{PICTURES} {H264}",
    "fragmented.mp4": f"{PICTURES} {H264} -movflags frag_keyframe+empty_moov",
    "first_fragment_in_index.mp4": f"{BOTH} -movflags frag_keyframe",
    "cmaf.mp4": f"{BOTH} -movflags frag_keyframe+cmaf",
    "listed_fragments.mp4": (
        f"{PICTURES} {H264} -movflags frag_keyframe+empty_moov+default_base_moof+dash+global_sidx"
    ),
    "quicktime.mov": BOTH,
    "vp8.webm": f"{PICTURES} {SOUND} -c:v libvpx -c:a libvorbis",
    "vp9.webm": f"{PICTURES} {SOUND} -c:v libvpx-vp9 -c:a libopus -b:a 8k",
    "matroska.mkv": BOTH,
    "live.mkv": f"{BOTH} -live 1 -cluster_time_limit 300",
    "stream.ts": BOTH,
    "opus.ts": f"{PICTURES} {SOUND} {H264} -c:a libopus",
    "silent.ts": f"{PICTURES} {H264}",
    "clock_wraps.ts": f"{BOTH} -output_ts_offset 95442.4",
    "mpeg2.ts": f"{PICTURES} -c:v mpeg2video",
    "interlaced_full_hd.ts": (
        "-f lavfi -i color=size=1920x1080:duration=0.1 -c:v libx264 -preset ultrafast "
        "-flags +ildct+ilme"
    ),
    "cropped_444.ts": f"{PICTURES} -vf scale=50:38 -c:v libx264 -pix_fmt yuv444p",
    "sound.mp4": f"{SOUND} {AAC} -movflags +faststart",
    "sound.m4a": f"{SOUND} {AAC}",
    "sound.webm": f"{SOUND} -c:a libopus",
    "sound.ts": f"{SOUND} {AAC}",
    "sound.mp3": SOUND,
    "picture.jpg": f"{ONE_PICTURE} -update 1",
    "picture.png": f"{ONE_PICTURE} -update 1",
    "picture.webp": ONE_PICTURE,
    "picture.gif": PICTURES,
    "picture.avif": f"{ONE_PICTURE} -c:v libaom-av1 -cpu-used 8",
    "other.avi": f"{PICTURES} {H264}",
    "other.flv": f"{PICTURES} {H264}",
}


def make_clips(folder: Path) -> dict[str, bytes]:
    """The bytes of one clip for each recipe, and of one shown on its side."""
    for name, recipe in RECIPES.items():
        _ffmpeg(*recipe.split(), str(folder / name))
    upright, turned = str(folder / "faststart.mp4"), str(folder / "turned.mp4")
    _ffmpeg("-display_rotation", "90", "-i", upright, "-c", "copy", turned)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def make_one(recipe: str, path: Path) -> bytes:
    """The bytes of one clip more."""
    _ffmpeg(*recipe.split(), str(path))
    return path.read_bytes()


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([get_ffmpeg_exe(), "-v", "error", *arguments], check=True)


def prove(*chunks: bytes) -> VideoInfo:
    """Feed the chunks to a probe and finish it."""
    probe = ContainerProbe()
    for chunk in chunks:
        probe.feed(chunk)
    return probe.finish()


def outcome(*chunks: bytes) -> VideoInfo | str:
    """What `prove` returns, or the kind and text of the error it raises."""
    try:
        return prove(*chunks)
    except (NotAVideo, TruncatedVideo) as error:
        return f"{type(error).__name__}: {error}"
