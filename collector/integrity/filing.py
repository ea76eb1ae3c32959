"""What the collector noted about votes, chained: what the kiosk's own chain cannot hold. Pure.

A kiosk signs what was pressed. When that was, as well as the collector could tell, whether it
counts, and what it corrects is the collector's word; so a witness vouches for that too. One link
for each checkpoint: SHA-256 over `senyum/1 filed`, the link before, the checkpoint's fields, and
the fields of each vote since the checkpoint before, each ended by a newline. Before the first it is
SHA-256 over `senyum/1 filed` and the epoch.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from collector.ledger.evidence import Checkpoint

QUARTER_MS: Final = 900_000

# seq, quality, lo, hi, corrects, counted, received (the quarter in which it came, Unix seconds)
Filed = tuple[int, str, int | None, int | None, int | None, int, int]


def begin(epoch: str) -> str:
    return sha256(f"senyum/1 filed\n{epoch}\n".encode()).hexdigest()


def quarter_of(received_ms: int) -> int:
    """Only the quarter of an hour: the millisecond of an arrival is nearly that of the press."""
    return received_ms // QUARTER_MS * 900


def line(filed: Filed) -> str:
    seq, quality, lo, hi, corrects, counted, received = filed
    low = "-" if lo is None else lo
    high = "-" if hi is None else hi
    corrected = "-" if corrects is None else corrects
    return f"{seq}\n{quality}\n{low}\n{high}\n{corrected}\n{counted}\n{received}\n"


def next_filed(before: str, checkpoint: Checkpoint, lines: Iterable[str]) -> str:
    seq, head, kind, digest, signature, received_ms = checkpoint
    text = (
        f"senyum/1 filed\n{before}\n{seq}\n{head}\n{kind}\n{digest}\n{signature.hex()}\n"
        f"{quarter_of(received_ms)}\n{''.join(lines)}"
    )
    return sha256(text.encode()).hexdigest()
