"""Pictures for the sample clips: a basketball court from above, players, a ball, a scoreboard.

They are painted in plain pixels and larger than shown: scaling them down smooths the edges.
No font and no imaging library is needed.
"""

from dataclasses import dataclass
from math import inf, sqrt
from pathlib import Path

Colour = tuple[int, int, int, int]
"""Red, green, blue and opacity, each 0 to 255."""

WHITE: Colour = (250, 250, 245, 255)
DARK: Colour = (22, 24, 31, 255)
AMBER: Colour = (255, 196, 84, 255)
ORANGE: Colour = (236, 118, 32, 255)
SHADOW: Colour = (0, 0, 0, 100)

OVERSIZE = 3
"""How many times larger, in each direction, than shown a picture is painted."""

# The measures of a college court, in feet.
COURT_LENGTH, COURT_WIDTH, LINE = 94.0, 50.0, 0.5
LANE_LENGTH, LANE_WIDTH, CIRCLE_RADIUS = 19.0, 12.0, 6.0
RIM_FROM_BASELINE, RIM_RADIUS, BACKBOARD_FROM_BASELINE = 5.25, 0.95, 4.0
THREE_POINT_RADIUS, THREE_POINT_FROM_SIDELINE = 22.15, 3.35
PLANK_WIDTH = 1.25

PLAYER_SIZE, BALL_SIZE = 5.0, 2.6  # of the pictures, in feet; larger than life, to be seen
BOARD_WIDTH, BOARD_HEIGHT = 47.0, 6.5  # in the board's own units
SEGMENTS = ("abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg")


@dataclass(frozen=True)
class Teams:
    """The colours of a game: the home team's, the visitors' and the floor's."""

    home: Colour
    away: Colour
    floor: Colour


