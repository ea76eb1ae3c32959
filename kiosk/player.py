"""Plays signals step by step; the loop calls it, so no thread ever blinks a lamp by itself."""

from collections.abc import Callable, Sequence
from typing import Final

from kiosk.signals import DARK, SIGNALS, Name, State, Step, state

_PAUSE_MS: Final = 60  # after a tone: another one of the same face would be taken for its end


class Player:
    """One signal at a time: a new one takes the place of the old. Times are ms, handed in.

    The tone of `counted` is heard out, though, and only another `counted` cuts it short. While a
    slow card commits, an impatient citizen presses again: what that press is told comes in the
    same moment, and "too soon" would be all that is seen of a vote that counts.

    `show` gets the lit lamps and the buzzer's state whenever a step begins.
    """

    def __init__(self, faces: Sequence[str], show: Callable[[State], None]) -> None:
        self._faces = faces
        self._show = show
        self._pressed: str | None = None
        self._rest: list[Step] = []
        self._until: int | None = None
        self._heard_out = 0  # when the tone of the latest `counted` ends

    def play(self, name: Name, pressed: str | None, now: int) -> None:
        """Show the first step before returning: the light does not wait for the loop."""
        if name == "counted":
            self._heard_out = now + SIGNALS[name][0].ms
        elif now < self._heard_out:
            self._pressed, self._rest = pressed, list(SIGNALS[name])
            return
        self.play_steps(SIGNALS[name], pressed, now)

    def play_steps(self, steps: Sequence[Step], pressed: str | None, now: int) -> None:
        self._pressed = pressed
        self._rest = list(steps)
        self._next(now)

    def advance(self, now: int) -> None:
        if self._until is not None and now >= self._until:
            self._next(now)

    @property
    def heard_out(self) -> int:
        """From when on another `counted` is told apart from the latest."""
        return self._heard_out + _PAUSE_MS

    def due(self) -> int | None:
        """When the step that is shown ends; None when all is dark."""
        return self._until

    def _next(self, now: int) -> None:
        if not self._rest:
            self._until = None
            self._show(DARK)
            return
        step = self._rest.pop(0)
        self._until = now + step.ms
        self._show(state(step, self._faces, self._pressed))
