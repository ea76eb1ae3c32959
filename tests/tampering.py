"""Somebody who has the ledger's file, and no kiosk's key, changes it and covers the traces.

`python -m tests.tampering SEED NUMBER` prints what audits find, with witnesses and without.
"""

import logging
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlite_utils import Database

from collector.integrity.chain import Walk, beginning
from collector.ledger import counts, evidence, journal
from collector.ledger.counts import local_day
from tests.auditing import Ledger, kinds, verify
from tests.fleet import ZONE

Row = dict[str, Any]
TABLES = (
    "votes",
    "checkpoints",
    "epochs",
    "counts_quarter",
    "counts_day",
    "counts_month",
    "counts_unit_day",
)
EDITED = (*TABLES, "corrections", "superseded", "copies", "receipts", "journal", "fine")
KEYS = ("e", "seq")
# Nothing that is kept for ever tells a smaller step: it would tell the second of a press.
BY_QUARTERS = ("dated_at", "received_ms")
WORDS: dict[str, Sequence[object]] = {
    "test": (0, 1),
    "counted": (0, 1),
    "synced": (0, 1),
    "state": ("approved", "held", "closed", "revoked"),
    "quality": ("A", "B", "C", "D"),
    "face": ("smile", "neutral", "frown"),
}


class Outcome(NamedTuple):
    what: str  # such as 'edit votes.face'
    clever: bool  # were heads, rows and counts made to fit?
    found: set[str]  # kinds of failures


