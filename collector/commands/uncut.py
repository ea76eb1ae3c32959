"""Tables for people: words may take a second line; a figure is never cut: it would be another."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Column, Table

_ENDLESS: Final = 10_000  # columns


def uncut(table: Table) -> str:
    """As wide as the terminal, or wider where whole words and figures ask for it."""
    console = Console()
    endless = console.options.update(max_width=_ENDLESS)
    for column in table.columns:
        cells = [console.measure(cell, options=endless) for cell in _cells(column)]
        column.min_width = max(cell.maximum if column.no_wrap else cell.minimum for cell in cells)
    console.width = max(console.width, console.measure(table, options=endless).minimum)
    with console.capture() as captured:
        console.print(table, crop=False)
    return captured.get()


def _cells(column: Column) -> Iterator[RenderableType]:
    yield column.header
    yield from column.cells
