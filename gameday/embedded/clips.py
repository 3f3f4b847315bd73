"""Short basketball clips made by ffmpeg, so that the sample day needs no download."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from imageio_ffmpeg import get_ffmpeg_exe

from gameday.embedded.drawing import (
    BALL_SIZE,
    COURT_LENGTH,
    DARK,
    OVERSIZE,
    PLAYER_SIZE,
    Canvas,
    Teams,
    mixed,
    paint_ball,
    paint_ball_shadow,
    paint_board,
    paint_court,
    paint_player,
)

FRAMES_PER_SECOND = 30
WORKSHOP = ".making-"


class ClipError(RuntimeError):
    """A clip could not be made; the text names it and says why."""


@dataclass(frozen=True)
class Play:
    """Around which points of the court, in feet, the players move; the first has the ball."""

    home: tuple[tuple[float, float], ...]
    away: tuple[tuple[float, float], ...]


HALF_COURT = Play(
    home=((64.0, 22.0), (70.0, 7.0), (73.0, 42.0), (83.0, 11.0), (84.0, 38.0)),
    away=((70.0, 25.0), (75.0, 13.0), (77.0, 36.0), (88.0, 19.0), (86.0, 30.0)),
)
FAST_BREAK = Play(
    home=((50.0, 19.0), (62.0, 8.0), (60.0, 39.0), (37.0, 30.0), (29.0, 13.0)),
    away=((57.0, 26.0), (69.0, 17.0), (43.0, 38.0), (41.0, 11.0), (31.0, 21.0)),
)
UNDER_THE_BASKET = Play(
    home=((74.0, 33.0), (90.0, 41.0), (79.0, 9.0), (84.0, 21.0), (65.0, 15.0)),
    away=((79.0, 36.0), (87.0, 34.0), (75.0, 19.0), (89.0, 16.0), (70.0, 24.0)),
)


@dataclass(frozen=True)
class Camera:
    """What part of the court a clip shows, and how large.

    x, y: the point of the court, in feet, in the middle of the picture.
    zoom: pixels per foot. mirrored: the home team attacks to the left.
    """

    x: float
    y: float
    zoom: float
    mirrored: bool = False


@dataclass(frozen=True)
class Clip:
    """A clip as it is to be made.

    name: of the file; its suffix is the container, `.mp4` (H.264, AAC) or `.webm` (VP9, Opus).
    width, height: pixels; a clip higher than wide shows the court turned.
    score: home and visitors. seconds_left: on the scoreboard's clock in the first frame.
    """

    name: str
    width: int
    height: int
    seconds: int
    teams: Teams
    play: Play
    camera: Camera
    score: tuple[int, int]
    seconds_left: int
    audio: bool = True

    @property
    def upright(self) -> bool:
        """Whether the clip is higher than wide."""
        return self.height > self.width


def make_clips(
    clips: Sequence[Clip],
    folder: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    ffmpeg: str | None = None,
) -> dict[str, Path]:
    """The files of `clips` in `folder`, by name; what is there already is not made again.

    A file appears only when it is whole. `progress` is told, after each clip, how many of how
    many are there. `ffmpeg` is the program to use; imageio-ffmpeg's by default.
    Raises ClipError, and OSError where `folder` cannot be made.
    """
    program = ffmpeg or get_ffmpeg_exe()
    # The most work first, so that the processors finish together.
    ordered = sorted(clips, key=lambda clip: -clip.width * clip.height * clip.seconds)
    paths = {}
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    with _alone_in(folder):
        try:
            names = {pool.submit(_file, clip, folder, program): clip.name for clip in ordered}
            for done in as_completed(names):
                paths[names[done]] = done.result()
                if progress:
                    progress(len(paths), len(clips))
        finally:
            pool.shutdown(cancel_futures=True)
    return paths


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold `folder` against other processes, cleared of what an interrupted one left."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left_over in folder.glob(f"{WORKSHOP}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        yield


def _file(clip: Clip, folder: Path, program: str) -> Path:
    arguments = _arguments(clip)
    recipe = hashlib.sha256(repr((clip, arguments)).encode()).hexdigest()[:8]
    path = folder / f"{Path(clip.name).stem}.{recipe}{Path(clip.name).suffix}"
    if path.exists():
        return path
    try:
        with TemporaryDirectory(prefix=WORKSHOP, dir=folder) as workshop:
            _paint(clip, Path(workshop))
            _encode([program, *arguments], Path(workshop))
            Path(workshop, clip.name).replace(path)
    except (OSError, ClipError) as error:
        raise ClipError(f"cannot make the sample clip {clip.name} in {folder}: {error}") from error
    return path


def _encode(command: list[str], workshop: Path) -> None:
    done = subprocess.run(
        command,
        cwd=workshop,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise ClipError(f"{command[0]} exited with {done.returncode} and said: {said[-1]}")


def _paint(clip: Clip, workshop: Path) -> None:
    """Save the pictures that a clip is composed of, named as `_arguments` expects them."""
    camera, teams = clip.camera, clip.teams
    width, height = sorted((clip.width, clip.height), reverse=True)
    court = Canvas(
        width,
        height,
        mixed(teams.home, DARK, 0.6),
        unit=camera.zoom,
        left=camera.x - width / camera.zoom / 2,
        top=camera.y - height / camera.zoom / 2,
    )
    paint_court(court, teams)
    court.save(workshop / "court.pam")
    paint_player(camera.zoom, teams.home).save(workshop / "home.pam")
    paint_player(camera.zoom, teams.away).save(workshop / "away.pam")
    paint_ball_shadow(camera.zoom).save(workshop / "shadow.pam")
    paint_ball(camera.zoom).save(workshop / "ball.pam")
    unit = clip.width / (66 if clip.upright else 120)
    home, away = clip.score
    for second in range(clip.seconds):
        scored = 2 if second >= clip.seconds / 2 else 0
        board = paint_board(unit, teams, (home + scored, away), clip.seconds_left - second)
        board.save(workshop / f"board{second}.pam")


def _arguments(clip: Clip) -> list[str]:
    """ffmpeg's arguments; file names are relative to the folder of the pictures."""
    web = clip.name.endswith(".webm")
    video = (
        "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 30 -b:v 0"
        if web
        else "-c:v libx264 -preset veryfast -crf 21 -profile:v main -movflags +faststart"
    )
    audio = "-c:a libopus -b:a 64k" if web else "-c:a aac -b:a 96k"
    graph = ";".join(_picture_graph(clip) + (_sound_graph(clip) if clip.audio else []))
    return (
        "-hide_banner -nostdin -loglevel error"
        f" -framerate {FRAMES_PER_SECOND} -i court.pam -framerate 1 -i board%d.pam"
        " -i home.pam -i away.pam -i shadow.pam -i ball.pam"
        f" -filter_complex_threads 1 -filter_complex {graph}"
        f" -map [picture] {video} -pix_fmt yuv420p -threads 1"
        f"{f' -map [sound] {audio}' if clip.audio else ''}"
        f" -t {clip.seconds} -map_metadata -1"
        f" -fflags +bitexact -flags:v +bitexact -flags:a +bitexact {clip.name}"
    ).split()


