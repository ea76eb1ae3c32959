"""Several kiosks, a broker that is a pipe with holes, and a collector: one process, time by hand.

The kiosks (tests/boxes.py) and the collector (tests/office.py) are the product's own code. Only the
broker is a model: two lists of messages on their way, and a cellar of all that there ever were.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from collector.ingest.inbox import Arrival
from kiosk import wire
from kiosk.letters import Sealed
from tests.boxes import Box, Died, Word
from tests.card import Press
from tests.fleet import START_MS, opened, signing_key
from tests.office import Office

MINUTE = 60_000
DAY = 86_400_000
TURNS = 100  # of one wait; a longer one is slept through
NEWCOMER = "bkpsdm-01"  # its key is not known before its first hello


class Image(NamedTuple):
    """A card as it was."""

    folder: Path
    believed: dict[str, Word]


class Backup(NamedTuple):
    """A ledger as it was."""

    folder: Path
    at_ms: int


class World:
    """`up` and `down` are on their way; `destroyed` went with a card that nobody has any more."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.ms = START_MS
        self.office = Office(folder, self._office_time)
        names = ("dukcapil-01", "dukcapil-02", NEWCOMER)
        self.boxes = [
            Box(name, folder, lambda: self.ms, seed + n) for n, name in enumerate(names, 1)
        ]
        for box in self.boxes:
            self.register(box)
            box.on_mark = self.check_what_is_marked
        self.up: list[Sealed] = []
        self.down: list[Sealed] = []
        self.cellar: list[Sealed] = []
        self.made: dict[Press, int] = {}  # every press that became a vote → the how manieth
        self.destroyed: set[Press] = set()
        self.images = {box.name: Image(box.copy_of_the_card(), {}) for box in self.boxes}
        self.backups = [Backup(self.office.backup(), self.ms)]
        self.spoken: dict[Word, int] = {}  # a receipt → the generation it is of
        self.heard: dict[str, int] = {}  # epoch → the generation of the word it believed last
        self.ended: dict[int, set[Press]] = {}  # generation → what was stored at its end

    def close(self) -> None:
        self.office.db.close()
        for box in self.boxes:
            box.close()

    def register(self, box: Box) -> None:
        """The newcomer is registered with the key of an earlier card: its own waits for a word."""
        known = box.key if box.name != NEWCOMER else signing_key(0)
        self.office.register(box.name, known.public)

    def _office_time(self) -> int:
        """No two receipts say the same time, so that each can be told from all others."""
        self.ms += 1
        return self.ms

    # ------------------------------------------------------------ at the counter

    def press(self, box: Box, *faces: str, apart_ms: int = 500) -> None:
        """One finger after the other."""
        for face in faces:
            self._push(box, [face], 60)
            self.sleep(apart_ms)

    def hold_the_chord(self, box: Box) -> None:
        """Frown and smile for five seconds: test mode begins, or ends."""
        self._push(box, ["frown", "smile"], 5_100)

    def _push(self, box: Box, faces: list[str], hold_ms: int) -> None:
        for down, then_ms in ((True, hold_ms), (False, 30)):
            with self.mortal(box):
                for face in faces:
                    box.touch(face, down=down)
                self.sleep(then_ms)
                box.judge()
        self.look_at(box)

    def look_at(self, box: Box) -> None:
        """Remember every vote there ever was, also one of which nobody was told."""
        for vote in box.outbox.votes():
            self.made.setdefault(vote.time, len(self.made))

    # ------------------------------------------------------------ time

    def sleep(self, ms: int) -> None:
        self.ms += ms

    def wait(self, ms: int) -> None:
        """Time passes, and kiosks do what is due; a long time is mostly slept through."""
        end = self.ms + ms
        for _ in range(TURNS):
            due = self.next_due()
            if due is None or due > end:
                break
            self.ms = max(self.ms, due)
            self.run()
        self.ms = max(self.ms, end)
        self.run()

    def next_due(self) -> int | None:
        """When a kiosk next has something to do, in true time."""
        dues = [box.due() for box in self.boxes if box.connected]
        return min((due for due in dues if due is not None), default=None)

    def run(self) -> None:
        for box in self.boxes:
            with self.mortal(box):
                self._send(box.run())

    def _send(self, messages: list[Sealed]) -> None:
        self.up += messages
        self.cellar += messages

    @contextmanager
    def mortal(self, box: Box) -> Iterator[None]:
        """It may die in here, at the point that was chosen; and is started again."""
        try:
            yield
        except Died:
            self._send(box.out())
            box.rise(rebooted=box.random.random() < 0.5)
            self.look_at(box)

    # ------------------------------------------------------------ on the way

    def arrive(self, messages: list[Sealed]) -> None:
        """At the collector, in one drain."""
        arrivals = [Arrival(topic, payload, self._office_time()) for topic, payload in messages]
        generation = self.office.generation
        receipts: list[Sealed] = []
        with self.mortal_office():
            receipts = self.office.take(arrivals)
        for sealed in receipts:
            _, receipt = opened(*sealed)
            self.spoken[Word(receipt.epoch, receipt.through, receipt.time)] = generation
        self.down += receipts
        self.cellar += receipts

    def approve(self, epoch: str) -> None:
        with self.mortal_office():
            self.office.approve(epoch)

    @contextmanager
    def mortal_office(self) -> Iterator[None]:
        try:
            yield
        except Died:
            self.office.rise()

    def hear(self, sealed: Sealed) -> None:
        """At the kiosk that it is for."""
        topic, _ = sealed
        for box in self.boxes:
            if box.connected and topic == wire.topic_of(box.name, "receipt"):
                box.hear(sealed)
                with self.mortal(box):
                    self._send(box.run())

    def flow(self, done: Callable[[], bool], longest_ms: int) -> None:
        """Deliver all in order and at once, and let time pass."""
        end = self.ms + longest_ms
        while True:
            self._deliver_all()
            due = self.next_due()
            if done() or due is None or due > end:
                return
            self.ms = max(self.ms, due)
            self.run()

    def _deliver_all(self) -> None:
        while self.up or self.down:
            up, self.up = self.up, []
            self.arrive(up)
            down, self.down = self.down, []
            for sealed in down:
                self.hear(sealed)

    # ------------------------------------------------------------ what a mark says

    def check_what_is_marked(self, box: Box) -> None:
        """It was stored by the collector whose receipt it was, and no later word forbids it."""
        for shelf in box.shelves():
            if (word := box.believed.get(shelf.epoch)) is None:
                assert shelf.receipted == set()
            else:
                generation = self.spoken[word]
                assert shelf.receipted <= self.held_by(generation)
                assert generation >= self.heard.get(word.epoch, 0), "an older ledger's word"
                self.heard[word.epoch] = generation

    def held_by(self, generation: int) -> set[Press]:
        """What a ledger has, or had at its end."""
        if generation == self.office.generation:
            return self.office.stored()
        return self.ended[generation]

    # ------------------------------------------------------------ older states come back

    def put_the_old_card_in(self, box: Box) -> None:
        before = box.kept()
        box.put_in(*self.images[box.name])
        self.destroyed |= before - box.kept()
        self.heard |= {epoch: self.spoken[word] for epoch, word in box.believed.items()}

    def restore(self, backup: Backup) -> None:
        self.ended[self.office.generation] = self.office.stored()
        self.office.restore(backup.folder)
