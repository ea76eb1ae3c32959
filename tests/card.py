"""What lies on a kiosk's card, read from outside: the memory of a process may differ."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from kiosk import wire

# The commitment to its time names a press: no two have the same, and it stays with a vote that is
# carried into another epoch.
Press = str


class Shelf(NamedTuple):
    """One epoch as it lies on the card."""

    epoch: str
    through: int
    votes: dict[int, Press]

    @property
    def receipted(self) -> set[Press]:
        return {vote for seq, vote in self.votes.items() if seq <= self.through}


def read(file: Path) -> Shelf:
    """From the file itself, as another process would: memory may differ."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        ((key, base),) = db.execute("SELECT key, base_seq FROM epoch").fetchall()
        (through,) = db.execute(
            "SELECT coalesce(max(through), ?) FROM receipts", (base,)
        ).fetchone()
        votes = dict(db.execute("SELECT seq, lower(hex(time)) FROM votes").fetchall())
    return Shelf(wire.fingerprint(key), through, votes)
