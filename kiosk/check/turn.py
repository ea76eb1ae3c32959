"""One button's turn in the check: it is asked for, and what the contacts do is judged. Pure.

Times are milliseconds since boot, handed in.
"""

from collections.abc import Mapping
from typing import Final

from kiosk.check.line import Line, fine, trouble
from kiosk.contact import Contact

PATIENCE_MS: Final = 20_000  # for a press, and again for its end


class _Bounces:
    """Edges of one contact that follow the one before within the debounce window."""

    def __init__(self, window_ms: int) -> None:
        self.count = 0
        self.longest_ms = 0
        self._window_ms = window_ms
        self._began = self._last = -window_ms

    def edge(self, at: int) -> None:
        if at - self._last < self._window_ms:
            self.count += 1
            self.longest_ms = max(self.longest_ms, at - self._began)
        else:
            self._began = at
        self._last = at


class Turn:
    """`pins`: BCM number of each face's button. `line` is None until the turn is over."""

    def __init__(
        self, face: str, pins: Mapping[str, int], debounce_ms: int, down: frozenset[str], now: int
    ) -> None:
        self.face = face
        self.line: Line | None = None
        self._pins = pins
        self._debounce_ms = debounce_ms
        self._contacts = {each: Contact(debounce_ms, each in down) for each in pins}
        self._bounces = _Bounces(debounce_ms)
        self._pressed: list[str] = []  # in the order in which they came down
        self._ends = now + PATIENCE_MS
        if face in down:
            self._trouble("is down, and nobody presses", f"{self._wires()}: do they touch?")

    @property
    def down(self) -> frozenset[str]:
        return frozenset(face for face, contact in self._contacts.items() if contact.down)

    def seconds_left(self, now: int) -> int:
        return max(0, self._ends - now + 999) // 1000

    def edge(self, face: str, down: bool, at: int) -> None:
        self._settle(at)
        if face == self.face:
            self._bounces.edge(at)
        self._contacts[face].edge(down, at)

    def advance(self, now: int) -> None:
        self._settle(now)
        if self.line is None and now >= self._ends:
            self._give_up()

    def _settle(self, now: int) -> None:
        for face, contact in self._contacts.items():
            if not contact.settle(now) or self.line is not None:
                continue
            if contact.down:
                self._came_down(face, now)
            elif face in self._pressed and not self.down & set(self._pressed):
                self._judge()

    def _came_down(self, face: str, now: int) -> None:
        self._pressed.append(face)
        self._ends = now + PATIENCE_MS

    # ------------------------------------------------------------ verdicts

    def _judge(self) -> None:
        """All that was pressed is up again."""
        others = [face for face in self._pressed if face != self.face]
        if self.face not in self._pressed:
            self._wrong(others[0])
        elif others:
            said = f"answers together with {' and '.join(dict.fromkeys(others))}"
            self._trouble(said, f"press it alone; else the wires at {self._places(others)} touch")
        else:
            self._answered()

    def _answered(self) -> None:
        count, longest = self._bounces.count, self._bounces.longest_ms
        if longest >= self._debounce_ms:
            said = f"bounces for {longest} ms; a press may count late, or not at all"
            self._trouble(said, f"change the button; is it plugged in well at {self._wires()}?")
        elif count:
            self.line = fine(self._name, f"answers; {count} bounces within {longest} ms are normal")
        else:
            self.line = fine(self._name, "answers")

    def _wrong(self, other: str) -> None:
        do = f"if {self.face} was pressed: exchange the wires at {self._places([other])}"
        self._trouble(f"{other} answered", do)

    def _give_up(self) -> None:
        if self.down & set(self._pressed):
            stuck = " and ".join(face for face in self._pressed if face in self.down)
            said = f"{stuck} does not come up again"
            self._trouble(said, "is the button jammed, or under something?")
        else:
            said = f"does not answer within {PATIENCE_MS // 1000} s"
            self._trouble(said, f"look at {self._wires()}, and at the button's contacts")

    def _trouble(self, said: str, do: str) -> None:
        self.line = trouble(self._name, said, do)

    @property
    def _name(self) -> str:
        return f"button-{self.face}"

    def _wires(self) -> str:
        return f"the wires from BCM {self._pins[self.face]} and ground"

    def _places(self, others: list[str]) -> str:
        numbers = [self._pins[self.face], *(self._pins[other] for other in dict.fromkeys(others))]
        return " and ".join(f"BCM {number}" for number in numbers)
