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
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from kiosk.app_epoch import Kiosk, Term
from kiosk.callbacks import Hearing
from kiosk.courier import Courier
from kiosk.epochs import Epochs
from kiosk.health import Tally
from kiosk.letters import Letters, Sealed
from kiosk.link import Arrived, Down, Publish, Up
from kiosk.orders import Obeyed, Orders
from kiosk.outbox import Outbox
from kiosk.panel import Desk
from kiosk.post import Post
from kiosk.presses import Presses, Timing
from kiosk.remote import Remote
from kiosk.rescue import rescue
from kiosk.retention import KEEP_MS
from kiosk.succession import InUse
from kiosk.voting import Answer, Voting
from tests.byhand import HandClock, Socket
from tests.card import Press, Shelf, read
from tests.fleet import COLLECTOR_KEY

FACES = ("frown", "neutral", "smile")
LONGEST_TURN = 200  # steps after which a kiosk that is always due is taken for mad


class Died(BaseException):
    """The process ended here, as `os._exit` or a power cut would end it: nobody may catch that."""


class HandPanel:
    """A panel that somebody steps: no pins, no lamps, and the finger is the test's."""

    def __init__(self, box: "Box", desk: Desk) -> None:
        self.desk = desk
        self._box = box

    def step(self, _timeout: float) -> None:
        self.desk.post.step(self._box.clock.up())

    def at_rest(self) -> bool:
        return self._box.presses.at_rest(self._box.clock.up())


class NoErrands:
    """Nobody sends this kiosk settings or commands."""

    def run(self, panel: HandPanel) -> None:
        """There are none."""


class Word(NamedTuple):
    """A receipt that moved a cursor."""

    epoch: str
    through: int
    time_ms: int


