"""Buttons, lamps and buzzer, and the loop that serves them. The only file that imports gpiozero.

gpiozero calls back on one thread of its own; what is raised there kills every button while the
process lives on. So the callback only queues, all work is done by the loop, loudly, and
kiosk/callbacks.py watches that thread.
"""

import select
from collections import deque
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from gpiozero import PWMLED, Buzzer, DigitalInputDevice, Factory

from kiosk import chips
from kiosk.callbacks import Felt, lgpio_threads
from kiosk.clock import Clock
from kiosk.config import PinsSection
from kiosk.crash import Crash
from kiosk.edges import Edges
from kiosk.errors import SenyumError
from kiosk.outbox import Outbox
from kiosk.player import Player
from kiosk.post import Post
from kiosk.presses import Event, Presses, TestMode
from kiosk.signals import Name, State, network, read_out
from kiosk.voting import Voting

LONGEST_MS: Final = 60_000

Pins: TypeAlias = Factory  # where gpiozero takes its pins from


class NoPins(SenyumError, OSError):
    """The machine has no GPIO pins that this process may use."""


def real_pins() -> Pins:
    """The pins of a Raspberry Pi, through lgpio and nothing else; raises NoPins.

    gpiozero by itself would try other ways, down to a mock that records nothing and looks well.
    """
    try:
        chip = chips.header().number
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415  only a Pi has it

        pins = LGPIOFactory(chip=chip)
        if not lgpio_threads():
            raise NoPins("this lgpio calls back in a way that cannot be watched")
        return pins
    except Exception as error:
        raise NoPins(
            f"no GPIO pins: {error}. On a Raspberry Pi: install kotak-senyum[pi] and put the user "
            "into the group gpio. On any other machine: senyum-kiosk simulate"
        ) from error


class Front:
    """The front of the box: a button and a lamp for each face, and a buzzer."""

    def __init__(self, pins: PinsSection, factory: Pins, felt: Felt) -> None:
        # Not gpiozero's Button: each would bring a thread that polls, for a hold we time ourselves.
        self._buttons = {
            face: DigitalInputDevice(pin, pull_up=True, pin_factory=factory)
            for face, pin in pins.buttons.items()
        }
        self._lamps = {face: PWMLED(pin, pin_factory=factory) for face, pin in pins.lamps.items()}
        self.brightness = 100  # percent
        self.full = False  # as bright as can be, whatever the hour
        self._buzzer = Buzzer(pins.buzzer.pin, pin_factory=factory)
        for face, button in self._buttons.items():
            button.when_activated = partial(felt, face, True)
            button.when_deactivated = partial(felt, face, False)

    def down(self) -> frozenset[str]:
        """The faces whose buttons are down now: at the start nobody says so."""
        return frozenset(face for face, button in self._buttons.items() if button.is_active)

    def show(self, state: State) -> None:
        """Lamps first, the buzzer always last, even unchanged: whoever watches knows the end."""
        lit, sounding = state
        for face, lamp in self._lamps.items():
            lamp.value = self._percent / 100 if face in lit else 0
        self._buzzer.value = sounding

    @property
    def _percent(self) -> int:
        return 100 if self.full else self.brightness

    def close(self) -> None:
        for device in (*self._buttons.values(), *self._lamps.values(), self._buzzer):
            device.close()


class Desk(NamedTuple):
    """Where votes go: all that belongs to one epoch."""

    outbox: Outbox
    voting: Voting
    post: Post


class Panel:
    """One thread, one loop: edges → presses → votes → lamps, and the post.

    `desk` may be exchanged for that of a later epoch while the panel is at rest.
    """

    def __init__(
        self,
        *,
        edges: Edges,
        presses: Presses,
        front: Front,
        player: Player,
        desk: Desk,
        clock: Clock,
        crash: Crash,
    ) -> None:
        self._edges = edges
        self._presses = presses
        self._front = front
        self._player = player
        self.desk = desk
        self._clock = clock
        self._crash = crash
        self._testing = False
        self._events: deque[Event] = deque()  # wait until the light before theirs was seen

    def start(self) -> None:
        self._play("ready", None)

    def identify(self) -> None:
        """Here I am: for whoever looks for this kiosk among others."""
        self._play("identify", None)

    def at_rest(self) -> bool:
        """Nobody presses, nothing is shown, and what was voted stands."""
        lit = self._player.due() is not None
        return not (lit or self._testing or self._events) and self._presses.at_rest(
            self._clock.up()
        )

    def step(self, timeout: float) -> None:
        """Do what is due, waiting at most `timeout` seconds for something to happen."""
        self._wait(timeout)
        for edge in self._edges.take():
            self._presses.edge(edge.face, edge.down, edge.at)
        self._events.extend(self._presses.advance(self._clock.up()))
        self._take_events()
        now = self._clock.up()
        self._player.advance(now)
        self._read_out(now)
        self.desk.post.step(now)

    def _wait(self, timeout: float) -> None:
        readers = [self._edges, *self.desk.post.readers()]
        select.select(readers, self.desk.post.writers(), [], min(timeout, self._idle_seconds()))

    def _idle_seconds(self) -> float:
        dues = (self._presses.due(), self._player.due(), self.desk.post.due())
        heard_out = self._player.heard_out if self._events else None
        due = min((due for due in (*dues, heard_out) if due is not None), default=None)
        if due is None:
            return LONGEST_MS / 1000
        return max(0, due - self._clock.up()) / 1000

    def _take_events(self) -> None:
        """One light after another: behind a slow card votes come in one moment.

        What waits is neither stored nor shown: a power cut leaves one vote in doubt, not all.
        """
        while self._events and self._clock.up() >= self._player.heard_out:
            self._take(self._events.popleft())

    def _take(self, event: Event) -> None:
        answer = self.desk.voting.take(event)
        if isinstance(event, TestMode):
            self._testing = event.on
        if answer is not None:
            self._play(answer.signal, answer.face)
            if answer.signal == "counted":
                self._crash("after_lamp")

    def _play(self, signal: Name, face: str | None) -> None:
        """What is for a technician is seen at night, too, when lamps may be dark for citizens."""
        self._front.full = self._testing or signal == "identify"
        self._player.play(signal, face, self._clock.up())

    def _read_out(self, now: int) -> None:
        """In test mode, whenever nothing else is shown: how the kiosk is."""
        if not self._testing or self._player.due() is not None:
            return
        self._front.full = True
        steps = read_out(
            network=network(self.desk.post.offline_ms(now)),
            sent=self.desk.outbox.queue == 0,
            clock=self._clock.now().clock == "synced",
        )
        self._player.play_steps(steps, None, now)
