"""What needs somebody's hands and eyes: each button in turn, each lamp, the buzzer."""

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryDirectory
from typing import Final, NoReturn

from rich.console import Console
from rich.live import Live

from kiosk.check.line import Line, fine, trouble, untried
from kiosk.check.picture import picture
from kiosk.check.turn import Turn
from kiosk.clock import Clock
from kiosk.config import Config, PinsSection
from kiosk.edges import Edges
from kiosk.epochs import Epochs, EpochsInUse
from kiosk.panel import Front, NoPins, real_pins
from kiosk.signals import DARK

LOOK_S: Final = 0.1
TONE_S: Final = 0.6

Ask = Callable[[str], bool]  # a question for yes or no


def lines(settings: Config, clock: Clock, ask: Ask) -> Iterator[Line]:
    """Only while no panel holds the pins."""
    try:
        with Epochs(settings.epochs).alone():
            yield from _with_pins(settings, clock, ask)
    except EpochsInUse:
        yield untried(
            "hands",
            "the panel is running, and holds the pins",
            "systemctl stop senyum-panel, and try again; or use the test chord: "
            f"{settings.panel.faces[0]} and {settings.panel.faces[-1]} for 5 s",
        )


def _with_pins(settings: Config, clock: Clock, ask: Ask) -> Iterator[Line]:
    with TemporaryDirectory(prefix="senyum-check-") as folder, closing(Edges(clock.up)) as edges:
        # lgpio makes a FIFO and leaves it: where it is told, else where the technician stands.
        os.environ["LG_WD"] = folder
        try:
            front = Front(settings.pins, real_pins(), edges.felt)
        except NoPins as error:
            yield untried("hands", str(error), "see the line pins")
            return
        with _dark_at_the_end(front):
            yield from _buttons(settings, front, edges, clock)
            yield from _lamps(settings.pins, front, ask)
            yield _buzzer(settings.pins, front, ask)


@contextmanager
def _dark_at_the_end(front: Front) -> Iterator[None]:
    """However it ends: a lamp that is left on would tell a citizen something."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, _stop) for number in numbers]
    try:
        yield
    finally:
        front.show(DARK)
        front.close()
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


# ---------------------------------------------------------------- buttons


def _buttons(settings: Config, front: Front, edges: Edges, clock: Clock) -> Iterator[Line]:
    verdicts: dict[str, bool] = {}
    for face in settings.panel.faces:
        edges.take()
        turn = Turn(
            face, settings.pins.buttons, settings.panel.debounce_ms, front.down(), clock.up()
        )
        line = _play(turn, settings.panel.faces, verdicts, edges, clock)
        verdicts[face] = bool(line.ok)
        yield line


def _play(
    turn: Turn, faces: tuple[str, ...], verdicts: dict[str, bool], edges: Edges, clock: Clock
) -> Line:
    console = Console(highlight=False)
    console.print(f"Press {turn.face}, and let it go.")
    shown: object = None
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while turn.line is None:
            left = turn.seconds_left(clock.up())
            if shown != (shown := (turn.down, left)):
                live.update(picture(faces, turn.face, turn.down, verdicts, left), refresh=True)
            _feel(turn, edges, clock)
    return turn.line


def _feel(turn: Turn, edges: Edges, clock: Clock) -> None:
    select.select([edges], [], [], LOOK_S)
    for edge in edges.take():
        turn.edge(edge.face, edge.down, edge.at)
    turn.advance(clock.up())


# ---------------------------------------------------------------- lamps and buzzer


def _lamps(pins: PinsSection, front: Front, ask: Ask) -> Iterator[Line]:
    for face, pin in pins.lamps.items():
        front.show((frozenset([face]), False))
        shines = ask(f"Does the lamp at {face} shine, and no other?")
        front.show(DARK)
        if shines:
            yield fine(f"lamp-{face}", "shines, and no other")
        else:
            yield trouble(
                f"lamp-{face}",
                "does not shine, or another does",
                f"look at the wires from BCM {pin}, at the lamp's direction and its transistor",
            )


def _buzzer(pins: PinsSection, front: Front, ask: Ask) -> Line:
    front.show((frozenset(), True))
    time.sleep(TONE_S)
    front.show(DARK)
    if ask("Did the buzzer sound?"):
        return fine("buzzer", "sounds")
    return trouble(
        "buzzer", "is silent", f"look at the wires from BCM {pins.buzzer.pin}, at plus and minus"
    )
