"""Bars on the terminal, one for each stage of a long command; none where there is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from collector.ledger.copying import Progress as Told


@contextmanager
def stages() -> Iterator[Callable[[str], Told]]:
    """A function that begins a stage by its name, and gives what tells how far it is."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        yield lambda name: _teller(bar, name)


def _teller(bar: Progress, name: str) -> Told:
    task = bar.add_task(name, total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)
