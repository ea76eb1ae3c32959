"""One button's turn: what contacts do, and what a technician is told."""

import pytest
from rich.console import Console

from kiosk.check.picture import picture
from kiosk.check.turn import PATIENCE_MS, Turn

PINS = {"frown": 5, "neutral": 6, "smile": 13}
WINDOW = 20
START = 1000


def turn(down: frozenset[str] = frozenset()) -> Turn:
    return Turn("smile", PINS, WINDOW, down, START)


def play(turn: Turn, *edges: tuple[str, bool, int]) -> Turn:
    """Edges at ms after the start, and a look long enough after the last."""
    for face, down, at in edges:
        turn.edge(face, down, START + at)
    turn.advance(START + edges[-1][2] + 100)
    return turn


def said(turn: Turn) -> tuple[bool | None, str]:
    assert turn.line is not None
    assert turn.line.name == "button-smile"
    return turn.line.ok, turn.line.said


def test_a_button_that_answers() -> None:
    assert said(play(turn(), ("smile", True, 500), ("smile", False, 620))) == (True, "answers")


def test_it_is_not_over_while_the_button_is_down() -> None:
    assert play(turn(), ("smile", True, 500)).line is None


def test_a_touch_shorter_than_the_debounce_time_is_no_press() -> None:
    assert play(turn(), ("smile", True, 500), ("smile", False, 510)).line is None


def test_some_bounces_are_normal_and_told() -> None:
    edges = [("smile", at % 2 == 0, 500 + at) for at in range(5)]
    assert said(play(turn(), *edges, ("smile", False, 700))) == (
        True,
        "answers; 4 bounces within 4 ms are normal",
    )


def test_a_contact_that_bounces_longer_than_the_debounce_time_is_worn() -> None:
    edges = [("smile", step % 2 == 0, 500 + 8 * step) for step in range(5)]
    ok, what = said(play(turn(), *edges, ("smile", False, 700)))
    assert not ok
    assert what.startswith("bounces for 32 ms")


def test_another_button_answered() -> None:
    over = play(turn(), ("frown", True, 500), ("frown", False, 620))
    assert said(over) == (False, "frown answered")
    assert over.line is not None
    assert over.line.do == "if smile was pressed: exchange the wires at BCM 13 and BCM 5"


def test_two_buttons_answer_to_one_press() -> None:
    down = [("smile", True, 500), ("neutral", True, 505)]
    over = play(turn(), *down, ("smile", False, 700), ("neutral", False, 705))
    assert said(over) == (False, "answers together with neutral")


def test_a_button_that_is_down_at_the_start() -> None:
    over = turn(frozenset({"smile"}))
    assert said(over) == (False, "is down, and nobody presses")
    assert over.line is not None
    assert "BCM 13 and ground" in over.line.do


def test_another_button_that_is_down_at_the_start_does_not_disturb() -> None:
    over = play(turn(frozenset({"frown"})), ("smile", True, 500), ("smile", False, 620))
    assert said(over) == (True, "answers")


def test_another_button_that_is_let_go_is_no_answer() -> None:
    assert play(turn(frozenset({"frown"})), ("frown", False, 500)).line is None


def test_a_button_that_never_answers() -> None:
    over = turn()
    over.advance(START + PATIENCE_MS - 1)
    assert over.line is None
    assert over.seconds_left(START + PATIENCE_MS - 1) == 1
    over.advance(START + PATIENCE_MS)
    assert said(over) == (False, "does not answer within 20 s")


def test_a_button_that_does_not_come_up_again() -> None:
    over = play(turn(), ("smile", True, 500))
    over.advance(START + 500 + 2 * PATIENCE_MS)
    assert said(over) == (False, "smile does not come up again")


# ---------------------------------------------------------------- the picture


@pytest.mark.parametrize(
    "faces", [("frown", "neutral", "smile"), tuple(f"muka-{n}" for n in range(8))]
)
def test_the_picture_fits_and_speaks_without_colour(faces: tuple[str, ...]) -> None:
    console = Console(width=80, no_color=True)
    with console.capture() as captured:
        console.print(picture(faces, faces[1], frozenset({faces[1]}), {faces[0]: False}, 17))
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 80
    for word in ("DOWN", "up", "wrong", "PRESS", "later", "17 s left"):
        assert any(word in line for line in lines), word
