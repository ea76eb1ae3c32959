"""Rotations in the ledger: planned by an admin, carried out by ingest, day by day."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from msgspec.structs import replace
from sqlite_utils import Database

from collector.errors import CollectorError
from collector.index.periods import Days
from collector.index.rotation import Slot, Step, counting
from collector.ledger import desired
from collector.ledger.places import questions
from collector.ledger.store import telling, writing


class UnknownQuestion(CollectorError, LookupError):
    """A vote on a question that is not known would not count."""


class Rotation(NamedTuple):
    """`slots` is empty where it only ends what was planned before."""

    agency: str
    first: date
    step: Step
    blocks: int
    seed: str
    slots: list[Slot]


class Turn(NamedTuple):
    """A kiosk that is to ask something else."""

    kiosk: str
    question: str


# ---------------------------------------------------------------- planning


def add_rotation(db: Database, plan: Rotation, at_ms: int) -> int:
    """Its number. Inside of a transaction of the caller's. Raises UnknownQuestion."""
    _require_questions(db, {slot.element for slot in plan.slots})
    cursor = db.conn.execute(
        "INSERT INTO rotations (agency, first_day, step, blocks, seed, made_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (plan.agency, str(plan.first), plan.step, plan.blocks, plan.seed, at_ms),
    )
    db.conn.executemany(
        "INSERT INTO rotation_slots VALUES (?, ?, ?, ?)",
        [
            (cursor.lastrowid, str(days.first), str(days.last), element)
            for days, element in plan.slots
        ],
    )
    return int(cursor.lastrowid or 0)


def _require_questions(db: Database, asked: Iterable[str]) -> None:
    lacking = sorted(set(asked) - {each.question for each in questions(db)})
    if lacking:
        raise UnknownQuestion(
            f"not known, so that votes would not count: the questions {', '.join(lacking)}."
            " 'agency import' brings in those that come with the program; a file of your own needs"
            " them as [[question]]"
        )


def rotations(db: Database, agency: str) -> list[Rotation]:
    """All plans of an agency, in the order in which they were made."""
    rows = db.conn.execute(
        "SELECT r, first_day, step, blocks, seed FROM rotations WHERE agency = ? ORDER BY r",
        (agency,),
    ).fetchall()
    return [
        Rotation(agency, date.fromisoformat(first), step, blocks, seed, _slots(db, r))
        for r, first, step, blocks, seed in rows
    ]


def _slots(db: Database, r: int) -> list[Slot]:
    rows = db.conn.execute(
        "SELECT first_day, last_day, question FROM rotation_slots WHERE r = ? ORDER BY first_day",
        (r,),
    )
    return [Slot(_days(first, last), question) for first, last, question in rows]


def _days(first: str, last: str) -> Days:
    """Both included."""
    return Days(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))


def slots_of(db: Database, agency: str) -> list[Slot]:
    """What the agency's kiosks ask when, in order."""
    return counting([(plan.first, plan.slots) for plan in rotations(db, agency)])


def rotating(db: Database) -> list[str]:
    """The agencies that ever had a plan."""
    rows = db.conn.execute("SELECT DISTINCT agency FROM rotations ORDER BY agency")
    return [agency for (agency,) in rows]


# ---------------------------------------------------------------- carrying out


def turn(db: Database, today: date, now_ms: int) -> list[Turn]:
    """Tell every kiosk in use what it asks today, where that is another question than yesterday's.

    Where a rotation is over, or a kiosk stands elsewhere, it asks again what it asked before. The
    other settings stay as they are.
    """
    with writing(db):
        turns = list(_turns(db, today, now_ms // 1000))
        for kiosk, question in turns:
            settings = replace(desired.settings_for(db, kiosk), question=question)
            version = desired.want(db, kiosk, settings, now_ms)
            db.conn.execute("INSERT INTO rotated VALUES (?, ?)", (kiosk, version))
    return turns


def due(db: Database, today: date, now_ms: int) -> bool:
    """Whether `turn` has something to do: asked often, and without a lock."""
    with telling(db):
        return next(_turns(db, today, now_ms // 1000), None) is not None


def _turns(db: Database, today: date, at: int) -> Iterator[Turn]:
    asked = {agency: _asked_on(db, agency, today) for agency in rotating(db)}
    rows = db.conn.execute(
        "SELECT kiosk, agency FROM kiosks JOIN placements USING (kiosk) JOIN counters"
        " USING (counter) JOIN units USING (unit) WHERE retired_at IS NULL"
        " AND from_at <= :at AND (to_at IS NULL OR to_at > :at) ORDER BY kiosk",
        {"at": at},
    ).fetchall()
    for kiosk, agency in rows:
        element = asked.get(agency)
        wanted = element or _own_question(db, kiosk)
        if wanted is not None and wanted != desired.settings_for(db, kiosk).question:
            yield Turn(kiosk, wanted)


def _asked_on(db: Database, agency: str, day: date) -> str | None:
    return next((slot.element for slot in slots_of(db, agency) if day in slot.days), None)


def _own_question(db: Database, kiosk: str) -> str | None:
    """What it asked before a rotation told it to ask; None if no rotation did, or not last."""
    last = desired.wanted(db, kiosk)
    if last is None or not _is_rotated(db, kiosk, last.version):
        return None
    row = db.conn.execute(
        "SELECT settings FROM configs AS c WHERE kiosk = ? AND NOT EXISTS (SELECT 1 FROM rotated"
        " AS r WHERE (r.kiosk, r.version) = (c.kiosk, c.version)) ORDER BY version DESC LIMIT 1",
        (kiosk,),
    ).fetchone()
    return desired.question_in(row[0]) if row else desired.DEFAULTS.question


def _is_rotated(db: Database, kiosk: str, version: int) -> bool:
    row = db.conn.execute(
        "SELECT 1 FROM rotated WHERE kiosk = ? AND version = ?", (kiosk, version)
    ).fetchone()
    return row is not None