class Canvas:
    """A picture, painted in units of its own from an origin of its own.

    width, height: as shown, in pixels. unit: pixels, as shown, of one unit.
    left, top: coordinates, in units, of the picture's upper left corner.
    """

    def __init__(
        self,
        width: int,
        height: int,
        background: Colour,
        *,
        unit: float,
        left: float = 0.0,
        top: float = 0.0,
    ) -> None:
        self._width, self._height = width * OVERSIZE, height * OVERSIZE
        self._scale, self._left, self._top = unit * OVERSIZE, left, top
        self._pixels = bytearray(bytes(background) * (self._width * self._height))

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """A filled rectangle."""
        for row in range(self._row(top), self._row(bottom)):
            self._span(row, left, right, colour)

    def frame(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """The outline of a rectangle, one court line wide."""
        self.box(left, top, right, top + LINE, colour)
        self.box(left, bottom - LINE, right, bottom, colour)
        self.box(left, top, left + LINE, bottom, colour)
        self.box(right - LINE, top, right, bottom, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A filled circle."""
        self.ring(x, y, radius, colour, thickness=radius)

    def ring(
        self,
        x: float,
        y: float,
        radius: float,
        colour: Colour,
        *,
        thickness: float = LINE,
        left: float = -inf,
        right: float = inf,
    ) -> None:
        """A circle's line, of which nothing is painted before `left` or after `right`."""
        for row in range(self._row(y - radius), self._row(y + radius)):
            distance = (row + 0.5) / self._scale + self._top - y
            outer = sqrt(max(radius**2 - distance**2, 0.0))
            inner = sqrt(max((radius - thickness) ** 2 - distance**2, 0.0))
            self._span(row, max(x - outer, left), min(x - inner, right), colour)
            self._span(row, max(x + inner, left), min(x + outer, right), colour)

    def save(self, path: Path) -> None:
        """Write the picture as PAM: pixels with opacity behind a header in plain text.

        https://netpbm.sourceforge.net/doc/pam.html
        """
        size = f"WIDTH {self._width}\nHEIGHT {self._height}\nDEPTH 4\nMAXVAL 255\n"
        path.write_bytes(f"P7\n{size}TUPLTYPE RGB_ALPHA\nENDHDR\n".encode() + self._pixels)

    def _row(self, y: float) -> int:
        return min(max(round((y - self._top) * self._scale), 0), self._height)

    def _column(self, x: float) -> int:
        return round(min(max((x - self._left) * self._scale, 0), self._width))

    def _span(self, row: int, left: float, right: float, colour: Colour) -> None:
        first, last = self._column(left), self._column(right)
        if first < last:
            start = row * self._width
            self._pixels[4 * (start + first) : 4 * (start + last)] = bytes(colour) * (last - first)


def colour(code: str) -> Colour:
    """The opaque colour written `rrggbb` in hexadecimal."""
    red, green, blue = bytes.fromhex(code)
    return red, green, blue, 255


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with `share`, 0 to 1, of `other` in it."""
    red, green, blue, opacity = (
        round(a + (b - a) * share) for a, b in zip(one, other, strict=True)
    )
    return red, green, blue, opacity


def _brightness(one: Colour) -> float:
    """How bright a colour looks, 0 to 255: ITU-R BT.601's luma."""
    red, green, blue, _ = one
    return 0.299 * red + 0.587 * green + 0.114 * blue


def paint_court(canvas: Canvas, teams: Teams) -> None:
    """A whole court in feet, the home team's end at the left, its corner at the origin."""
    middle, centre = COURT_LENGTH / 2, COURT_WIDTH / 2
    for plank in range(int(COURT_WIDTH / PLANK_WIDTH)):
        shade = mixed(teams.floor, DARK, (0.0, 0.05, 0.02, 0.07)[plank * 7 % 4])
        canvas.box(0, plank * PLANK_WIDTH, COURT_LENGTH, (plank + 1) * PLANK_WIDTH, shade)
    canvas.disc(middle, centre, CIRCLE_RADIUS, mixed(teams.floor, teams.home, 0.55))
    canvas.ring(middle, centre, CIRCLE_RADIUS, WHITE)
    canvas.ring(middle, centre, CIRCLE_RADIUS / 3, WHITE)
    canvas.box(middle - LINE / 2, 0, middle + LINE / 2, COURT_WIDTH, WHITE)
    _paint_end(canvas, teams.home, 0.0, 1)
    _paint_end(canvas, teams.away, COURT_LENGTH, -1)
    canvas.frame(0, 0, COURT_LENGTH, COURT_WIDTH, WHITE)


def _paint_end(canvas: Canvas, team: Colour, baseline: float, inward: int) -> None:
    """The lane, the three-point line and the basket of the end at `baseline`."""
    centre = COURT_WIDTH / 2

    def across(start: float, end: float) -> tuple[float, float]:
        """Two distances from the baseline as coordinates from left to right."""
        left, right = sorted((baseline + inward * start, baseline + inward * end))
        return left, right

    left, right = across(0, LANE_LENGTH)
    canvas.box(left, centre - LANE_WIDTH / 2, right, centre + LANE_WIDTH / 2, team)
    canvas.frame(left, centre - LANE_WIDTH / 2, right, centre + LANE_WIDTH / 2, WHITE)
    left, right = across(LANE_LENGTH - LINE, COURT_LENGTH)
    free_throw = baseline + inward * LANE_LENGTH
    canvas.ring(free_throw, centre, CIRCLE_RADIUS, WHITE, left=left, right=right)

    rim = baseline + inward * RIM_FROM_BASELINE
    half_width = centre - THREE_POINT_FROM_SIDELINE
    arc_begins = RIM_FROM_BASELINE + sqrt(THREE_POINT_RADIUS**2 - half_width**2)
    left, right = across(arc_begins, COURT_LENGTH)
    canvas.ring(rim, centre, THREE_POINT_RADIUS, WHITE, left=left, right=right)
    left, right = across(0, arc_begins)
    for side in (centre - half_width, centre + half_width - LINE):
        canvas.box(left, side, right, side + LINE, WHITE)

    left, right = across(BACKBOARD_FROM_BASELINE - LINE, BACKBOARD_FROM_BASELINE)
    canvas.box(left, centre - 3, right, centre + 3, WHITE)
    canvas.ring(rim, centre, RIM_RADIUS, ORANGE)


def paint_player(unit: float, team: Colour) -> Canvas:
    """A player of `team`, seen from above, with a shadow; `unit` is pixels per foot."""
    size = round(PLAYER_SIZE * unit)
    canvas = Canvas(size, size, (0, 0, 0, 0), unit=size / PLAYER_SIZE)
    canvas.disc(2.8, 2.9, 2.05, SHADOW)
    canvas.disc(2.4, 2.4, 2.1, WHITE)
    canvas.disc(2.4, 2.4, 1.75, team)
    canvas.disc(2.4, 2.4, 0.85, mixed(team, WHITE, 0.3))
    return canvas


def paint_ball(unit: float) -> Canvas:
    """A ball; `unit` is pixels per foot."""
    size = round(BALL_SIZE * unit)
    canvas = Canvas(size, size, (0, 0, 0, 0), unit=size / BALL_SIZE)
    canvas.disc(1.3, 1.3, 1.25, DARK)
    canvas.disc(1.3, 1.3, 1.05, ORANGE)
    canvas.disc(1.05, 0.95, 0.35, mixed(ORANGE, WHITE, 0.5))
    return canvas


def paint_ball_shadow(unit: float) -> Canvas:
    """The shadow of a ball on the floor; `unit` is pixels per foot."""
    size = round(BALL_SIZE * unit)
    canvas = Canvas(size, size, (0, 0, 0, 0), unit=size / BALL_SIZE)
    canvas.disc(1.3, 1.3, 0.9, SHADOW)
    return canvas


def paint_board(unit: float, teams: Teams, score: tuple[int, int], seconds_left: int) -> Canvas:
    """A scoreboard: home score, clock as M:SS, visitors' score; scores are below 100."""
    canvas = Canvas(round(BOARD_WIDTH * unit), round(BOARD_HEIGHT * unit), DARK, unit=unit)
    canvas.box(0, 0, 15, BOARD_HEIGHT, teams.home)
    canvas.box(BOARD_WIDTH - 15, 0, BOARD_WIDTH, BOARD_HEIGHT, teams.away)
    sides = ((3.75, teams.home, score[0]), (BOARD_WIDTH - 11.25, teams.away, score[1]))
    for left, team, points in sides:
        ink = DARK if _brightness(team) > 140 else WHITE
        _paint_digit(canvas, left, points // 10, ink)
        _paint_digit(canvas, left + 4.2, points % 10, ink)
    minutes, seconds = divmod(seconds_left, 60)
    _paint_digit(canvas, 16.6, minutes, AMBER)
    for dot in (2.1, 3.9):
        canvas.box(20.7, dot, 21.3, dot + 0.6, AMBER)
    _paint_digit(canvas, 22.3, seconds // 10, AMBER)
    _paint_digit(canvas, 26.5, seconds % 10, AMBER)
    return canvas


def _paint_digit(canvas: Canvas, left: float, digit: int, lit: Colour) -> None:
    """A digit of seven segments, 3.2 units wide, in the middle of the board's height."""
    thick, right, top, middle, bottom = 0.7, left + 3.2, 1.0, 2.9, 5.5
    boxes = {
        "a": (left, top, right, top + thick),
        "b": (right - thick, top, right, middle + thick),
        "c": (right - thick, middle, right, bottom),
        "d": (left, bottom - thick, right, bottom),
        "e": (left, middle, left + thick, bottom),
        "f": (left, top, left + thick, middle + thick),
        "g": (left, middle, right, middle + thick),
    }
    for segment in SEGMENTS[digit]:
        canvas.box(*boxes[segment], lit)
