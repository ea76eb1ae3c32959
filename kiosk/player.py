"""Plays signals step by step; the loop calls it, so no thread ever blinks a lamp by itself."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from kiosk.signals import DARK, SIGNALS, Name, State, Step, state

_BETWEEN: Final = Step(60, "none")  # two tones of the same face would look and sound like one


class Cue(NamedTuple):
    step: Step
    pressed: str | None
    must: bool = False  # nothing cuts it short


class Player:
    """One signal at a time: a new one takes the place of the old. Times are ms, handed in.

    The tone of each `counted` is heard out, though, and what comes meanwhile follows it. A slow
    card commits two citizens' votes in one moment, and each sees a light of their own; whoever
    presses again while it commits must not see the refusal alone.

    `show` gets the lit lamps and the buzzer's state whenever a step begins.
    """

    def __init__(self, faces: Sequence[str], show: Callable[[State], None]) -> None:
        self._faces = faces
        self._show = show
        self._rest: list[Cue] = []
        self._until: int | None = None
        self._must = False  # be heard out: what is shown now

    def play(self, name: Name, pressed: str | None, now: int) -> None:
        """Show the first step before returning, unless a tone of `counted` still sounds."""
        first, *others = (Cue(step, pressed) for step in SIGNALS[name])
        if name == "counted":
            first = first._replace(must=True)
        if not self._sounds(now):
            self._begin([first, *others], now)
            return
        waiting = [cue for cue in self._rest if cue.must]
        between = [Cue(_BETWEEN, None, must=True)] if first.must else []
        self._rest = [*waiting, *between, first, *others]

    def play_steps(self, steps: Sequence[Step], pressed: str | None, now: int) -> None:
        self._begin([Cue(step, pressed) for step in steps], now)

    def advance(self, now: int) -> None:
        if self._until is not None and now >= self._until:
            self._next(now)

    def due(self) -> int | None:
        """When the step that is shown ends; None when all is dark."""
        return self._until

    def _sounds(self, now: int) -> bool:
        """A tone that is over makes way, also where the loop was late to end it."""
        over = self._until is None or now >= self._until
        return any(cue.must for cue in self._rest) or (self._must and not over)

    def _begin(self, cues: list[Cue], now: int) -> None:
        self._rest = cues
        self._next(now)

    def _next(self, now: int) -> None:
        if not self._rest:
            self._until, self._must = None, False
            self._show(DARK)
            return
        cue = self._rest.pop(0)
        self._until, self._must = now + cue.step.ms, cue.must
        self._show(state(cue.step, self._faces, cue.pressed))
