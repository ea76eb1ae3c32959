"""Programs that write without a pause, and tell outside of the disk what they have promised.

python -m tests.powercut_writers kiosk FOLDER PROMISES FULL

FOLDER lies on the disk whose power is cut, PROMISES does not. Each line there is JSON, written
only after the promise was given: a kiosk's lamp has said "counted", a collector's receipt has left.
FULL is what the product demands of SQLite; NORMAL is what would lose votes.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from kiosk import wire
from kiosk.outbox import Outbox
from tests.fleet import START_MS, TestCollector
from tests.outbox import KEY, KIOSK, vote

RECEIPT_EVERY = 50  # votes
HOURS_A_RECEIPT = 12 * 3_600_000  # so that votes are also forgotten, after 90 days
COLLECTOR_KIOSKS = 3
COLLECTOR_VOTES = 7  # in a batch

Promise = Callable[[dict[str, object]], None]


def promises(file: Path) -> Promise:
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def promise(line: dict[str, object]) -> None:
        os.write(descriptor, json.dumps(line).encode() + b"\n")

    return promise


def loosen(db: sqlite3.Connection, synchronous: str) -> None:
    """Only here: the product has no such choice."""
    db.execute(f"PRAGMA synchronous={synchronous}")


def kiosk(folder: Path, promise: Promise, synchronous: str) -> None:
    """Votes, receipts, and votes forgotten 90 days after theirs."""
    box = Outbox.open(folder / "outbox.db", KIOSK, KEY)
    loosen(box._db, synchronous)
    while True:
        for _ in range(RECEIPT_EVERY):
            seq = vote(box).seq
            promise({"seq": seq, "head": box.checkpoint.head})
        box.mark_receipted(seq - 5, START_MS + seq // RECEIPT_EVERY * HOURS_A_RECEIPT)
        box.prune()


def collector(folder: Path, promise: Promise, synchronous: str) -> None:
    """Batches of some kiosks, stored and receipted."""
    here = TestCollector(folder)
    kiosks = [here.kiosk(f"uji-{n:02d}", seed=n) for n in range(1, COLLECTOR_KIOSKS + 1)]
    loosen(here.db.conn, synchronous)
    while True:
        for each in kiosks:
            after = len(each.chain)
            for number in range(COLLECTOR_VOTES):
                each.press(("smile", "neutral", "frown")[number % 3])
            _promise_receipts(promise, here.take(each.votes(after)))
        here.clock.ms += 1000


def _promise_receipts(promise: Promise, receipts: list[wire.Receipt]) -> None:
    for receipt in receipts:
        promise({"epoch": receipt.epoch, "seq": receipt.through, "head": receipt.head})


def main(what: str, folder: str, file: str, synchronous: str) -> None:
    write = {"kiosk": kiosk, "collector": collector}[what]
    write(Path(folder), promises(Path(file)), synchronous)


if __name__ == "__main__":
    main(*sys.argv[1:])
