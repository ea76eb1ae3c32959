"""An outbox for tests, and how to look at it from outside."""

import os
import shutil
from pathlib import Path

from kiosk import wire
from kiosk.ballot import Ballot
from kiosk.crash import Crash, never
from kiosk.outbox import Outbox

KIOSK = "dukcapil-01"
KEY = "ab" * 32
EPOCH = wire.fingerprint(KEY)
GENESIS = wire.genesis(KIOSK, KEY)
SMILE = Ballot("smile", "pelayanan", replaces=None, test=False)
DAY = 86_400_000
START = 20_000 * DAY  # a day of the collector's clock


def moment(up: int = 812_400) -> wire.Moment:
    return wire.Moment(boot="3f" * 16, up=up, wall=1_763_860_502_123, clock="synced")


def opened(folder: Path, crash: Crash = never) -> Outbox:
    return Outbox.open(folder / "outbox.db", KIOSK, KEY, crash)


def vote(box: Outbox, ballot: Ballot = SMILE) -> wire.Vote:
    return box.append(ballot, moment(), os.urandom)


def fill(box: Outbox, count: int) -> list[wire.Vote]:
    return [vote(box) for _ in range(count)]


def heads(votes: list[wire.Vote]) -> list[str]:
    return wire.chain(KIOSK, EPOCH, GENESIS, votes)


def after_a_power_cut(folder: Path, to: Path) -> Outbox:
    """What another process would find if this one ended now: a copy of the files as they are."""
    to.mkdir()
    for file in folder.glob("outbox.db*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, to)
    return opened(to)
