"""What jobs that run by themselves said last: backup, drill, audit, witness, erasure, misuse,
releases, reports by mail, alerts."""

from typing import Literal, NamedTuple

from sqlite_utils import Database

Job = Literal[
    "backup", "drill", "audit", "witness", "erase", "misuse", "release", "report", "alerts"
]  # fmt: skip


class Run(NamedTuple):
    job: Job
    at_ms: int  # when it ended, the collector's clock
    ok: bool
    took_ms: int
    said: str  # one line for people: what was found, or what went wrong


def record(db: Database, run: Run) -> None:
    """Inside of a transaction of the caller's."""
    db.conn.execute("INSERT INTO runs (job, at_ms, ok, took_ms, said) VALUES (?, ?, ?, ?, ?)", run)


def latest(db: Database) -> dict[str, Run]:
    """Job → its last run; jobs that never ran are not there."""
    return _last(db, "SELECT MAX(id) FROM runs GROUP BY job")


def latest_good(db: Database) -> dict[str, Run]:
    """Job → the last run that found everything well."""
    return _last(db, "SELECT MAX(id) FROM runs WHERE ok GROUP BY job")


def _last(db: Database, ids: str) -> dict[str, Run]:
    rows = db.conn.execute(f"SELECT job, at_ms, ok, took_ms, said FROM runs WHERE id IN ({ids})")  # noqa: S608
    return {row[0]: Run(row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows}
