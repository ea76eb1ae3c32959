"""Notes of people on the time line: added and withdrawn, never changed."""

from datetime import date
from typing import Final, Literal, NamedTuple, get_args

from sqlite_utils import Database

from collector.errors import CollectorError

NoteKind = Literal["question", "kiosk", "ruleset", "agency", "other"]

KINDS: Final[tuple[NoteKind, ...]] = get_args(NoteKind)


class NoNote(CollectorError, LookupError):
    """No note has this number, or it was withdrawn already."""


class Note(NamedTuple):
    n: int
    agency: str | None  # None: of all
    day: date
    kind: NoteKind
    text: str


def add_note(db: Database, note: Note, at_ms: int) -> int:
    """Its number; that of `note` is not looked at. Inside of a transaction of the caller's."""
    cursor = db.conn.execute(
        "INSERT INTO notes (agency, day, kind, text, added_ms) VALUES (?, ?, ?, ?, ?)",
        (note.agency, note.day.isoformat(), note.kind, note.text, at_ms),
    )
    return int(cursor.lastrowid or 0)


def withdraw_note(db: Database, n: int, at_ms: int) -> Note:
    """The note that stood there. Inside of a transaction of the caller's. Raises NoNote."""
    found = [note for note in notes(db) if note.n == n]
    if not found:
        raise NoNote(
            f"there is no note {n}, or it was withdrawn; 'note list' shows those there are"
        )
    db.conn.execute("INSERT INTO withdrawn_notes VALUES (?, ?)", (n, at_ms))
    return found[0]


def notes(db: Database) -> list[Note]:
    """Those that stand, by day."""
    rows = db.conn.execute(
        "SELECT n, agency, day, kind, text FROM notes"
        " WHERE n NOT IN (SELECT n FROM withdrawn_notes) ORDER BY day, n"
    )
    return [Note(n, agency, date.fromisoformat(day), *rest) for n, agency, day, *rest in rows]
