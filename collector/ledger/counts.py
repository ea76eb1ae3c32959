"""Counts by quarter and by local day: derived from votes and placements, and rebuildable.

A group is what counting needs of a vote; a year's votes are few groups, so that counting anew is
cheap. Ingest, recounting a kiosk that was moved, and `rebuild` share the one way from group to
count.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.ledger import windows
from collector.ledger.copies import Place
from collector.ledger.placements import Placement, counter_of, placements
from collector.ledger.store import writing

Group = tuple[str, int | None, int, str, str]  # quality, lo, hi, question, face
Day = Callable[[int], str]  # Unix second → local ISO date
Key = tuple[str | int, ...]

DATED: Final = frozenset("AB")  # qualities that are known to the quarter


def local_day(zone: tzinfo) -> Day:
    """Unix second → ISO date in `zone`. Remembers: votes share few quarters."""

    @lru_cache(maxsize=65536)
    def day(at: int) -> str:
        return datetime.fromtimestamp(at, zone).date().isoformat()

    return day


class Tally:
    """What is to be added to the tables of counts, or taken from them."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self.quarters: Counter[Key] = Counter()
        self.days: Counter[Key] = Counter()

    def add(self, groups: Mapping[Group, int], placed: list[Placement], sign: int = 1) -> None:
        """Votes of one kiosk, at the counters where it stood."""
        for (quality, lo, hi, question, face), n in groups.items():
            counter = counter_of(placed, lo, hi)
            first = "" if lo is None else self._day(lo)
            self.days[counter, first, self._day(hi - 1), question, face, quality] += sign * n
            if quality in DATED and lo is not None:
                self.quarters[counter, lo, question, face, quality] += sign * n

    def write(self, db: Database) -> None:
        """Inside of a transaction of the caller's."""
        _add(db, _ADD_QUARTER, _CLEAN_QUARTER, self.quarters)
        _add(db, _ADD_DAY, _CLEAN_DAY, self.days)


_ADD_QUARTER: Final = (
    "INSERT INTO counts_quarter VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n"
)
_ADD_DAY: Final = (
    "INSERT INTO counts_day VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n"
)
_CLEAN_QUARTER: Final = (
    "DELETE FROM counts_quarter WHERE n = 0"
    " AND (counter, quarter, question, face, quality) = (?, ?, ?, ?, ?)"
)
_CLEAN_DAY: Final = (
    "DELETE FROM counts_day WHERE n = 0"
    " AND (counter, first_day, last_day, question, face, quality) = (?, ?, ?, ?, ?, ?)"
)


def _add(db: Database, add: str, clean: str, deltas: Mapping[Key, int]) -> None:
    db.conn.executemany(add, [(*key, n) for key, n in deltas.items() if n])
    db.conn.executemany(clean, [key for key, n in deltas.items() if n < 0])


def groups_of(db: Database, kiosk: str) -> dict[Group, int]:
    """The votes of a kiosk that count: no test, no copy, and of each settle window the last."""
    rows = db.conn.execute(
        "SELECT quality, lo, hi, question, face, COUNT(*) FROM votes JOIN epochs USING (e)"
        " LEFT JOIN superseded s ON s.e = votes.e AND s.seq = votes.seq"
        " WHERE kiosk = ? AND counted AND s.e IS NULL"
        " GROUP BY quality, lo, hi, question, face",
        (kiosk,),
    )
    return {tuple(row[:-1]): row[-1] for row in rows}


def group_of(db: Database, place: Place) -> Group | None:
    """What the vote there adds to the counts, if it is no test."""
    row = db.conn.execute(
        "SELECT quality, lo, hi, question, face FROM votes WHERE (e, seq) = (?, ?) AND counted",
        place,
    ).fetchone()
    return tuple(row) if row else None


def recount(db: Database, kiosk: str, day: Day, change: Callable[[], None]) -> None:
    """Do `change` to the kiosk's placements and let its votes follow. Inside of a transaction."""
    tally, groups = Tally(day), groups_of(db, kiosk)
    tally.add(groups, placements(db, kiosk), sign=-1)
    change()
    tally.add(groups, placements(db, kiosk))
    tally.write(db)


class Differences(NamedTuple):
    """Rows of derived tables that were not as the votes say."""

    corrections: int
    quarters: int
    days: int
    months: int  # and the units' days


_KINDS: Final = (
    ("corrections", "superseded"),
    ("counts_quarter",),
    ("counts_day",),
    ("counts_month", "counts_unit_day"),
)
DERIVED: Final = tuple(table for kind in _KINDS for table in kind)


def rebuild(db: Database, day: Day) -> Differences:
    """Derive corrections and counts anew from votes and placements, in one transaction."""
    with writing(db):
        for table in DERIVED:
            db.conn.execute(f"CREATE TEMP TABLE old_{table} AS SELECT * FROM {table}")  # noqa: S608
        derive(db, day)
        found = Differences(*[sum(_differences(db, table) for table in kind) for kind in _KINDS])
        for table in DERIVED:
            db.conn.execute(f"DROP TABLE old_{table}")
    return found


def derive(db: Database, day: Day) -> None:
    """Empty the derived tables and fill them again. Inside of a transaction of the caller's."""
    windows.rebuild(db)
    tally = Tally(day)
    for kiosk in _voters(db):
        tally.add(groups_of(db, kiosk), placements(db, kiosk))
    # Their sums last: what leaves the days is taken from them, down to rows of nothing.
    for table in ("counts_quarter", "counts_day", "counts_month", "counts_unit_day"):
        db.conn.execute(f"DELETE FROM {table}")  # noqa: S608
    tally.write(db)


def _voters(db: Database) -> Iterable[str]:
    rows = db.conn.execute("SELECT DISTINCT kiosk FROM epochs ORDER BY kiosk").fetchall()
    return [kiosk for (kiosk,) in rows]


def _differences(db: Database, table: str) -> int:
    """Rows that are only in the old or only in the new; a changed row is in both."""
    return sum(
        db.conn.execute(
            f"SELECT COUNT(*) FROM (SELECT * FROM {one} EXCEPT SELECT * FROM {other})"  # noqa: S608
        ).fetchone()[0]
        for one, other in ((f"old_{table}", table), (table, f"old_{table}"))
    )
