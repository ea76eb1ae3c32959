"""Where names stand beside the points of a picture, so that none lies upon another or a point.

Pure; pixels, from the upper left corner.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, get_args

Side = Literal["right", "left", "above", "below"]
SIDES: Final[tuple[Side, ...]] = get_args(Side)

APART: Final = 9.0  # from the point to its name
_LETTER: Final = 6.6  # no font of ours is wider at 12 pixels, on average
_HALF: Final = 7.5  # of a line's height
_POINT: Final = 6.0  # its radius


class Point(NamedTuple):
    x: float
    y: float
    name: str


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def sides(
    points: Sequence[Point], named: Sequence[int], width: float, height: float
) -> dict[int, Side]:
    """For each of `named`, most important first, its side; one that finds no room has no name."""
    taken = [_upon(point) for point in points]
    picture = Box(0, 0, width, height)
    found: dict[int, Side] = {}
    for each in named:
        for side, box in boxes(points[each]):
            if _within(box, picture) and not any(box.meets(other) for other in taken):
                found[each] = side
                taken.append(box)
                break
    return found


def boxes(point: Point) -> Iterator[tuple[Side, Box]]:
    """What its name covers on each side, best side first."""
    x, y, length = point.x, point.y, _LETTER * len(point.name)
    yield "right", Box(x + APART, y - _HALF, x + APART + length, y + _HALF)
    yield "left", Box(x - APART - length, y - _HALF, x - APART, y + _HALF)
    left, right = x - length / 2, x + length / 2
    yield "above", Box(left, y - APART - 2 * _HALF, right, y - APART)
    yield "below", Box(left, y + APART, right, y + APART + 2 * _HALF)


def _upon(point: Point) -> Box:
    return Box(point.x - _POINT, point.y - _POINT, point.x + _POINT, point.y + _POINT)


def _within(box: Box, picture: Box) -> bool:
    return (
        picture.left <= box.left
        and box.right <= picture.right
        and picture.top <= box.top
        and box.bottom <= picture.bottom
    )
