"""A kiosk without pins and without sockets: the product's own parts, stepped by hand.

box = Box("dukcapil-01", folder, now, seed=1)
box.press("smile")            # through Presses, Voting and Outbox, as a finger would
box.connect(), box.run()      # Post, Courier and Letters; what they send is in box.sent
box.hear(topic, payload)      # something has arrived from the broker
box.die_at("after_commit")    # the next time that it gets there, `Died` is raised
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from kiosk import wire
from kiosk.courier import Courier
from kiosk.health import Tally
from kiosk.letters import Letters, Sealed
from kiosk.link import Arrived, Down, Publish, Ready, ToPanel, ToUplink, Up
from kiosk.orders import Obeyed, Orders
from kiosk.outbox import Outbox
from kiosk.post import Post
from kiosk.presses import Presses, Timing
from kiosk.remote import Remote
from kiosk.retention import KEEP_MS
from kiosk.voting import Answer, Voting
from tests.fleet import COLLECTOR_KEY, signing_key

FACES = ("frown", "neutral", "smile")
LONGEST_TURN = 200  # steps after which a kiosk that is always due is taken for mad


class Died(BaseException):
    """The process ended here, as `os._exit` or a power cut would end it: nobody may catch that."""


class Identity(NamedTuple):
    """One vote of the world: no two are equal, whatever their place in a chain."""

    epoch: str
    seq: int
    time: str  # the commitment, which no other press has


class HandClock:
    """A kiosk's clocks, moved by the test. `error_ms`: how wrong the wall clock is."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self.error_ms = 0
        self.boot("00" * 16)

    def boot(self, boot: str) -> None:
        self._boot, self._booted_ms = boot, self._now()

    def up(self) -> int:
        return self._now() - self._booted_ms

    def true_time(self, up: int) -> int:
        return self._booted_ms + up

    def now(self) -> wire.Moment:
        return self.at(self.up())

    def at(self, up: int) -> wire.Moment:
        wall = max(0, self._booted_ms + up + self.error_ms)
        return wire.Moment(boot=self._boot, up=up, wall=wall, clock="synced")


class Line:
    """Both ends of the panel's socket, in memory: it can be hung up and picked up again."""

    wants_write = False

    def __init__(self) -> None:
        self._arrived: list[ToPanel] = [Ready()]
        self.sent: list[ToUplink] = []
        self._new = True

    def accept(self) -> "Line | None":
        new, self._new = self._new, False
        return self if new else None

    def flush(self) -> None:
        """Nothing ever waits here."""

    def close(self) -> None:
        """Nobody looks at a line that is hung up."""

    def send(self, message: ToUplink) -> None:
        self.sent.append(message)

    def receive(self) -> list[ToPanel]:
        arrived, self._arrived = self._arrived, []
        return arrived

    def deliver(self, message: ToPanel) -> None:
        self._arrived.append(message)


class MarkingOutbox(Outbox):
    """Tells which of the collector's words made it move its cursor."""

    marking: Callable[[int, int], None]
    marked: Callable[[], None]

    def mark_receipted(self, through: int, time_ms: int) -> None:
        self.marking(through, time_ms)
        super().mark_receipted(through, time_ms)
        self.marked()


