"""What lamps and buzzer say, as data. The one place where a signal's look and sound are written.

Signals are told apart by place (which lamps) and rhythm (how long, how often), never by colour:
one citizen in twelve men does not see red and green apart, and some do not see the lamps at all.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

Name = Literal[
    "ready", "counted", "too_soon", "cannot_store", "test_mode", "test_stored", "identify"
]  # fmt: skip
Place = Literal["none", "pressed", "all", "first", "middle", "last"]


class Step(NamedTuple):
    """Which lamps are lit, and whether the buzzer sounds, for `ms` milliseconds."""

    ms: int
    lamps: Place
    buzzer: bool = False


# Each begins with a light or sound that no other has anywhere, or differs one step later.
SIGNALS: Final[dict[Name, tuple[Step, ...]]] = {
    # The kiosk has started: all lamps once, in silence.
    "ready": (Step(600, "all"),),
    # The vote is on disk: the pressed lamp shines, one tone.
    "counted": (Step(200, "pressed", buzzer=True), Step(1300, "pressed")),
    # Not counted: two blips in the dark, the pressed lamp flickers between them.
    "too_soon": (
        Step(60, "none", buzzer=True),
        Step(90, "pressed"),
        Step(60, "none", buzzer=True),
        Step(90, "pressed"),
    ),
    # The vote could not be stored: all lamps, a long tone, then three flashes.
    "cannot_store": (
        Step(1200, "all", buzzer=True),
        *(3 * (Step(250, "none"), Step(250, "all"))),
    ),
    # Test mode says so again and again, and reads out how the kiosk is: see read_out.
    "test_mode": (Step(150, "all"), Step(300, "first"), Step(300, "last")),
    # Somebody looks for this kiosk: from the first lamp to the last and back, without a sound.
    "identify": (
        *(6 * (Step(200, "first"), Step(200, "middle"), Step(200, "last"), Step(200, "middle"))),
    ),
    # In test mode a vote is stored but never counted: a tone in the dark, then the lamp.
    "test_stored": (Step(200, "none", buzzer=True), Step(100, "none"), Step(400, "pressed")),
}

# What each says to whoever sees it.
SAYS: Final[dict[Name, str]] = {
    "ready": "the kiosk has started",
    "counted": "the vote is on disk",
    "too_soon": "not counted: this citizen has voted, or the face was more favourable than the one "
    "that stands",
    "cannot_store": "not counted: the card takes no vote",
    "test_mode": "test mode is on; the read-out follows, again and again",
    "identify": "somebody looks for this kiosk",
    "test_stored": "stored as a test, never counted",
}

Word = Literal["fine", "trouble", "long"]
_RHYTHMS: Final[dict[Word, tuple[int, ...]]] = {
    "fine": (500,),  # one long flash
    "trouble": (90, 90),  # two short ones
    "long": (90, 90, 90),  # three
}
_GAP_MS: Final = 150
_PAUSE_MS: Final = 700
LONG_MS: Final = 3_600_000  # without the broker; a kiosk tries at least once a minute


class Reading(NamedTuple):
    """A lamp of the read-out, and what its rhythms say; '' where it has no such word."""

    place: Place
    fine: str
    trouble: str
    long: str = ""


READ_OUT: Final = (
    Reading(
        "first",
        "the broker is reached",
        "no network, or no login at the broker",
        "the same, for an hour or more",
    ),
    Reading(
        "middle",
        "every vote has its signed receipt",
        "votes wait: no collector has answered yet",
    ),
    Reading("last", "the clock is right", "it was not set since boot; votes count nevertheless"),
)


def network(offline_ms: int | None) -> Word:
    """`offline_ms`: for how long the broker is not reached; None: it is."""
    if offline_ms is None:
        return "fine"
    return "trouble" if offline_ms < LONG_MS else "long"


def read_out(*, network: Word, sent: bool, clock: bool) -> tuple[Step, ...]:
    """For a technician in test mode, lamp by lamp as READ_OUT says.

    Citizens never see this: without network a kiosk works as ever.
    """
    steps = list(SIGNALS["test_mode"])
    words: tuple[Word, ...] = (network, _word(sent), _word(clock))
    for reading, word in zip(READ_OUT, words, strict=True):
        steps.append(Step(_PAUSE_MS, "none"))
        for ms in _RHYTHMS[word]:
            steps += [Step(ms, reading.place), Step(_GAP_MS, "none")]
    return (*steps, Step(_PAUSE_MS, "none"))


def _word(fine: bool) -> Word:
    return "fine" if fine else "trouble"


State = tuple[frozenset[str], bool]  # the faces whose lamps are lit, and whether the buzzer sounds
DARK: Final[State] = (frozenset(), False)


def state(step: Step, faces: Sequence[str], pressed: str | None) -> State:
    """How `step` looks on a panel with `faces` after `pressed` was pressed."""
    lamps: dict[Place, Sequence[str | None]] = {
        "none": (),
        "pressed": (pressed,),
        "all": faces,
        "first": faces[:1],
        "middle": (faces[len(faces) // 2],),
        "last": faces[-1:],
    }
    return frozenset(face for face in lamps[step.lamps] if face is not None), step.buzzer


class Seen(NamedTuple):
    """A signal as somebody in front of the panel understood it."""

    signal: Name
    face: str | None


class Reader:
    """Understands signals from what the lamps do, state by state, as a citizen would."""

    def __init__(self, faces: Sequence[str]) -> None:
        self._known = [
            (Seen(name, face), (*(state(step, faces, face) for step in steps), DARK))
            for name, steps in SIGNALS.items()
            for face in (faces if _depends_on_face(steps) else (None,))
        ]
        self._possible: list[tuple[Seen, tuple[State, ...]]] = []
        self._told = False

    def see(self, now: State) -> Seen | None:
        """The signal that has just become clear, if one has."""
        going_on = _continued(self._possible, now)
        if not going_on:
            self._told = False
            going_on = _continued(self._known, now)
        self._possible = going_on
        if self._told or len(going_on) != 1:
            return None
        self._told = True
        (seen, _) = going_on[0]
        return seen


def _depends_on_face(steps: Sequence[Step]) -> bool:
    return any(step.lamps == "pressed" for step in steps)


def _continued(
    signals: Sequence[tuple[Seen, tuple[State, ...]]], now: State
) -> list[tuple[Seen, tuple[State, ...]]]:
    return [(seen, rest[1:]) for seen, rest in signals if rest and rest[0] == now]
