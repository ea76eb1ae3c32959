"""What was true of a backup when it was taken, in a file beside it: ledger-….json."""

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from collector.backup.errors import NotWhole
from collector.ledger.copying import Census

VERSION: Final = 1


class Head(Struct, frozen=True):
    kiosk: str
    epoch: str
    seq: int
    head: str


class Stamp(Struct, frozen=True):
    v: int
    taken_at_ms: int  # the collector's clock when the copy began
    bytes: int
    sha256: str  # of the backup's file
    votes: int
    heads: list[Head]
    journal_n: int
    journal_head: str
    receipt_key: str  # public half of the key that kiosks believed then

    def differences(self, census: Census) -> list[str]:
        """In words, what a ledger holds otherwise than this stamp says."""
        told = {(head.kiosk, head.epoch): (head.seq, head.head) for head in self.heads}
        held = {(one.kiosk, one.epoch): (one.seq, one.head) for one in census.chains}
        found = [
            f"{kiosk}, epoch {epoch[:12]}: its head is not the one that was noted"
            for kiosk, epoch in sorted(told.keys() | held.keys())
            if told.get((kiosk, epoch)) != held.get((kiosk, epoch))
        ]
        if census.votes != self.votes:
            found.insert(0, f"{census.votes} votes, and {self.votes} were noted")
        if census.journal != (self.journal_n, self.journal_head):
            found.append("the journal is not the one that was noted")
        return found


def stamp_of(census: Census, taken_at_ms: int, size: int, sha256: str, receipt_key: str) -> Stamp:
    heads = [Head(one.kiosk, one.epoch, one.seq, one.head) for one in census.chains]
    return Stamp(
        VERSION, taken_at_ms, size, sha256, census.votes, heads, *census.journal, receipt_key
    )


def stamp_beside(backup: Path) -> Path:
    return backup.with_suffix(".json")


def write(stamp: Stamp, backup: Path) -> None:
    text = msgspec.json.format(msgspec.json.encode(stamp), indent=1)
    stamp_beside(backup).write_bytes(text + b"\n")


def read(backup: Path) -> Stamp | None:
    """None where there is none: a copy that was made by other means. Raises NotWhole."""
    file = stamp_beside(backup)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Stamp)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise NotWhole(f"{file}: cannot be read: {error}") from error