class Box:
    """`now` is true time, Unix milliseconds. `marked_by` is the last word that was believed."""

    def __init__(self, name: str, folder: Path, now: Callable[[], int], seed: int) -> None:
        self.name = name
        self.key = signing_key(seed)
        self.epoch = wire.fingerprint(self.key.public)
        self.clock = HandClock(now)
        self.random = Random(seed)
        self.folder = folder / name
        self.confirmed: set[Identity] = set()  # a lamp has said so
        self.marked_by: tuple[int, int] | None = None  # through, and the collector's time
        self._saying: tuple[int, int] | None = None
        self._dies_at: str | None = None
        self._all = folder
        self.folder.mkdir()
        self._begin()

    # ------------------------------------------------------------ life and death

    def _begin(self) -> None:
        self.outbox = MarkingOutbox.open(
            self.folder / "outbox.db", self.name, self.key.public, self._crash
        )
        self.outbox.marking, self.outbox.marked = self._marking, self._marked
        self.presses = Presses(Timing(), FACES, frozenset())
        tally = Tally()
        self.voting = Voting(
            outbox=self.outbox,
            question=lambda: "pelayanan",
            presses=self.presses,
            clock=self.clock,
            random=self.random.randbytes,
            tally=tally,
            crash=self._crash,
        )
        self.courier = Courier(self.random)
        self.line = Line()
        self.connected = False
        self.post = self._post(tally)

    def _post(self, tally: Tally) -> Post:
        orders = self._orders()
        letters = Letters(
            kiosk=self.name,
            key=self.key,
            receipt_keys=(COLLECTOR_KEY.public,),
            outbox=self.outbox,
            clock=self.clock,
            tally=tally,
            faces=("frown", "neutral", "smile"),
            remote=orders.remote,
            disk=self.folder,
        )
        return Post(
            listener=self.line,  # type: ignore[arg-type]
            letters=letters,
            courier=self.courier,
            outbox=self.outbox,
            clock=self.clock,
            crash=self._crash,
            orders=orders,
            keep_ms=lambda: KEEP_MS,
        )

    def _orders(self) -> Orders:
        keys = (COLLECTOR_KEY.public,)
        remote = Remote(self.folder / "config.msg", self.name, keys)
        return Orders(self.name, keys, remote, Obeyed(self.folder / "obeyed"), self.clock)

    def die_at(self, point: str) -> None:
        self._dies_at = point

    def _crash(self, point: str) -> None:
        if point != self._dies_at:
            return
        self._dies_at = None
        # The files as they are at this moment: what is rolled back after it has no effect.
        self._wreck = self.copy_of_the_card()
        if point == "after_receipt_mark":
            self._marked()
        raise Died(point)

    def rise(self, *, rebooted: bool) -> None:
        """After `Died`: a new process finds what the last one has left."""
        self.folder = self._wreck
        self.restart(rebooted=rebooted)

    def restart(self, *, rebooted: bool) -> None:
        self.outbox.close()
        self._dies_at = None
        if rebooted:
            self.clock.boot(self.random.randbytes(16).hex())
        self._begin()

    def copy_of_the_card(self) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self._all))
        for file in self.folder.glob("outbox.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, folder)
        return folder

    def put_in(self, card: Path, marked_by: tuple[int, int] | None) -> None:
        """Go on from an image of the card that is as old as `marked_by`."""
        self.folder = Path(tempfile.mkdtemp(dir=self._all))
        shutil.copytree(card, self.folder, dirs_exist_ok=True)
        self.marked_by = marked_by
        self.restart(rebooted=True)

    # ------------------------------------------------------------ the finger

    def touch(self, face: str, *, down: bool) -> list[Answer]:
        self.presses.edge(face, down, self.clock.up())
        return self.judge()

    def judge(self) -> list[Answer]:
        """What the lamps say of all that was pressed until now."""
        answers = []
        while events := self.presses.advance(self.clock.up()):
            for event in events:
                answer = self.voting.take(event)
                if answer is not None:
                    self._show(answer)
                    answers.append(answer)
        return answers

    def _show(self, answer: Answer) -> None:
        if answer.signal == "counted":
            last = self.outbox.checkpoint.seq
            _, (vote,) = self.outbox.batch(last - 1, 1)
            self.confirmed.add(Identity(self.epoch, vote.seq, vote.time))

    # ------------------------------------------------------------ the post

    def connect(self) -> None:
        self.connected = True
        self.line.deliver(Up())

    def disconnect(self) -> None:
        self.connected = False
        self.line.deliver(Down())

    def hear(self, sealed: Sealed) -> None:
        self.line.deliver(Arrived(*sealed))

    def run(self) -> list[Sealed]:
        """Do all that is due now; what went out, if there is a connection."""
        for _ in range(LONGEST_TURN):
            self.post.step(self.clock.up())
            due = self.post.due()
            if due is None or due > self.clock.up():
                return self.out()
        raise AssertionError(f"{self.name}: always due, never done")

    def due(self) -> int | None:
        """When there is next something to do, in true time."""
        due = self.post.due()
        return None if due is None else self.clock.true_time(due)

    def out(self) -> list[Sealed]:
        """What was sent since the last call; without a connection it goes nowhere."""
        sent, self.line.sent = self.line.sent, []
        published = [message for message in sent if isinstance(message, Publish)]
        return [(each.topic, each.payload) for each in published if self.connected]

    # ------------------------------------------------------------ what is on the card

    def votes(self) -> list[wire.Vote]:
        return list(self.outbox.votes())

    def kept(self) -> set[Identity]:
        return {Identity(self.epoch, vote.seq, vote.time) for vote in self.votes()}

    def receipted(self) -> set[Identity]:
        return {vote for vote in self.kept() if vote.seq <= self.outbox.through}

    def _marking(self, through: int, time_ms: int) -> None:
        self._saying = (through, time_ms)

    def _marked(self) -> None:
        self.marked_by = self._saying