class Box:
    """`now` is true time, Unix milliseconds. `believed` are the last words, epoch by epoch."""

    def __init__(self, name: str, folder: Path, now: Callable[[], int], seed: int) -> None:
        self.name = name
        self.clock = HandClock(now)
        self.random = Random(seed)
        self.confirmed: set[Press] = set()  # a lamp has said so
        self.believed: dict[str, Word] = {}
        self.on_mark: Callable[[Box], None] = lambda _: None
        self._saying: Word | None = None
        self._dies_at: str | None = None
        self._all = folder
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        self._begin()

    # ------------------------------------------------------------ life and death

    def _begin(self) -> None:
        self.presses = Presses(Timing(), FACES, frozenset())
        self.tally = Tally()
        self.socket = Socket()
        self.connected = False
        self.epochs = Epochs(self.folder, self._crash)
        term = Term(self.epochs, self.name, self._desk, self._crash)
        self.panel = HandPanel(self, term.desk)
        self.kiosk = Kiosk(
            panel=self.panel,  # type: ignore[arg-type]
            edges=None,  # type: ignore[arg-type]
            hearing=Hearing(lambda face, down: None),  # no pins, so nobody to be deaf to
            tally=self.tally,
            term=term,
            errands=NoErrands(),  # type: ignore[arg-type]
            clock=self.clock,
        )

    def _desk(self, in_use: InUse, waiting: int) -> Desk:
        outbox = in_use.outbox
        outbox.mark_receipted = partial(self._mark, outbox.mark_receipted)  # type: ignore[method-assign]
        self.key = in_use.key
        self.courier = Courier(self.random)
        voting = Voting(
            outbox=outbox,
            question=lambda: "pelayanan",
            presses=self.presses,
            clock=self.clock,
            random=self.random.randbytes,
            tally=self.tally,
            crash=self._crash,
        )
        return Desk(outbox, voting, self._post(in_use, waiting))

    def _post(self, in_use: InUse, waiting: int) -> Post:
        orders = self._orders()
        letters = Letters(
            kiosk=self.name,
            key=in_use.key,
            receipt_keys=(COLLECTOR_KEY.public,),
            outbox=in_use.outbox,
            clock=self.clock,
            tally=self.tally,
            faces=FACES,
            remote=orders.remote,
            disk=self.folder,
            damaged=waiting,
        )
        return Post(
            listener=self.socket,  # type: ignore[arg-type]
            letters=letters,
            courier=self.courier,
            outbox=in_use.outbox,
            clock=self.clock,
            crash=self._crash,
            orders=orders,
            keep_ms=lambda: KEEP_MS,
        )

    def _orders(self) -> Orders:
        keys = (COLLECTOR_KEY.public,)
        remote = Remote(self.folder / "config.msg", self.name, keys)
        return Orders(self.name, keys, remote, Obeyed(self.folder / "obeyed"), self.clock)

    def close(self) -> None:
        self.panel.desk.outbox.close()

    def die_at(self, point: str) -> None:
        self._dies_at = point

    def _crash(self, point: str) -> None:
        if point != self._dies_at:
            return
        self._dies_at = None
        # The files as they are at this moment: what is rolled back after it has no effect.
        self._wreck = self.copy_of_the_card()
        if point == "after_receipt_mark":
            self._note()
        raise Died(point)

    def rise(self, *, rebooted: bool) -> None:
        """After `Died`: a new process finds what the last one has left."""
        self.folder = self._wreck
        self.restart(rebooted=rebooted)

    def restart(self, *, rebooted: bool) -> None:
        self.close()
        self._dies_at = None
        if rebooted:
            self.clock.boot(self.random.randbytes(16).hex())
        self._begin()

    def copy_of_the_card(self) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self._all))
        shutil.copytree(
            self.folder, folder, ignore=shutil.ignore_patterns("*-shm"), dirs_exist_ok=True
        )
        return folder

    def put_in(self, card: Path, believed: dict[str, Word]) -> None:
        """Go on from an image of the card that is as old as `believed`."""
        self.folder = Path(tempfile.mkdtemp(dir=self._all))
        shutil.copytree(card, self.folder, dirs_exist_ok=True)
        self.believed = dict(believed)
        self.restart(rebooted=True)

    def rescue(self) -> None:
        """A technician carries over what a restored collector may have lost of earlier epochs."""
        self.close()
        rescue(self.epochs, self.name, None, receipted=True)
        self.restart(rebooted=False)

    # ------------------------------------------------------------ the finger

    def touch(self, face: str, *, down: bool) -> list[Answer]:
        self.presses.edge(face, down, self.clock.up())
        return self.judge()

    def judge(self) -> list[Answer]:
        """What the lamps say of all that was pressed until now."""
        answers = []
        while events := self.presses.advance(self.clock.up()):
            for event in events:
                answer = self.panel.desk.voting.take(event)
                if answer is not None:
                    self._show(answer)
                    answers.append(answer)
        return answers

    def _show(self, answer: Answer) -> None:
        if answer.signal == "counted":
            _, (vote,) = self.outbox.batch(self.outbox.checkpoint.seq - 1, 1)
            self.confirmed.add(vote.time)

    # ------------------------------------------------------------ the post

    def connect(self) -> None:
        self.connected = True
        self.socket.line.deliver(Up())

    def disconnect(self) -> None:
        self.connected = False
        self.socket.line.deliver(Down())

    def hear(self, sealed: Sealed) -> None:
        self.socket.line.deliver(Arrived(*sealed))

    def run(self) -> list[Sealed]:
        """Do all that is due now; what went out, if there is a connection."""
        for _ in range(LONGEST_TURN):
            self.kiosk.step(0)
            self._keep_calling()
            due = self.panel.desk.post.due()
            if due is None or due > self.clock.up():
                return self.out()
        raise AssertionError(f"{self.name}: always due, never done")

    def _keep_calling(self) -> None:
        """The uplink finds the panel gone, and calls it again; then it connects anew."""
        if self.socket.line.closed:
            self.socket.call()
            if self.connected:
                self.connect()
            self.kiosk.step(0)

    def due(self) -> int | None:
        """When there is next something to do, in true time."""
        due = self.panel.desk.post.due()
        return None if due is None else self.clock.true_time(due)

    def out(self) -> list[Sealed]:
        """What was sent since the last call; without a connection it goes nowhere."""
        published = [message for message in self.socket.sent if isinstance(message, Publish)]
        self.socket.sent.clear()
        return [(each.topic, each.payload) for each in published if self.connected]

    # ------------------------------------------------------------ what is on the card

    @property
    def outbox(self) -> Outbox:
        return self.kiosk.outbox

    @property
    def epoch(self) -> str:
        """That in use."""
        return self.outbox.checkpoint.epoch

    def shelves(self) -> list[Shelf]:
        """What a restart would find of each epoch, from the first to the one in use."""
        return [read(place.outbox) for place in self.epochs.all()]

    def kept(self) -> set[Press]:
        return {vote for shelf in self.shelves() for vote in shelf.votes.values()}

    def _mark(self, mark: Callable[[int, int], None], through: int, time_ms: int) -> None:
        self._saying = Word(self.epoch, through, time_ms)
        mark(through, time_ms)
        self._note()

    def _note(self) -> None:
        if self._saying is not None:
            self.believed[self._saying.epoch] = self._saying
            self.on_mark(self)
