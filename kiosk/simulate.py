"""The real firmware on simulated pins: a finger presses, an eye watches the lamps.

Everything between pins and broker is the code that runs on a Raspberry Pi. See docs/simulate.md.
"""

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import takewhile
from pathlib import Path
from random import Random, SystemRandom
from typing import Final, NamedTuple

from gpiozero.pins.mock import MockFactory, MockPWMPin
from msgspec import Struct

from kiosk.app_epoch import Kiosk
from kiosk.app_panel import open_kiosk
from kiosk.app_uplink import UplinkThread, build_uplink
from kiosk.clock import Clock, SystemClock
from kiosk.config import Config, PinsSection
from kiosk.crash import crash_at
from kiosk.crowd import crowd
from kiosk.finger import Finger
from kiosk.loop import STEP_SECONDS, Stop, stop_on_signals
from kiosk.outbox import Outbox
from kiosk.signals import Reader, Seen
from kiosk.timeline import Touch, read, touches

log = logging.getLogger("senyum.kiosk.simulate")

# A development machine has no timesyncd, but its clock is right: this folder is always there.
ALWAYS_SYNCED: Final = Path("/proc/self")
AFTER_LAST_TOUCH_S: Final = 0.2  # beyond the time in which a press decides
SEEDS: Final = 2**32


class Report(Struct):
    """What happened; `--json` prints it."""

    kiosk: str
    epoch: str
    seed: int | None  # None: a timeline was given
    seconds: float
    pressed: int  # pushes by the finger
    confirmed: int  # "counted", as seen on the lamps
    tested: int  # votes in test mode, as seen on the lamps
    cannot_store: int  # as seen on the lamps
    too_soon: int
    contested: int
    together: int
    stuck: int
    refused: int
    votes: int  # rows in the outbox
    votes_before: int  # of these, from earlier runs
    queue: int  # votes still without a receipt


# ---------------------------------------------------------------- pins


class SeenPin(MockPWMPin):  # type: ignore[misc]  # gpiozero has no types
    """A mock pin that tells when it is written, even with the value that it has."""

    written: Callable[[bool], None] | None = None

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        if self.written is not None:
            self.written(bool(value))


@contextmanager
def mock_pins() -> Iterator[MockFactory]:
    factory = MockFactory(pin_class=SeenPin)
    try:
        yield factory
    finally:
        factory.close()
        factory.reset()


def mover(pins: PinsSection, factory: MockFactory) -> Callable[[str, bool], None]:
    """A button closes its pin to ground."""
    buttons = {face: factory.pin(number) for face, number in pins.buttons.items()}

    def move(face: str, down: bool) -> None:
        pin = buttons[face]
        (pin.drive_low if down else pin.drive_high)()

    return move


class Eye:
    """Sees lamps and buzzer as a citizen would, and tells each signal at that moment."""

    def __init__(self, config: Config, factory: MockFactory, tell: Callable[[Seen], None]) -> None:
        self._reader = Reader(config.panel.faces)
        self._tell = tell
        self._lit: set[str] = set()
        for face, number in config.pins.lamps.items():
            factory.pin(number).written = partial(self._lamp, face)
        factory.pin(config.pins.buzzer.pin).written = self._buzzer

    def _lamp(self, face: str, lit: bool) -> None:
        (self._lit.add if lit else self._lit.discard)(face)

    def _buzzer(self, sounding: bool) -> None:
        """The panel writes the buzzer last, so now the state is whole."""
        seen = self._reader.see((frozenset(self._lit), sounding))
        if seen is not None:
            self._tell(seen)


class LampLog:
    """One JSON line for each signal seen, written before anything else can happen."""

    def __init__(self, file: Path | None, clock: Clock) -> None:
        self.counts: Counter[str] = Counter()
        self._clock = clock
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._descriptor = None if file is None else os.open(file, flags, 0o644)

    def __call__(self, seen: Seen) -> None:
        self.counts[seen.signal] += 1
        if self._descriptor is not None:
            now = self._clock.now()
            line = {"wall": now.wall, "up": now.up, "signal": seen.signal, "face": seen.face}
            os.write(self._descriptor, json.dumps(line).encode() + b"\n")

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


# ---------------------------------------------------------------- a run


