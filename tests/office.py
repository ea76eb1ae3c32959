"""The collector's process without a network: the product's own Ingest over a real ledger file.

office = Office(folder, now)
office.take([arrival, …])        # the sealed receipts
office.die_at("after_commit")    # the next time that it gets there, `Died` is raised
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from collector.ingest import approve
from collector.ingest.inbox import Arrival
from collector.ingest.step import Ingest
from collector.ledger import comparing, counts, epochs, erasing, registry
from collector.ledger.counts import Differences, local_day
from collector.ledger.epochs import Epoch
from collector.ledger.store import open_ledger
from kiosk import wire
from tests import independent
from tests.boxes import Died
from tests.card import Press
from tests.fleet import BY, COLLECTOR_KEY, ZONE, Sealed, add_counters


class Office:
    """`generation` counts how often an older ledger took the place of a newer one."""

    def __init__(self, folder: Path, now: Callable[[], int]) -> None:
        self._all = folder
        self._now = now
        self._dies_at: str | None = None
        self.day = local_day(ZONE)
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        self.generation = 0
        self._open()
        add_counters(self.db)

    def _open(self) -> None:
        self.db: Database = open_ledger(self.folder / "ledger.db")
        self.ingest = Ingest(self.db, COLLECTOR_KEY, ZONE, crash=self._crash, now=self._now)

    # ------------------------------------------------------------ life and death

    def die_at(self, point: str) -> None:
        self._dies_at = point

    def _crash(self, point: str) -> None:
        if point == self._dies_at:
            self._dies_at = None
            self._wreck = self._copy_of_the_files()
            raise Died(point)

    def _copy_of_the_files(self) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self._all))
        for file in self.folder.glob("ledger.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, folder)
        return folder

    def rise(self) -> None:
        """After `Died`: a new process finds what the last one has left."""
        self._go_on_from(self._wreck)

    def restart(self) -> None:
        self._go_on_from(self._copy_of_the_files())

    def backup(self) -> Path:
        copy = Path(tempfile.mkdtemp(dir=self._all))
        target = sqlite3.connect(copy / "ledger.db")
        self.db.conn.backup(target)
        target.close()
        return copy

    def restore(self, copy: Path) -> None:
        """An older ledger, put in the place of this one."""
        folder = Path(tempfile.mkdtemp(dir=self._all))
        shutil.copytree(copy, folder, dirs_exist_ok=True)
        self.generation += 1
        self._go_on_from(folder)

    def _go_on_from(self, folder: Path) -> None:
        self.db.close()
        self._dies_at = None
        self.folder = folder
        self._open()

    # ------------------------------------------------------------ what it does

    def register(self, kiosk: str, key: str) -> None:
        registry.add_kiosk(
            self.db, kiosk, key, "loket-1", from_at=0, day=self.day, now=self._now() // 1000
        )

    def take(self, arrivals: Sequence[Arrival]) -> list[Sealed]:
        return self.ingest.take(arrivals)

    def revoke_if_known(self, epoch: str) -> None:
        if epochs.find(self.db, epoch) is not None:
            registry.revoke(self.db, epoch)

    def approve(self, epoch: str) -> None:
        """If it is known and not approved already."""
        known = epochs.find(self.db, epoch)
        if known is not None and known.state != "approved":
            approve.approve(self.db, self.ingest, epoch, BY)

    def waiting(self) -> list[str]:
        """Epochs that wait for an admin's word."""
        rows = self.db.conn.execute("SELECT epoch FROM epochs WHERE state = 'held' ORDER BY e")
        return [epoch for (epoch,) in rows.fetchall()]

    def erase(self) -> None:
        """What tells a second, and is 30 days old."""
        erasing.erase(self.db, self._now(), lambda: None)

    # ------------------------------------------------------------ what it holds

    def stored(self) -> set[Press]:
        """A press may stand in two epochs: its kiosk has carried it along."""
        return {row.time for row in comparing.rows_of(self.db, self._names())}

    def _names(self) -> list[str]:
        rows = self.db.conn.execute("SELECT epoch FROM epochs ORDER BY e").fetchall()
        return [epoch for (epoch,) in rows]

    def chains(self) -> list[list[dict[str, Any]]]:
        """The votes of each epoch, in order."""
        known = [epochs.find(self.db, name) for name in self._names()]
        return [self._votes(epoch) for epoch in known if epoch is not None]

    def epoch(self, name: str) -> Epoch | None:
        return epochs.find(self.db, name)

    def counted(self) -> dict[str, int]:
        rows = self.db.conn.execute("SELECT face, SUM(n) FROM counts_day GROUP BY face").fetchall()
        return {face: n for face, n in rows if n}

    def rebuild(self) -> Differences:
        return counts.rebuild(self.db, self.day)

    def audit(self) -> None:
        """Every chain, from genesis to head, and every signed checkpoint, by the second decoder."""
        for name in self._names():
            epoch = epochs.find(self.db, name)
            assert epoch is not None
            heads = self._heads(epoch)
            assert len(heads) - 1 == epoch.seq, "votes are missing, or too many"
            assert heads[-1] == epoch.head, "the votes do not lead to the head"
            self._check_checkpoints(epoch, heads)

    def _heads(self, epoch: Epoch) -> list[str]:
        heads = [independent.genesis(epoch.kiosk, bytes.fromhex(epoch.key))]
        for seq, vote in enumerate(self._votes(epoch), 1):
            assert vote["seq"] == seq, "a hole in the chain"
            leaf = independent.leaf(epoch.kiosk, epoch.epoch, vote)
            heads.append(independent.next_head(heads[-1], leaf))
        return heads

    def _votes(self, epoch: Epoch) -> list[dict[str, Any]]:
        cursor = self.db.conn.cursor()
        cursor.row_factory = sqlite3.Row
        cursor.execute(f"SELECT {_COLUMNS} FROM votes WHERE e = ? ORDER BY seq", (epoch.e,))
        return [_as_body(row) for row in cursor.fetchall()]

    def _check_checkpoints(self, epoch: Epoch, heads: list[str]) -> None:
        rows = self.db.conn.execute(
            "SELECT seq, head, kind, digest, signature FROM checkpoints WHERE e = ?", (epoch.e,)
        ).fetchall()
        for seq, head, kind, digest, signature in rows:
            assert head == heads[seq], "a checkpoint for a head that is not there"
            topic = wire.topic_of(epoch.kiosk, kind)
            checkpoint = independent.Checkpoint(
                kind, topic, epoch.epoch, seq, head, digest, signature
            )
            independent.verify_signature(checkpoint, bytes.fromhex(epoch.key))


_COLUMNS: Final = (
    "seq, face, question, replaces, origin_epoch, origin_seq, test, quarter,"
    " LOWER(HEX(salt)) AS salt, LOWER(HEX(time)) AS time"
)


def _as_body(row: sqlite3.Row) -> dict[str, Any]:
    """A row as the wire spells it."""
    origin = {"epoch": row["origin_epoch"], "seq": row["origin_seq"]}
    return {
        **{name: row[name] for name in row.keys()},  # noqa: SIM118  a Row is no mapping
        "origin": origin if origin["seq"] else None,
        "test": bool(row["test"]),
    }