def _picture_graph(clip: Clip) -> list[str]:
    """Filters that lay players, ball and scoreboard over the still court."""
    shrink = f"scale=iw/{OVERSIZE}:ih/{OVERSIZE}:flags=area,format=gbrap"
    turn = ",transpose=clock" if clip.upright else ""
    filters = [
        f"[0]{shrink}{turn},vignette=PI/5,format=gbrp,loop=loop=-1:size=1[court]",
        f"[1]{shrink}[board]",
        f"[4]{shrink}[shadow]",
        f"[5]{shrink}[ball]",
    ]
    below = "court"
    for number, (team, spots) in enumerate((("home", clip.play.home), ("away", clip.play.away)), 2):
        copies = [f"{team}{player}" for player in range(len(spots))]
        filters.append(f"[{number}]{shrink},split={len(spots)}" + "".join(f"[{c}]" for c in copies))
        for copy, spot in zip(copies, spots, strict=True):
            x, y = _position(clip, *_path(spot), PLAYER_SIZE)
            filters.append(f"[{below}][{copy}]{_overlay(x, y)}[on_{copy}]")
            below = f"on_{copy}"
    handler_x, handler_y = _path(clip.play.home[0])
    x, y = _position(clip, f"{handler_x}+2.4", f"{handler_y}+1.6", BALL_SIZE)
    filters.append(f"[{below}][shadow]{_overlay(x, y)}[on_shadow]")
    height = f"{3.2 * clip.camera.zoom:.3f}*abs(cos(2*PI*t))"
    filters.append(f"[on_shadow][ball]{_overlay(x, f'{y}-{height}')}[on_ball]")
    margin = clip.height // 40
    filters.append(f"[on_ball][board]{_overlay('(W-w)/2', f'H-h-{margin}')}[picture]")
    return filters


def _overlay(x: str, y: str) -> str:
    return f"overlay=x='{x}':y='{y}':format=gbrp"


def _path(spot: tuple[float, float]) -> tuple[str, str]:
    """Where the player of `spot` is, in feet, as expressions of the time t in seconds."""
    x, y = spot
    period = 2.4 + (x + y) % 1.7
    return (
        f"{x}+3.2*sin(2*PI*t/{period:.2f}+{x % 6:.2f})",
        f"{y}+3.6*cos(2*PI*t/{period + 0.6:.2f}+{y % 6:.2f})",
    )


def _position(clip: Clip, x: str, y: str, size: float) -> tuple[str, str]:
    """The upper left corner, in pixels, of a picture `size` feet wide around a point in feet."""
    camera = clip.camera
    if camera.mirrored:
        x = f"{COURT_LENGTH}-({x})"
    right = f"{camera.zoom}*({x}-{camera.x})"
    down = f"{camera.zoom}*({y}-{camera.y})"
    if clip.upright:
        right, down = f"-{down}", right
    half = size * camera.zoom / 2
    return f"{clip.width / 2 - half:.2f}+{right}", f"{clip.height / 2 - half:.2f}+{down}"


def _sound_graph(clip: Clip) -> list[str]:
    """Filters for the sound: a crowd that swells, in stereo, and the bounces of the ball."""

    def crowd(seed: int) -> str:
        noise = f"anoisesrc=color=pink:sample_rate=48000:amplitude=0.5:seed={seed}"
        return f"{noise}:duration={clip.seconds},highpass=f=220,lowpass=f=2400,tremolo=f=0.3:d=0.5"

    bounce = r"0.7*sin(2*PI*75*t)*exp(-22*mod(t+0.25\,0.5))"
    return [
        f"{crowd(clip.seconds_left)}[left]",
        f"{crowd(clip.seconds_left + 1)}[right]",
        "[left][right]join=inputs=2:channel_layout=stereo[crowd]",
        f"aevalsrc='{bounce}|{bounce}':sample_rate=48000:duration={clip.seconds}[bounces]",
        "[crowd][bounces]amix=inputs=2:normalize=0[sound]",
    ]
