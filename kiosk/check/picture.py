"""The box in a terminal: which button is asked for, which are down. Words say it, colour helps."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

MARKS: Final = {True: "ok", False: "wrong"}
WIDEST: Final = 76  # columns


def picture(
    faces: Sequence[str],
    asked: str,
    down: frozenset[str],
    verdicts: Mapping[str, bool],
    seconds_left: int,
) -> RenderableType:
    """`verdicts`: of the buttons whose turn is over."""
    table = Table(box=box.ROUNDED, show_lines=True, width=min(WIDEST, 16 * len(faces) + 1))
    for face in faces:
        title = Text(face, style="bold reverse" if face == asked else "bold", overflow="fold")
        table.add_column(title, justify="center", ratio=1)
    table.add_row(*(_button(face in down) for face in faces))
    table.add_row(*(_state(face, asked, verdicts) for face in faces))
    return Group(table, Text(f"{seconds_left} s left; Ctrl-C ends the check", style="dim"))


def _button(is_down: bool) -> Text:
    return Text("DOWN", style="bold reverse") if is_down else Text("up")


def _state(face: str, asked: str, verdicts: Mapping[str, bool]) -> Text:
    if face == asked:
        return Text("PRESS ME", style="bold")
    if face not in verdicts:
        return Text("later", style="dim")
    return Text(MARKS[verdicts[face]], style="green" if verdicts[face] else "red bold")
