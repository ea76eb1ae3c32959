"""Whether kiosks are silent, as it was judged last: derived, and replaced each time."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from sqlite_utils import Database

State = Literal["present", "silent", "unheard", "few", "young"]


class Presence(NamedTuple):
    """Of one kiosk, up to the moment `until` (Unix seconds).

    present: a vote came lately enough. silent: none came for longer than chance explains, while the
    kiosk reported. unheard: likewise, but it did not report either. few: so few come that silence
    says nothing. young: too little is known of it yet.
    """

    kiosk: str
    until: int
    state: State
    last: int | None  # the quarter of an hour of its last vote, Unix seconds
    expected: float  # votes since then


def put(db: Database, found: Iterable[Presence]) -> None:
    """Inside of a transaction of the caller's. Kiosks that are not named are forgotten."""
    db.conn.execute("DELETE FROM presence")
    db.conn.executemany("INSERT INTO presence VALUES (?, ?, ?, ?, ?)", found)


def of_kiosk(db: Database, kiosk: str) -> Presence | None:
    row = db.conn.execute(
        "SELECT kiosk, until, state, last, expected FROM presence WHERE kiosk = ?", (kiosk,)
    ).fetchone()
    return Presence(*row) if row else None


# ---------------------------------------------------------------- what it is judged by


def last_quarter(db: Database, counter: str, since: int, until: int) -> int | None:
    """Of the last vote there in [since, until) whose quarter is known, Unix seconds."""
    row = db.conn.execute(
        "SELECT MAX(quarter) FROM counts_quarter"
        " WHERE counter = ? AND quarter >= ? AND quarter < ?",
        (counter, since, until),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def by_week_hour(
    db: Database, counter: str, first: int, end: int, offset: int
) -> dict[tuple[int, int], int]:
    """Votes of each weekday (Monday 0) and local hour in [first, end); `offset` of the zone."""
    rows = db.conn.execute(
        "SELECT (quarter + ?) / 3600 % 168 AS hour, SUM(n) FROM counts_quarter"
        " WHERE counter = ? AND quarter >= ? AND quarter < ? GROUP BY hour",
        (offset + _MONDAY, counter, first, end),
    )
    return {divmod(hour, 24): n for hour, n in rows}


_MONDAY: Final = 3 * 86_400  # seconds from the Monday before it to 1970-01-01
