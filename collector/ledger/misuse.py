"""What the misuse rules look at, and what they found.

Whether a vote is left out is read when it is asked for, from the flags: they are few, and kiosks
may be moved and votes be corrected after they were set.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, Literal, NamedTuple

from sqlite_utils import Database

from collector.ledger.copies import Place

Filter = Literal["burst", "hours"]


class Look(NamedTuple):
    """One run of the rules."""

    at_ms: int
    ruleset: str  # version
    digest: str  # SHA-256 of the ruleset's file
    hours: str  # SHA-256 of service hours and holidays
    kiosks: int
    votes: int


class Cast(NamedTuple):
    """A vote that counts, with its exact time, which is on the clock of its boot only."""

    boot: bytes
    up_ms: int
    lo: int  # the quarter of an hour it is in, Unix seconds
    hi: int
    face: str
    place: Place
    rule: Filter | None  # by which it was left out before


class Flag(NamedTuple):
    place: Place
    rule: Filter
    lo: int


# A kiosk's votes in the order in which they were pressed, as far as that is known. CROSS JOIN: the
# exact times are those of a month, the votes those of all years.
_CAST: Final = """
SELECT kiosk, boot, up_ms, v.lo, v.hi, face, v.e, v.seq, m.rule
FROM fine CROSS JOIN votes v USING (e, seq) JOIN epochs ON epochs.e = v.e
LEFT JOIN superseded s ON s.e = v.e AND s.seq = v.seq
LEFT JOIN misuse_flags m ON m.e = v.e AND m.seq = v.seq
WHERE v.counted AND s.e IS NULL AND (v.quality = 'A' OR v.quality = 'B') AND v.hi <= ?
ORDER BY kiosk, v.lo, v.e, v.seq
"""


def cast(db: Database, until: int) -> Iterator[tuple[str, list[Cast]]]:
    """Of each kiosk, its votes before `until` (Unix second) whose exact time is still known."""
    rows = db.conn.execute(_CAST, (until,))
    for kiosk, own in groupby(rows, key=lambda row: row[0]):
        yield str(kiosk), [_cast(row[1:]) for row in own]


def _cast(row: tuple[bytes, int, int, int, str, int, int, Filter | None]) -> Cast:
    *time, face, e, seq, rule = row
    boot, up_ms, lo, hi = time
    return Cast(boot, up_ms, lo, hi, face, Place(e, seq), rule)  # type: ignore[arg-type]


def add_look(db: Database, look: Look, flags: Iterable[Flag]) -> int:
    """A run and what it left out, inside of a transaction of the caller's; its number."""
    cursor = db.conn.execute(
        "INSERT INTO misuse_runs (at_ms, ruleset, digest, hours, kiosks, votes)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        look,
    )
    run = int(cursor.lastrowid or 0)
    rows = [(*flag.place, flag.rule, run, flag.lo) for flag in flags]
    db.conn.executemany("INSERT INTO misuse_flags VALUES (?, ?, ?, ?, ?)", rows)
    return run


def last_look(db: Database) -> Look | None:
    row = db.conn.execute(
        "SELECT at_ms, ruleset, digest, hours, kiosks, votes FROM misuse_runs"
        " ORDER BY run DESC LIMIT 1"
    ).fetchone()
    return Look(*row) if row else None


# ---------------------------------------------------------------- corrections

_CORRECTED: Final = """
SELECT kiosk, l.lo, f.face, l.face, COUNT(*)
FROM corrections c JOIN votes f ON f.e = c.e AND f.seq = c.first
JOIN votes l ON l.e = c.last_e AND l.seq = c.last JOIN epochs ON epochs.e = l.e
WHERE l.lo >= ? AND l.lo < ? AND l.hi <= ? AND l.counted
GROUP BY kiosk, l.lo, f.face, l.face ORDER BY kiosk, f.face, l.face, l.lo
"""


class Corrected(NamedTuple):
    """Settle windows that ended with another face than they began with."""

    kiosk: str
    lo: int  # quarter of an hour, Unix seconds
    first: str  # face
    last: str
    n: int


def corrected(db: Database, first: int, end: int) -> list[Corrected]:
    """Of votes that lie in [first, end), Unix seconds, by kiosk and faces."""
    rows = db.conn.execute(_CORRECTED, (first, end, end))
    return [Corrected(*row) for row in rows]


# ---------------------------------------------------------------- what is left out

# A vote counts where its kiosk stood at the end of its quarter of an hour, as in the counts.
_LEFT_OUT: Final = """
SELECT agency, face, COUNT(*)
FROM misuse_flags f JOIN votes v ON v.e = f.e AND v.seq = f.seq
JOIN epochs ON epochs.e = v.e
LEFT JOIN superseded s ON s.e = v.e AND s.seq = v.seq
JOIN placements p ON p.kiosk = epochs.kiosk
    AND p.from_at < v.hi AND (p.to_at IS NULL OR v.hi <= p.to_at)
JOIN counters USING (counter) JOIN units USING (unit)
WHERE f.lo >= ? AND f.lo < ? AND v.counted AND s.e IS NULL
    AND question IN (SELECT question FROM questions)
GROUP BY agency, face
"""


def left_out(db: Database, first: int, end: int) -> dict[str, Counter[str]]:
    """Agency → face → votes in [first, end), Unix seconds, that the filtered index leaves out."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for agency, face, n in db.conn.execute(_LEFT_OUT, (first, end)):
        found[agency][face] = n
    return dict(found)


def flags_by_rule(db: Database, first: int, end: int) -> dict[Filter, int]:
    """How many votes in [first, end), Unix seconds, each rule leaves out."""
    rows = db.conn.execute(
        "SELECT rule, COUNT(*) FROM misuse_flags WHERE lo >= ? AND lo < ? GROUP BY rule",
        (first, end),
    )
    return dict(rows.fetchall())


# ---------------------------------------------------------------- one vote


class Told(NamedTuple):
    """What there is to say of one vote."""

    kiosk: str
    face: str
    question: str
    quality: str
    lo: int | None
    hi: int
    counts: bool  # it is no test, no copy, and no later vote of its window took its place
    timed: bool  # its exact time is still known
    rule: Filter | None  # by which the filtered index leaves it out
    by: Look | None  # the run that found it


_TOLD: Final = """
SELECT kiosk, face, question, quality, v.lo, hi, counted AND s.e IS NULL, fine.e IS NOT NULL,
    rule, at_ms, ruleset, digest, hours, kiosks, r.votes
FROM votes v JOIN epochs ON epochs.e = v.e
LEFT JOIN superseded s ON s.e = v.e AND s.seq = v.seq
LEFT JOIN fine ON fine.e = v.e AND fine.seq = v.seq
LEFT JOIN misuse_flags m ON m.e = v.e AND m.seq = v.seq LEFT JOIN misuse_runs r USING (run)
WHERE v.e = ? AND v.seq = ?
"""


def told(db: Database, place: Place) -> Told | None:
    """None if no vote stands there."""
    row = db.conn.execute(_TOLD, place).fetchone()
    if row is None:
        return None
    kiosk, face, question, quality, lo, hi, counts, timed, rule, *by = row
    look = None if rule is None else Look(*by)
    return Told(kiosk, face, question, quality, lo, hi, bool(counts), bool(timed), rule, look)