class Tamperer:
    """Works on a copy in memory."""

    def __init__(self, db: sqlite3.Connection, chance: random.Random) -> None:
        self.db = db
        self.chance = chance

    def rows(self, table: str, where: str = "1") -> list[Row]:
        cursor = self.db.execute(f"SELECT * FROM {table} WHERE {where}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def replace(self, table: str, rows: Sequence[Row], where: str = "1") -> None:
        """`rows` in the place of those that are there."""
        self.db.execute(f"DELETE FROM {table} WHERE {where}")
        for row in rows:
            marks = ", ".join("?" * len(row))
            self.db.execute(f"INSERT INTO {table} VALUES ({marks})", tuple(row.values()))

    # ------------------------------------------------------------ the six ways

    def edit(self) -> str | None:
        table = self.chance.choice(EDITED)
        rows = self.rows(table)
        row = self.chance.choice(rows)
        column = self.chance.choice([name for name in row if not self._is_place(table, name)])
        row[column] = self._other(row[column], column)
        self.replace(table, rows)
        return f"edit {table}.{column}"

    def _is_place(self, table: str, column: str) -> bool:
        """What would be another row: an exact time that belongs to no vote is an erased one."""
        return (table == "fine" and column in KEYS) or (table, column) == ("epochs", "e")

    def _other(self, value: Any, column: str) -> Any:
        if column in WORDS:
            return self.chance.choice([word for word in WORDS[column] if word != value])
        match value:
            case int() if column in BY_QUARTERS:
                return value + self.chance.choice([-900_000, 900_000])
            case int():
                return value + self.chance.choice([-900, -1, 1, 900])
            case bytes():
                return self.chance.randbytes(len(value))
            case str():
                return self._other_text(value)
            case _:
                return self.chance.choice([1, 900])

    def _other_text(self, value: str) -> str:
        if len(value) == 64:
            return self.chance.randbytes(32).hex()
        return value + "-x"

    def delete(self) -> str | None:
        table = self.chance.choice([*TABLES, "journal"])
        rows = self.rows(table)
        at = self.chance.randrange(len(rows))
        many = self.chance.choice([1, 1, 3])
        self.replace(table, rows[:at] + rows[at + many :])
        return f"delete from {table}"

    def insert(self) -> str | None:
        table = self.chance.choice([*TABLES, "journal"])
        rows = self.rows(table)
        row = dict(self.chance.choice(rows))
        if table == "epochs":
            self._make_epoch(row, rows)
        elif table == "votes":
            row["seq"] = self.chance.choice([0, 1 + max(r["seq"] for r in rows)])
        elif table == "checkpoints":
            taken = {r["seq"] for r in rows if r["e"] == row["e"]}
            row["seq"] = next(n for n in range(row["seq"], 10**6) if n not in taken)
            row["signature"] = self.chance.randbytes(64)
        elif table == "journal":
            self._make_room(row, rows)
        elif table == "counts_unit_day":
            row["unit"] = "kantor-9"
        else:
            row["counter"] = "loket-9"
        self.replace(table, [*rows, row])
        return f"insert into {table}"

    def _make_room(self, row: Row, rows: Sequence[Row]) -> None:
        """Among the entries: one behind the last is no tampering, anybody may note something."""
        row["who"] = "cli:budi"
        for other in rows:
            other["n"] += other["n"] >= row["n"]

    def _make_epoch(self, row: Row, rows: Sequence[Row]) -> None:
        """A kiosk of the tamperer's own, trusted at once."""
        fresh = "approved" if row["state"] == "held" else row["state"]
        row |= {"e": max(r["e"] for r in rows) + 1, "epoch": self.chance.randbytes(32).hex()}
        row |= {"key": self.chance.randbytes(32).hex(), "state": fresh}

    def swap(self) -> str | None:
        """Two votes change places."""
        rows = self.rows("votes")
        one, other = self.chance.sample(rows, 2)
        for column in set(one) - {"e", "seq"}:
            one[column], other[column] = other[column], one[column]
        self.replace("votes", rows)
        return "swap votes"

    def renumber(self) -> str | None:
        """A vote is taken out, and those after it close the hole; or it moves to another epoch."""
        rows = self.rows("votes")
        gone = self.chance.choice(rows)
        kept = [row for row in rows if row is not gone]
        if self.chance.random() < 0.3:
            e = self.chance.choice([row["e"] for row in rows])
            gone |= {"e": e, "seq": 1 + max(row["seq"] for row in rows if row["e"] == e)}
            kept.append(gone)
            self.replace("votes", kept)
            return "move a vote"
        for row in kept:
            if row["e"] == gone["e"] and row["seq"] > gone["seq"]:
                row["seq"] -= 1
        self.replace("votes", kept)
        self._follow(gone)
        return "renumber votes"

    def _follow(self, gone: Row) -> None:
        fine = [r for r in self.rows("fine") if (r["e"], r["seq"]) != (gone["e"], gone["seq"])]
        for row in fine:
            if row["e"] == gone["e"] and row["seq"] > gone["seq"]:
                row["seq"] -= 1
        self.replace("fine", fine)

    def cut(self) -> str | None:
        """Back to an earlier checkpoint, which the kiosk did sign, with all that came after it."""
        points = self.rows("checkpoints")
        point = self.chance.choice(points)
        e, seq = point["e"], point["seq"]
        if seq == max(other["seq"] for other in points if other["e"] == e):
            return None
        for table in ("votes", "fine", "checkpoints", "flags"):
            self.db.execute(f"DELETE FROM {table} WHERE e = ? AND seq > ?", (e, seq))
        self.db.execute("DELETE FROM receipts WHERE e = ?", (e,))
        self.db.execute(
            "UPDATE epochs SET seq = ?, head = ?, received_ms = ? WHERE e = ?",
            (seq, point["head"], point["received_ms"], e),
        )
        return "cut votes at a checkpoint"

    def cut_journal(self) -> str | None:
        last = self.chance.choice(self.rows("journal"))["n"]
        self.db.execute("DELETE FROM journal WHERE n >= ?", (last,))
        return "cut the journal"

    # ------------------------------------------------------------ covering the traces

    def cover(self) -> None:
        """All that needs no key of a kiosk: chains, heads, counts, the journal."""
        db = Database(self.db)
        for epoch in evidence.epochs(db):
            self._mend(db, epoch)
        self.db.execute("DELETE FROM fine WHERE (e, seq) NOT IN (SELECT e, seq FROM votes)")
        self._rechain_journal()
        self.db.commit()
        counts.rebuild(db, local_day(ZONE))

    def _mend(self, db: Database, epoch: evidence.Epoch) -> None:
        try:
            start = beginning(epoch.kiosk, epoch.key)
        except ValueError:
            return
        walk = Walk(epoch.kiosk, epoch.epoch, start, evidence.rows(db, epoch.e))
        points = list(evidence.checkpoints(db, epoch.e))
        for point in points:
            walk.to(point.seq)
            self.db.execute(
                "UPDATE checkpoints SET head = ? WHERE e = ? AND seq = ?",
                (walk.head, epoch.e, point.seq),
            )
        walk.rest()
        received = max(points, key=lambda point: point.seq).received_ms if points else None
        self.db.execute(
            "UPDATE epochs SET seq = ?, head = ?, received_ms = ? WHERE e = ?",
            (walk.seq, walk.head, received, epoch.e),
        )

    def _rechain_journal(self) -> None:
        rows = sorted(self.rows("journal"), key=lambda row: row["n"])
        head = journal.BEGIN
        for n, row in enumerate(rows, 1):
            row["n"] = n
            deed = (n, row["at_ms"], row["who"], row["what"], row["detail"])
            head = row["head"] = journal.next_head(head, deed)
        self.replace("journal", rows)


WAYS: tuple[Callable[[Tamperer], str | None], ...] = (
    Tamperer.edit,
    Tamperer.edit,
    Tamperer.edit,
    Tamperer.delete,
    Tamperer.insert,
    Tamperer.swap,
    Tamperer.renumber,
    Tamperer.cut,
    Tamperer.cut_journal,
)


class Victim:
    """The ledger that every tampering begins from."""

    def __init__(self, folder: Path) -> None:
        ledger = Ledger(folder)
        self.witnessless = copy_of(ledger.db.conn)
        self.witness = ledger.witness()
        self.whole = copy_of(ledger.db.conn)
        ledger.close()

    def tamper(self, seed: str, *, witnessed: bool) -> Outcome:
        """One tampering, and what the audit says. Draws again if nothing came of it."""
        chance = random.Random(seed)
        while True:
            db = copy_of(self.whole if witnessed else self.witnessless)
            what, clever = _spoil(db, chance, witnessed)
            original = self.whole if witnessed else self.witnessless
            if what is not None and contents(db) != contents(original):
                brought = [self.witness] if witnessed else []
                return Outcome(what, clever, kinds(verify(Database(db), brought)))
            db.close()


def _spoil(
    db: sqlite3.Connection, chance: random.Random, witnessed: bool
) -> tuple[str | None, bool]:
    """Without triggers, which are put back afterwards as they were."""
    guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    months = [name for name, _ in guards if name.startswith("counts_day_")]
    tamperer, clever = Tamperer(db, chance), chance.random() < 0.6
    for name, _ in guards:
        db.execute(f"DROP TRIGGER {name}")
    try:
        what = chance.choice(WAYS)(tamperer)
        if witnessed and chance.random() < 0.3:
            db.execute("DELETE FROM witnesses")  # the other office has its file
        for name, sql in guards:
            if name in months:
                db.execute(sql)
        if clever:
            tamperer.cover()
    except sqlite3.IntegrityError:
        return None, clever
    for name, sql in guards:
        if name not in months:
            db.execute(sql)
    db.commit()
    return what, clever


def copy_of(db: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    return copy


def contents(db: sqlite3.Connection) -> dict[str, list[tuple]]:
    return {
        table: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in EDITED
    }


def outcomes(victim: Victim, seed: int, number: int, *, witnessed: bool) -> Iterator[Outcome]:
    return (victim.tamper(f"{seed}/{n}", witnessed=witnessed) for n in range(number))


def main(seed: int, number: int) -> None:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        victim = Victim(Path(folder))
        for witnessed in (True, False):
            tally: Counter[tuple[str, bool]] = Counter()
            for outcome in outcomes(victim, seed, number, witnessed=witnessed):
                tally[outcome.what, bool(outcome.found)] += 1
            _show(seed, witnessed, tally)


def _show(seed: int, witnessed: bool, tally: Counter[tuple[str, bool]]) -> None:
    total, found = sum(tally.values()), sum(n for (_, was), n in tally.items() if was)
    print(f"seed {seed}, {'with' if witnessed else 'without'} witness: {found} of {total} found")
    for what in sorted({what for what, was in tally if not was}):
        print(f"  {what}: {tally[what, False]} of {tally[what, False] + tally[what, True]} missed")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
