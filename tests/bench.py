"""A kiosk on a workbench: the real firmware on mock pins, with time moved by hand."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gpiozero.pins.mock import MockFactory

from kiosk import config, keys, link, wire
from kiosk.app_epoch import Kiosk
from kiosk.app_panel import open_kiosk
from kiosk.crash import Crash, never
from kiosk.epochs import Epochs, Place
from kiosk.keys import SigningKey
from kiosk.link import Arrived, LinkClosed, Publish, Ready, Up, Will
from kiosk.signals import Seen
from kiosk.simulate import Eye, mock_pins, mover
from kiosk.timeline import Push

COLLECTOR = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))))
NEXT_COLLECTOR = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96))))
STRANGER = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(96, 128))))
WALL = 1_763_860_500_000


def settings(folder: Path, **panel: int) -> config.Config:
    """The settings of a kiosk in `folder`, with both collector keys."""
    file = folder / "kiosk.toml"
    lines = [
        f'[kiosk]\nid = "dukcapil-01"\ndata_dir = "{folder}/data"\nrun_dir = "{folder}/run"',
        f'[collector]\nkey = "{COLLECTOR.public}"\nnext_key = "{NEXT_COLLECTOR.public}"',
        "[panel]",
        *(f"{name} = {value}" for name, value in panel.items()),
    ]
    file.write_text("\n".join([*lines, ""]))
    return config.load(file)


class HandClock:
    """A synced clock that only the test moves."""

    def __init__(self) -> None:
        self.ms = 100_000

    def up(self) -> int:
        return self.ms

    def now(self) -> wire.Moment:
        return self.at(self.ms)

    def at(self, up: int) -> wire.Moment:
        return wire.Moment(boot="3f" * 16, up=up, wall=WALL + up, clock="synced")


class Uplink:
    """The other end of the panel's socket, played by the test."""

    def __init__(self, path: Path) -> None:
        end = link.call(path)
        assert end is not None
        self.end = end
        self.will: Will | None = None
        self.published: list[Publish] = []

    def say(self, message: link.ToPanel) -> None:
        self.end.send(message)

    def listen(self) -> None:
        for message in self.end.receive():
            if isinstance(message, Will):
                self.will = message
            else:
                self.published.append(message)

    def letters(self, kind: type[wire.Message]) -> list[wire.Message]:
        """What was published of one kind, opened."""
        opened = [wire.unseal(message.topic, message.payload) for message in self.published]
        return [letter.message for letter in opened if isinstance(letter.message, kind)]


class Bench:
    """A kiosk, a finger, an eye; `wait` lets time pass in small steps."""

    STEP_MS = 10

    def __init__(
        self,
        kiosk: Kiosk,
        settings: config.Config,
        clock: HandClock,
        pins: MockFactory,
        history: list[str],
    ) -> None:
        self.kiosk, self.settings, self.clock, self.pins = kiosk, settings, clock, pins
        self.move = mover(settings.pins, pins)
        self.history = history  # crash points passed and signals seen, in order
        self.seen: list[Seen] = []
        self._planned: list[tuple[int, str, bool]] = []
        self.uplink: Uplink | None = None

    def see(self, seen: Seen) -> None:
        self.seen.append(seen)
        self.history.append(seen.signal)

    @property
    def signals(self) -> list[str]:
        return [seen.signal for seen in self.seen]

    def lit(self) -> set[str]:
        """The faces whose lamps shine now."""
        lamps = self.settings.pins.lamps.items()
        return {face for face, number in lamps if self.pins.pin(number).state}

    @property
    def key(self) -> str:
        return keys.load(self.place.key).public

    @property
    def place(self) -> Place:
        """The folder of the epoch in use."""
        return Epochs(self.settings.epochs).all()[-1]

    @property
    def votes(self) -> list[wire.Vote]:
        return list(self.kiosk.outbox.votes())

    def step(self) -> None:
        self.kiosk.step(0)
        try:
            if self.uplink is not None:
                self.uplink.listen()
        except LinkClosed:  # the panel has hung up
            self.leave()

    def leave(self) -> None:
        """The uplink goes away."""
        if self.uplink is not None:
            self.uplink.end.close()
            self.uplink = None

    def wait(self, ms: int) -> None:
        for _ in range(0, ms, self.STEP_MS):
            self.clock.ms += self.STEP_MS
            self._move_as_planned()
            self.step()

    def plan(self, push: Push) -> None:
        """Push later, at `push.at` from now on, while `wait` lets time pass."""
        begin = self.clock.ms + push.at
        self._planned += [(begin, push.face, True), (begin + push.hold, push.face, False)]
        self._planned.sort()

    def _move_as_planned(self) -> None:
        while self._planned and self._planned[0][0] <= self.clock.ms:
            _, face, down = self._planned.pop(0)
            self.move(face, down)

    def push(self, face: str, hold: int = 200) -> None:
        self.move(face, True)
        self.wait(hold)
        self.move(face, False)
        self.wait(50)

    # ------------------------------------------------------------ the uplink's side

    def connect(self) -> Uplink:
        self.uplink = Uplink(self.settings.socket)
        self.uplink.say(Ready())
        self.step()
        self.step()
        self.uplink.say(Up())
        self.step()
        return self.uplink

    def receipt(
        self,
        through: int,
        signed_by: SigningKey = COLLECTOR,
        kiosk: str = "dukcapil-01",
        **changes: object,
    ) -> Arrived:
        """What a collector would answer to the last hello."""
        assert self.uplink is not None
        hello = self.uplink.letters(wire.Hello)[-1]
        assert isinstance(hello, wire.Hello)
        receipt = wire.Receipt(
            v=1,
            epoch=hello.epoch,
            status="ok",
            through=through,
            head=str(self.kiosk.outbox.head_at(through)),
            nonce=hello.nonce,
            time=WALL,
        )
        changed = msgspec.structs.replace(receipt, **changes)
        return Arrived(*wire.seal(kiosk, changed, signed_by.sign))

    def answer(self, through: int, **changes: object) -> None:
        assert self.uplink is not None
        self.uplink.say(self.receipt(through, **changes))  # type: ignore[arg-type]
        self.step()
        self.step()


@contextmanager
def bench(
    folder: Path, held: tuple[str, ...] = (), crash: Crash = never, **panel: int
) -> Iterator[Bench]:
    """`held`: buttons that are down when the kiosk starts; `panel`: settings."""
    config_, clock = settings(folder, **panel), HandClock()
    history: list[str] = []

    def passed(point: str) -> None:
        history.append(point)
        crash(point)

    with ExitStack() as stack:
        pins = stack.enter_context(mock_pins())
        for face in held:
            _hold(pins, config_.pins.buttons[face])
        kiosk = stack.enter_context(open_kiosk(config_, pins, clock, passed))
        made = Bench(kiosk, config_, clock, pins, history)
        Eye(config_, pins, made.see)
        made.step()
        yield made
        made.leave()


def _hold(pins, number: int) -> None:  # type: ignore[no-untyped-def]
    """The button is stronger than the pull-up that is set at the start."""
    pin = pins.pin(number)
    pin._set_pull = lambda value: setattr(pin, "_pull", value)
    pin.drive_low()
