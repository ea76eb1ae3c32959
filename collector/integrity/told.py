"""How an audit says that it gets on."""

from collections.abc import Callable
from typing import Literal

Stage = Literal["votes", "counts"]
Told = Callable[[Stage, int], object]  # so much more of a stage is done


def nobody(stage: Stage, done: int) -> None:
    """Nobody waits."""