class Plan(NamedTuple):
    """What the finger will do, in milliseconds from the start."""

    touches: Iterable[Touch]
    seed: int | None  # None: it follows a timeline


def plan(
    config: Config, timeline: Path | None, seed: int | None, every: float, seconds: float | None
) -> Plan:
    """The presses of a file, or of a public that `seed` repeats and that stops after `seconds`."""
    faces = config.panel.faces
    if timeline is None and seed is None:
        seed = SystemRandom().randrange(SEEDS)
        log.info("public seed=%d", seed)
    random = Random(seed or 0)  # noqa: S311  chance, not secrets
    pushes = crowd(random, every * 1000, faces) if timeline is None else read(timeline, faces)
    if seconds is not None:
        end = seconds * 1000
        pushes = takewhile(lambda push: push.at < end, pushes)
    return Plan(touches(pushes, random), seed)


def simulate(
    config: Config,
    plan: Plan,
    drain: float,
    lamp_log: Path | None,
    synced: Path | None = None,
) -> Report:
    """Run until the plan is done (or SIGTERM), then until all votes have their receipt.

    That takes at most `drain` seconds; a second signal ends it at once. The clock counts as set
    while the file `synced` is there; always, if none is given.
    """
    clock = SystemClock(synced=synced or ALWAYS_SYNCED)
    with (
        mock_pins() as pins,
        open_kiosk(config, pins, clock, crash_at(os.environ)) as kiosk,
        closing(LampLog(lamp_log, clock)) as seen,
        closing(UplinkThread(build_uplink(config))) as uplink,
        stop_on_signals() as stop,
    ):
        Eye(config, pins, seen)
        run = _Run(config, kiosk, uplink, stop)
        run.press(Finger(plan.touches, mover(config.pins, pins), kiosk.edges.wake))
        run.drain(drain)
        return run.report(plan.seed, seen.counts)


class _Run:
    """One simulation, from the first press to the report."""

    def __init__(self, config: Config, kiosk: Kiosk, uplink: UplinkThread, stop: Stop) -> None:
        self._config = config
        self._kiosk = kiosk
        self._uplink = uplink
        self._stop = stop
        self._began = time.monotonic()
        self._votes_before = _rows(kiosk.outbox)
        self._pressed = 0
        stop.wake = kiosk.edges.wake
        kiosk.errands.stop = stop.ask
        kiosk.panel.start()

    def press(self, finger: Finger) -> None:
        while not (self._stop.asked or finger.at_rest):
            self._step(STEP_SECONDS)
        finger.lift()
        self._pressed = finger.pushes
        decided = self._config.panel.decide_ms / 1000 + AFTER_LAST_TOUCH_S
        self._step_until(time.monotonic() + decided, lambda: False)

    def drain(self, seconds: float) -> None:
        asked = self._stop.times
        self._step_until(
            time.monotonic() + seconds,
            lambda: self._kiosk.outbox.queue == 0 or self._stop.times > asked,
        )

    def _step_until(self, end: float, done: Callable[[], bool]) -> None:
        while not done() and (left := end - time.monotonic()) > 0:
            self._step(min(left, STEP_SECONDS))

    def _step(self, timeout: float) -> None:
        self._kiosk.step(timeout)
        self._uplink.check()

    def report(self, seed: int | None, seen: Counter[str]) -> Report:
        counters = self._kiosk.tally.counters()
        return Report(
            kiosk=self._config.kiosk.id,
            epoch=self._kiosk.outbox.checkpoint.epoch,
            seed=seed,
            seconds=round(time.monotonic() - self._began, 1),
            pressed=self._pressed,
            confirmed=seen["counted"],
            tested=seen["test_stored"],
            cannot_store=seen["cannot_store"],
            too_soon=counters.too_soon,
            contested=counters.contested,
            together=counters.together,
            stuck=counters.stuck,
            refused=counters.refused,
            votes=_rows(self._kiosk.outbox),
            votes_before=self._votes_before,
            queue=self._kiosk.outbox.queue,
        )


def _rows(outbox: Outbox) -> int:
    """How many votes the outbox keeps: it keeps them without a gap."""
    oldest = outbox.oldest
    return outbox.checkpoint.seq - oldest + 1 if oldest else 0
