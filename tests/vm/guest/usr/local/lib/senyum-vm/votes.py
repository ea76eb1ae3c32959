"""Commits votes to an outbox of its own and tells the host of each, as soon as it is committed.

votes.py FOLDER SYNCHRONOUS HOW_MANY: with FULL it is the outbox as it is; anything else weakens it,
to show that the test would notice.
"""

import os
import sys
import time
from pathlib import Path

from port import Port

from kiosk import keys
from kiosk.clock import SystemClock
from kiosk.outbox import Ballot, Outbox


def main(folder: Path, synchronous: str, votes: int) -> None:
    port = Port("/dev/ttyS2")
    key = keys.load_or_create(folder / "kiosk.key")
    outbox = Outbox.open(folder / "outbox.db", "uji-01", key.public)
    if synchronous != "FULL":
        outbox._db.execute(f"PRAGMA synchronous = {synchronous}")
    clock = SystemClock()
    for number in range(1, votes + 1):
        outbox.append(
            Ballot("smile", "pelayanan", replaces=None, test=False), clock.now(), os.urandom
        )
        port.write({"committed": number})
        time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
