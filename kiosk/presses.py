"""From contacts to votes: which presses count, and what becomes of the others. Pure.

Times are milliseconds since boot, handed in. `edge` tells what a contact did, `advance` lets time
pass and gives what came of it, `due` says when that is next worth doing. Events carry the time of
the finger, not of the call, so it makes no difference how often or how late `advance` is called.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import NamedTuple

from kiosk.contact import Contact

# ---------------------------------------------------------------- what is handed in


@dataclass(frozen=True)
class Timing:
    """Milliseconds."""

    debounce_ms: int = 20  # a contact counts once it is stable so long
    decide_ms: int = 120  # a button held so long has decided, released or not
    settle_ms: int = 3000  # so long after a vote, a press belongs to the same citizen
    stuck_ms: int = 10_000  # a button down so long is stuck
    chord_ms: int = 5000  # first and last face held together so long: test mode
    test_ms: int = 120_000  # test mode ends by itself after so long


# ---------------------------------------------------------------- what comes out


@dataclass(frozen=True)
class Press:
    """A button was pushed. Not every press is a vote."""

    face: str
    at: int


@dataclass(frozen=True)
class Vote:
    """A press that counts."""

    face: str
    at: int
    corrects: bool  # it takes the place of the first vote of this settle window
    test: bool  # pressed in test mode


@dataclass(frozen=True)
class TooSoon:
    """The face that has just been voted, again: not a second vote."""

    face: str
    at: int


@dataclass(frozen=True)
class Contested:
    """A more favourable face than the one just voted: the vote stands, whoever pressed this."""

    face: str
    at: int


@dataclass(frozen=True)
class Together:
    """Pressed while another button was down: no vote, for neither if both were undecided."""

    at: int


@dataclass(frozen=True)
class Stuck:
    """Down for too long: ignored from now on, so that the other buttons still work."""

    face: str
    at: int


@dataclass(frozen=True)
class Freed:
    """A stuck button has come up again."""

    face: str
    at: int


@dataclass(frozen=True)
class TestMode:
    """Test mode begins or ends. `voids`: the technician's first press had become a vote.

    That vote is the latest; a test row must take the place of the first vote of its window.
    """

    __test__ = False  # not a test, whatever pytest thinks of its name

    on: bool
    at: int
    voids: bool


Event = Press | Vote | TooSoon | Contested | Together | Stuck | Freed | TestMode

# ---------------------------------------------------------------- one citizen's votes


class _Window:
    """The settle window: the votes of one citizen, of which the last counts.

    It is fixed by its first vote and never extended. Corrections go downwards only, because a
    clerk must not be able to erase a frown.
    """

    def __init__(self, settle_ms: int, faces: tuple[str, ...]) -> None:
        self.settle_ms = settle_ms
        self._rank = faces.index
        self.votes: list[Vote] = []

    def judge(self, face: str, at: int) -> Vote | TooSoon | Contested:
        if not self.is_open(at):
            self.votes.clear()
        elif face == self.votes[-1].face:
            return TooSoon(face, at)
        elif self._rank(face) > self._rank(self.votes[-1].face):
            return Contested(face, at)
        vote = Vote(face, at, corrects=bool(self.votes), test=False)
        self.votes.append(vote)
        return vote

    def is_open(self, at: int) -> bool:
        return bool(self.votes) and at < self.votes[0].at + self.settle_ms


# ---------------------------------------------------------------- one button


class _Edge(NamedTuple):
    at: int
    face: str
    down: bool


class _State(Enum):
    UP = auto()
    OPEN = auto()  # pressed, undecided
    SPENT = auto()  # still down; whatever the press was, it is over
    AT_START = auto()  # was down when the panel started: nobody pressed it
    STUCK = auto()


@dataclass
class _Button:
    face: str
    contact: Contact
    state: _State
    began: int = 0  # when the press began, or the panel
    test: bool = False  # the press began in test mode
    vote: Vote | None = None  # what the press became, if that counts

    @property
    def held(self) -> bool:
        """Pressed by somebody: what a chord and two buttons together are made of."""
        return self.state in (_State.OPEN, _State.SPENT)

    def press(self, test: bool) -> None:
        self.state, self.began = _State.OPEN, self.contact.since
        self.test, self.vote = test, None

    def spend(self) -> None:
        self.state = _State.SPENT

    def dues(self, timing: Timing) -> Iterator[int]:
        settled = self.contact.due()
        if settled is not None:
            yield settled
        if self.state is _State.OPEN:
            yield self.began + timing.decide_ms
        if self.held or self.state is _State.AT_START:
            yield self.began + timing.stuck_ms


def _button(face: str, down: bool, timing: Timing) -> _Button:
    state = _State.AT_START if down else _State.UP
    return _Button(face, Contact(timing.debounce_ms, down), state)


# ---------------------------------------------------------------- all buttons


class Presses:
    """`faces`: least favourable first. The first and the last, held together, are the chord."""

    def __init__(
        self, timing: Timing, faces: tuple[str, ...], down_at_start: frozenset[str]
    ) -> None:
        self._timing = timing
        self._buttons = {face: _button(face, face in down_at_start, timing) for face in faces}
        self._window = _Window(timing.settle_ms, faces)
        self._chord = {faces[0], faces[-1]}
        self._chord_due: int | None = None
        self._test_ends: int | None = None
        self._edges: deque[_Edge] = deque()
        self._started = False
        self._now = 0  # when the last work was done
        self._events: list[Event] = []

    # ------------------------------------------------------------ in and out

    def edge(self, face: str, down: bool, at: int) -> None:
        """A contact has closed or opened."""
        self._edges.append(_Edge(at, face, down))

    def advance(self, now: int) -> list[Event]:
        """Let time pass; what came of it, in order.

        It stops after a vote, and is due again at once: what the next press means depends on
        whether this vote could be stored.
        """
        if not self._started:
            self._start(now)
        self._events = []
        while not self._voted() and (due := self._next()) is not None and due <= now:
            self._work(due)
        return self._events

    def due(self) -> int | None:
        """When `advance` next has work, perhaps in the past; None: not before another edge."""
        return self._next() if self._started else 0

    def at_rest(self, now: int) -> bool:
        """Nobody presses, nobody may still correct, and no technician is testing."""
        busy = any(
            button.held or button.contact.due() is not None for button in self._buttons.values()
        )
        testing = self._test_ends is not None
        return not (self._edges or busy or testing or self._window.is_open(now))

    def settle(self, ms: int) -> None:
        """From the next vote on, the one after it waits so long."""
        self._window.settle_ms = ms

    def not_stored(self, vote: Vote) -> None:
        """`vote` is not on disk, so it holds no window: the citizen may press again at once."""
        if vote in self._window.votes:
            self._window.votes.remove(vote)

    # ------------------------------------------------------------ time

    def _start(self, now: int) -> None:
        """What is down at the first call has been down since then, as far as we know."""
        self._started = True
        for button in self._buttons.values():
            button.began = now

    def _voted(self) -> bool:
        return any(isinstance(event, Vote) for event in self._events)

    def _next(self) -> int | None:
        dues = [due for button in self._buttons.values() for due in button.dues(self._timing)]
        dues += [due for due in (self._chord_due, self._test_ends) if due is not None]
        dues += [edge.at for edge in islice(self._edges, 1)]
        return min(dues, default=None)

    def _work(self, due: int) -> None:
        """Do what is due. An edge that is told late counts from the last work: that is settled."""
        now = self._now = max(self._now, due)
        self._settle(now)
        self._decide(now)
        self._give_up(now)
        self._complete_chord(now)
        self._end_test(now)
        self._feel(now)

    def _feel(self, now: int) -> None:
        while self._edges and self._edges[0].at <= now:
            edge = self._edges.popleft()
            self._buttons[edge.face].contact.edge(edge.down, now)

    # ------------------------------------------------------------ presses

    def _settle(self, now: int) -> None:
        moved = [button for button in self._buttons.values() if button.contact.settle(now)]
        # Releases first: going from one button to the next is not pressing both.
        for button in sorted(moved, key=lambda button: button.contact.down):
            if button.contact.down:
                self._pressed(button)
            else:
                self._released(button)
            self._watch_chord(button.contact.since)

    def _pressed(self, button: _Button) -> None:
        at = button.contact.since
        self._events.append(Press(button.face, at))
        others = [other for other in self._buttons.values() if other.held]
        button.press(test=self._test_ends is not None)
        if others:
            self._events.append(Together(at))
            for each in (*others, button):
                each.spend()

    def _released(self, button: _Button) -> None:
        if button.state is _State.OPEN:
            self._vote(button)
        elif button.state is _State.STUCK:
            self._events.append(Freed(button.face, button.contact.since))
        button.state = _State.UP

    def _decide(self, now: int) -> None:
        for button in self._buttons.values():
            if button.state is _State.OPEN and now >= button.began + self._timing.decide_ms:
                self._vote(button)

    def _vote(self, button: _Button) -> None:
        button.spend()
        if button.test:
            self._events.append(Vote(button.face, button.began, corrects=False, test=True))
            return
        outcome = self._window.judge(button.face, button.began)
        button.vote = outcome if isinstance(outcome, Vote) else None
        self._events.append(outcome)

    def _give_up(self, now: int) -> None:
        for button in self._buttons.values():
            down = button.held or button.state is _State.AT_START
            if down and now >= button.began + self._timing.stuck_ms:
                button.state = _State.STUCK
                self._events.append(Stuck(button.face, now))
                self._watch_chord(now)

    # ------------------------------------------------------------ test mode

    def _watch_chord(self, now: int) -> None:
        """The chord is its two buttons and no other; any change begins it anew."""
        held = {button.face for button in self._buttons.values() if button.held}
        self._chord_due = now + self._timing.chord_ms if held == self._chord else None

    def _complete_chord(self, now: int) -> None:
        if self._chord_due is None or now < self._chord_due:
            return
        self._chord_due = None
        if self._test_ends is not None:
            self._leave_test(now)
        else:
            self._enter_test(now)

    def _enter_test(self, now: int) -> None:
        pressed = [self._buttons[face].vote for face in self._chord]
        voids = any(vote in self._window.votes for vote in pressed)
        if voids:
            self._window.votes.clear()
        self._test_ends = now + self._timing.test_ms
        self._events.append(TestMode(on=True, at=now, voids=voids))

    def _end_test(self, now: int) -> None:
        if self._test_ends is not None and now >= self._test_ends:
            # A chord that was meant to end test mode must not begin it again.
            self._chord_due = None
            self._leave_test(now)

    def _leave_test(self, now: int) -> None:
        self._test_ends = None
        self._events.append(TestMode(on=False, at=now, voids=False))
