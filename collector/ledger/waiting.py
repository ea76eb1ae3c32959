"""What waits for an admin's word, by how many kiosks or messages it concerns: never by votes."""

from typing import NamedTuple

from sqlite_utils import Database


class Waiting(NamedTuple):
    """Kiosks of which …"""

    held: int  # a new key waits for approval
    forked: int  # two cards speak under one key
    refused: int  # messages were refused lately
    overflowed: int  # so many that not all of them were kept
    strangers: int  # (messages that came lately under the name of no kiosk)
    cases: int  # something was odd that may be misuse


def waiting(db: Database, since_ms: int, since_day: str) -> Waiting:
    """`since` bounds what was refused; what is held waits for ever."""
    return Waiting(
        _number(db, "SELECT COUNT(DISTINCT kiosk) FROM epochs WHERE state = 'held'"),
        _number(
            db, "SELECT COUNT(DISTINCT kiosk) FROM held JOIN epochs USING (e) WHERE why = 'fork'"
        ),
        _number(
            db,
            "SELECT COUNT(DISTINCT kiosk) FROM quarantine WHERE kiosk <> '' AND received_ms >= ?",
            since_ms,
        ),
        _number(
            db,
            "SELECT COUNT(DISTINCT kiosk) FROM quarantine_overflow WHERE kiosk <> '' AND day >= ?",
            since_day,
        ),
        _strangers(db, since_ms, since_day),
        _number(
            db,
            "SELECT COUNT(DISTINCT kiosk) FROM misuse_cases LEFT JOIN misuse_closings c USING (id)"
            " WHERE c.id IS NULL",
        ),
    )


def _strangers(db: Database, since_ms: int, since_day: str) -> int:
    kept = "SELECT COUNT(*) FROM quarantine WHERE kiosk = '' AND received_ms >= ?"
    more = "SELECT COALESCE(SUM(n), 0) FROM quarantine_overflow WHERE kiosk = '' AND day >= ?"
    return _number(db, kept, since_ms) + _number(db, more, since_day)


def _number(db: Database, sql: str, *values: object) -> int:
    return int(db.conn.execute(sql, values).fetchone()[0])
