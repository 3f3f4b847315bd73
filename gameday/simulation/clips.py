"""The videos of an invented season: a few, tiny, and made once."""

from dataclasses import replace
from pathlib import Path

from gameday.embedded.clips import Clip, make_clips
from gameday.embedded.sample import BLUE_RIDGE, CEDAR_VALLEY, PINE_HOLLOW, RED_MESA
from gameday.simulation.world import CLIPS

SIZE = 0.4  # of the sample day's clips


def season_clips(folder: Path) -> dict[str, Path]:
    """The videos by the names of `world.CLIPS`, made in `folder` where they are missing there.

    Raises ClipError.
    """
    models = (BLUE_RIDGE, PINE_HOLLOW, CEDAR_VALLEY, RED_MESA)
    tiny = [_tiny(model, name) for model, name in zip(models, CLIPS, strict=True)]
    return make_clips(tiny, folder)


def _tiny(clip: Clip, name: str) -> Clip:
    return replace(
        clip,
        name=name,
        width=_even(clip.width),
        height=_even(clip.height),
        seconds=1,
        camera=replace(clip.camera, zoom=clip.camera.zoom * SIZE),
    )


def _even(pixels: int) -> int:
    return round(pixels * SIZE / 2) * 2
