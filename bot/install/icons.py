"""The app's mark: a rounded square with two speech shapes, the answer before the question. Drawn from formulas, antialiased."""

from collections.abc import Callable
from functools import cache, partial
from math import hypot

from bot.install.png import Colour, picture

ACCENT = (0x3A, 0x4F, 0xC9)
PALE = (0xC5, 0xCC, 0xF5)
WHITE = (0xFF, 0xFF, 0xFF)
COLOUR_SIDE, OUTLINE_SIDE = 192, 32
Point = tuple[float, float]
Shape = Callable[[float, float], float]
"""The distance of a point to a shape's edge, in parts of the picture's side; below zero inside."""


@cache
def colour_icon() -> bytes:
    """192 by 192, in full colour."""
    return picture(COLOUR_SIDE, partial(_coloured, COLOUR_SIDE))


@cache
def outline_icon() -> bytes:
    """32 by 32, white on nothing."""
    return picture(OUTLINE_SIDE, partial(_outlined, OUTLINE_SIDE))


def _coloured(side: int, column: int, row: int) -> Colour:
    red, green, blue = (float(value) for value in ACCENT)
    for shape, ink in ((_behind, PALE), (_gap, ACCENT), (_before, WHITE), (_lines, ACCENT)):
        part = _covered(shape, side, column, row)
        red, green, blue = (old + (new - old) * part for old, new in zip((red, green, blue), ink, strict=True))
    return Colour(round(red), round(green), round(blue), round(255 * _covered(_ground, side, column, row)))


def _outlined(side: int, column: int, row: int) -> Colour:
    behind = _covered(_ring(_behind), side, column, row) * (1.0 - _covered(_gap, side, column, row))
    before = _covered(_ring(_before), side, column, row)
    return Colour(*WHITE, round(255 * max(behind, before)))


def _covered(shape: Shape, side: int, column: int, row: int) -> float:
    """How much of a pixel a shape covers, 0 to 1, as if its edge ran straight through."""
    return min(1.0, max(0.0, 0.5 - shape((column + 0.5) / side, (row + 0.5) / side) * side))


def _box(x: float, y: float, *, middle: tuple[float, float], half: tuple[float, float], radius: float) -> float:
    across, down = abs(x - middle[0]) - half[0] + radius, abs(y - middle[1]) - half[1] + radius
    return hypot(max(across, 0.0), max(down, 0.0)) + min(max(across, down), 0.0) - radius


def _ground(x: float, y: float) -> float:
    return _box(x, y, middle=(0.5, 0.5), half=(0.5, 0.5), radius=0.22)


def _behind(x: float, y: float) -> float:
    box = _box(x, y, middle=(0.41, 0.37), half=(0.26, 0.19), radius=0.09)
    return min(box, _corner(x, y, ((0.15, 0.41), (0.35, 0.54), (0.15, 0.70))))


def _before(x: float, y: float) -> float:
    box = _box(x, y, middle=(0.59, 0.58), half=(0.26, 0.19), radius=0.09)
    return min(box, _corner(x, y, ((0.65, 0.75), (0.85, 0.62), (0.85, 0.91))))


def _gap(x: float, y: float) -> float:
    return _before(x, y) - 0.035


def _lines(x: float, y: float) -> float:
    long = _box(x, y, middle=(0.59, 0.535), half=(0.15, 0.023), radius=0.023)
    return min(long, _box(x, y, middle=(0.54, 0.625), half=(0.10, 0.023), radius=0.023))


def _corner(x: float, y: float, points: tuple[Point, Point, Point]) -> float:
    """A triangle, its points clockwise as seen on the screen."""
    edges = zip(points, (*points[1:], points[0]), strict=True)
    return max(_beyond(x, y, start, end) for start, end in edges)


def _beyond(x: float, y: float, start: Point, end: Point) -> float:
    """How far a point lies to the left of the way from `start` to `end`."""
    across, down = end[0] - start[0], end[1] - start[1]
    return ((x - start[0]) * down - (y - start[1]) * across) / hypot(across, down)


def _ring(shape: Shape) -> Shape:
    return lambda x, y: abs(shape(x, y) + 0.03) - 0.032
