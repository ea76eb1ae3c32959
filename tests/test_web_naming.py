"""Names beside points: readable, inside of the picture, and where the axes put their points."""

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from collector.web import funnel
from collector.web.naming import Point, boxes, sides

WIDTH, HEIGHT = 900.0, 260.0
names = st.text("abcdefgh ", min_size=1, max_size=25)
points = st.lists(st.builds(Point, st.floats(0, WIDTH), st.floats(0, HEIGHT), names), max_size=25)


@given(points)
def test_no_name_lies_upon_another_or_a_point_or_outside(points: list[Point]) -> None:
    found = sides(points, range(len(points)), WIDTH, HEIGHT)
    covered = [dict(boxes(points[each]))[side] for each, side in found.items()]
    assert not any(one.meets(other) for one, other in combinations(covered, 2))
    for box in covered:
        assert box.left >= 0
        assert box.right <= WIDTH
        assert box.top >= 0
        assert box.bottom <= HEIGHT
        assert not any(box.left < x < box.right and box.top < y < box.bottom for x, y, _ in points)


def test_the_most_important_is_named_first_and_each_where_there_is_room() -> None:
    crowd = [Point(450, 130, "Kec. Martapura Barat"), Point(455, 131, "Kec. Telaga Bauntung")]
    assert sides(crowd, [1, 0], WIDTH, HEIGHT) == {1: "right", 0: "left"}
    assert sides(crowd[:1], [0], 460, HEIGHT) == {0: "left"}
    assert sides([crowd[0]._replace(x=80)], [0], 160, HEIGHT) == {0: "above"}
    assert sides([crowd[0]._replace(x=80)], [0], 100, HEIGHT) == {}


def test_a_name_stands_beside_the_point_that_is_drawn() -> None:
    """Our reckoning of the axes is that of the picture."""
    values = ((40, 61.0), (130, 74.5), (900, 93.25), (7000, 80.0))
    marks = tuple(
        funnel.Mark(f"a{n}", n, value, 82.0, 85.0, "jelas di bawah") for n, value in values
    )
    for narrow in (False, True):
        drawn = funnel.draw(funnel.Picture(marks, narrow, "id"))
        at = r"translate\(([\d.]+),\s?([\d.]+)\)"
        points = re.findall(rf'<path[^>]*transform="{at}"[^>]*fill="#9c1c1c"', drawn)
        frame, reach = funnel.Frame(narrow, 60, 95), (20, 10000)
        reckoned = [funnel._point(mark, frame, reach) for mark in marks]
        assert len(points) == len(marks)
        for (x, y), point in zip(points, reckoned, strict=True):
            assert abs(float(x) - point.x) < 0.6
            assert abs(float(y) - point.y) < 0.6
