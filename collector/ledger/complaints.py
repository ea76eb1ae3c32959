"""Complaints in the ledger: added, never changed. Of one complaint the last row counts."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from collector.index.complaints import Complaint
from collector.index.periods import Days


class Filed(NamedTuple):
    """A complaint under the hash of its number."""

    complaint: str  # hexadecimal
    about: Complaint


class Import(NamedTuple):
    """A file that was brought in."""

    as_of: date  # when it was true
    file: str  # SHA-256
    key: str  # fingerprint of the key with which numbers were hidden


def add_import(db: Database, told: Import, fresh: Iterable[Filed], at_ms: int) -> None:
    """Inside of a transaction of the caller's; `fresh` is what is new or has changed."""
    row = (told.as_of.isoformat(), told.file, told.key, at_ms)
    cursor = db.conn.execute("INSERT INTO complaint_imports VALUES (NULL, ?, ?, ?, ?)", row)
    db.conn.executemany(
        "INSERT INTO complaints VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(cursor.lastrowid, each.complaint, *_row(each.about)) for each in fresh],
    )


def last_import(db: Database) -> Import | None:
    row = db.conn.execute(
        "SELECT as_of, file, key FROM complaint_imports ORDER BY i DESC LIMIT 1"
    ).fetchone()
    return Import(date.fromisoformat(row[0]), row[1], row[2]) if row else None


# Numbers that were hidden with a key that is lost cannot be met again, so they no longer count.
_CURRENT: Final = (
    "SELECT MAX(c), complaint, agency, received, status, verified, disposition, answered, closed,"
    " examined FROM complaints JOIN complaint_imports USING (i)"
    " WHERE key = (SELECT key FROM complaint_imports ORDER BY i DESC LIMIT 1) GROUP BY complaint"
)


def filed(db: Database) -> dict[str, Complaint]:
    """Hash of its number → each complaint that counts."""
    rows = db.conn.execute(_CURRENT)
    return {complaint: _complaint(*row) for _, complaint, *row in rows}


def complaints_of(db: Database, days: Days) -> dict[str, list[Complaint]]:
    """Agency → the complaints that were received in these days, in order of their days."""
    rows = db.conn.execute(
        f"SELECT * FROM ({_CURRENT}) WHERE received >= :first AND received < :end"  # noqa: S608
        " ORDER BY received, complaint",
        {"first": days.first.isoformat(), "end": days.end.isoformat()},
    )
    found: dict[str, list[Complaint]] = {}
    for _, _, *row in rows:
        complaint = _complaint(*row)
        found.setdefault(complaint.agency, []).append(complaint)
    return found


def _row(about: Complaint) -> tuple[object, ...]:
    return (
        about.agency,
        about.received.isoformat(),
        about.status,
        *(
            day and day.isoformat()
            for day in (about.verified, about.disposition, about.answered, about.closed)
        ),
        about.examined,
    )


def _complaint(agency: str, received: str, status: Any, *others: Any) -> Complaint:
    *days, examined = others
    verified, disposition, answered, closed = (day and date.fromisoformat(day) for day in days)
    return Complaint(
        agency,
        date.fromisoformat(received),
        status,
        verified,
        disposition,
        answered,
        closed,
        None if examined is None else bool(examined),
    )
