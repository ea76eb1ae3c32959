"""The witnesses behind the golden files in tests/witness/, over the votes of tests/golden.py.

`python -m tests.golden_witness NAME` writes a file that is not there yet; a shipped one is never
rewritten.
"""

import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from collector.integrity import belonging, filing
from collector.integrity.filing import Filed
from collector.integrity.witness import Head, Journal, Place, Witness, seal
from collector.ledger.evidence import Checkpoint
from kiosk import wire
from tests import golden
from tests.golden import COLLECTOR_KEY, EARLIER_KEY, EPOCH, HEADS, KIOSK, KIOSK_KEY, QUARTER, WALL

FOLDER = Path(__file__).parent / "witness"
RECEIVED_MS = WALL + 1_001_000
RECEIVED = RECEIVED_MS // 900_000 * 900
EARLIER = wire.fingerprint(EARLIER_KEY.public)

# What a collector might have noted: seq, quality, lo, hi, corrects, counted, received.
FILED: tuple[Filed, ...] = (
    (1, "A", QUARTER, QUARTER + 900, None, 1, RECEIVED),
    (2, "A", QUARTER, QUARTER + 900, 1, 1, RECEIVED),
    (3, "C", QUARTER, QUARTER + 1005, None, 1, RECEIVED),
    (4, "A", QUARTER, QUARTER + 900, None, 0, RECEIVED),
    (5, "B", QUARTER, QUARTER + 900, None, 1, RECEIVED),
    (6, "D", None, QUARTER + 1005, None, 0, RECEIVED),
)


def checkpoint(name: str) -> Checkpoint:
    """As a collector keeps it of a golden batch."""
    letter = wire.unseal(*golden.GOLDEN[name].sealed())
    _, seq, head = letter.checkpoint
    return Checkpoint(seq, head, letter.kind, letter.digest, letter.signature, RECEIVED_MS)


def filed() -> tuple[str, str, str]:
    """Before the first vote, after the fourth, after the sixth."""
    begin = filing.begin(EPOCH)
    first = filing.next_filed(begin, checkpoint("v1-votes-first"), map(filing.line, FILED[:4]))
    last = filing.next_filed(first, checkpoint("v1-votes-next"), map(filing.line, FILED[4:]))
    return begin, first, last


def _head(seq: int, filed: str) -> Head:
    dated = QUARTER if seq else None
    at = QUARTER - 86_400
    return Head(KIOSK, EPOCH, KIOSK_KEY.public, "approved", at, dated, seq, HEADS[seq - 1], filed)


def _earlier() -> Head:
    """The epoch of the same card that came before; an admin has never approved it."""
    key = EARLIER_KEY.public
    head, begin = wire.genesis(KIOSK, key), filing.begin(EARLIER)
    return Head(KIOSK, EARLIER, key, "held", QUARTER - 172_800, None, 0, head, begin)


def first() -> bytes:
    witness = Witness(
        v=1,
        n=1,
        prev=None,
        time=RECEIVED_MS + 60_000,
        key=COLLECTOR_KEY.public,
        journal=Journal(0, sha256(b"senyum/1 journal\n").hexdigest()),
        places=belonging.digest([]),
        epochs=(_head(4, filed()[1]),),
        placements=(),
    )
    return seal(witness, COLLECTOR_KEY)


def following() -> bytes:
    witness = Witness(
        v=1,
        n=2,
        prev=sha256(first()).hexdigest(),
        time=RECEIVED_MS + 86_460_000,
        key=COLLECTOR_KEY.public,
        journal=Journal(1, "5e" * 32),
        places=belonging.digest([("loket-1", "kantor", "dukcapil")]),
        epochs=(_earlier(), _head(6, filed()[2])),
        placements=(Place(KIOSK, QUARTER - 86_400, None, "loket-1"),),
    )
    return seal(witness, COLLECTOR_KEY)


WITNESSES: dict[str, Callable[[], bytes]] = {"v1-first": first, "v1-next": following}


def main(names: list[str]) -> None:
    for name in names:
        with (FOLDER / f"{name}.txt").open("xb") as file:
            file.write(WITNESSES[name]())


if __name__ == "__main__":
    main(sys.argv[1:])
