"""The size of an output's frames, from the source's size and the job's settings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FrameSize:
    """Pixels: the picture is scaled to `width` x `height` and centred in the padded frame."""

    width: int
    height: int
    padded_width: int
    padded_height: int

    @property
    def is_padded(self) -> bool:
        return (self.width, self.height) != (self.padded_width, self.padded_height)


def frame_size(
    source_width: int,
    source_height: int,
    width: int | None = None,
    height: int | None = None,
    behavior: str = "DEFAULT",
) -> FrameSize:
    """Scale a source into `width` x `height`; sizes that follow the source become even.

    `behavior` is MediaConvert's ScalingBehavior:
    https://docs.aws.amazon.com/mediaconvert/latest/ug/video-scaling.html
    """
    if width and height and behavior == "STRETCH_TO_OUTPUT":
        return FrameSize(width, height, width, height)
    factors = [wanted / size for wanted, size in _pairs(source_width, source_height, width, height)]
    factor = min(factors, default=1.0)
    if behavior == "FIT_NO_UPSCALE":
        factor = min(factor, 1.0)
    scaled = _even(source_width, factor), _even(source_height, factor)
    if width and height and behavior == "DEFAULT":
        return FrameSize(*scaled, width, height)
    return FrameSize(*scaled, *scaled)


def _pairs(
    source_width: int, source_height: int, width: int | None, height: int | None
) -> list[tuple[int, int]]:
    pairs = [(width, source_width), (height, source_height)]
    return [(wanted, size) for wanted, size in pairs if wanted]


def _even(size: int, factor: float) -> int:
    """The even number next to the scaled size; an unscaled odd size loses a pixel."""
    if factor == 1.0:
        return max(2, size // 2 * 2)
    return max(2, round(size * factor / 2) * 2)
