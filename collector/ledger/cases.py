"""Cases of possible misuse: opened by a rule, closed by a person with a reason. Never changed."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, Literal, NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.index.periods import Days
from collector.ledger.deeds import By, deed

Verdict = Literal["misuse", "honest", "unclear"]
VERDICTS: Final[tuple[Verdict, ...]] = ("misuse", "honest", "unclear")
LONGEST: Final = 300


class NoCase(CollectorError, LookupError):
    """No case has this number."""


class Closed(CollectorError, ValueError):
    """The case is closed already; what was written then stays."""


class BadReason(CollectorError, ValueError):
    """A reason says something, in one line."""


class Opening(NamedTuple):
    """What a rule found at one kiosk on these days."""

    rule: str
    kiosk: str
    days: Days
    evidence: Mapping[str, str | int | float]


class Closing(NamedTuple):
    at_ms: int
    who: str
    verdict: Verdict
    reason: str


class Case(NamedTuple):
    id: int
    opening: Opening
    run: int
    closing: Closing | None


def open_cases(db: Database, run: int, openings: Iterable[Opening]) -> int:
    """Those that are not there yet, open or closed; how many. Inside of a transaction."""
    rows = [
        (each.rule, each.kiosk, str(each.days.first), str(each.days.last), run, _json(each))
        for each in openings
    ]
    before = db.conn.total_changes
    db.conn.executemany(
        "INSERT INTO misuse_cases (rule, kiosk, first_day, last_day, run, evidence)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (rule, kiosk, first_day, last_day) DO NOTHING",
        rows,
    )
    return db.conn.total_changes - before


def _json(opening: Opening) -> str:
    return json.dumps(dict(opening.evidence), sort_keys=True)


def close_case(db: Database, by: By, number: int, verdict: Verdict, reason: str) -> None:
    """With its entry in the journal. Raises NoCase, Closed or BadReason."""
    said = reason.strip()
    if not said or len(said) > LONGEST or "\n" in said:
        raise BadReason(f"a reason is one line of at most {LONGEST} characters, without names")
    with deed(db, by, "case-closed", case=number, verdict=verdict, reason=said) as detail:
        case = case_of(db, number)
        if case.closing is not None:
            raise Closed(f"case {number} was closed by {case.closing.who}: {case.closing.reason}")
        detail["rule"], detail["kiosk"] = case.opening.rule, case.opening.kiosk
        db.conn.execute(
            "INSERT INTO misuse_closings VALUES (?, ?, ?, ?, ?)",
            (number, by.at_ms, by.who, verdict, said),
        )


_CASES: Final = (
    "SELECT c.id, rule, kiosk, first_day, last_day, evidence, run, at_ms, who, verdict, reason"
    " FROM misuse_cases c LEFT JOIN misuse_closings d USING (id)"
)


def case_of(db: Database, number: int) -> Case:
    """Raises NoCase."""
    row = db.conn.execute(f"{_CASES} WHERE c.id = ?", (number,)).fetchone()
    if row is None:
        raise NoCase(f"there is no case {number}; 'misuse cases' lists those that are open")
    return _case(row)


def cases(db: Database, *, closed: bool = False) -> list[Case]:
    """The open ones, or with the closed ones, the oldest first."""
    where = "" if closed else " WHERE d.id IS NULL"
    rows = db.conn.execute(f"{_CASES}{where} ORDER BY first_day, kiosk, c.id").fetchall()
    return [_case(row) for row in rows]


def cases_about(db: Database, kiosk: str, day: str) -> list[Case]:
    """Those of the kiosk whose days hold this local day."""
    rows = db.conn.execute(
        f"{_CASES} WHERE kiosk = ? AND ? BETWEEN first_day AND last_day ORDER BY c.id",
        (kiosk, day),
    ).fetchall()
    return [_case(row) for row in rows]


def _case(row: tuple[Any, ...]) -> Case:
    number, rule, kiosk, first, last, evidence, run, *closing = row
    days = Days(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))
    closed = None if closing[0] is None else Closing(*closing)
    return Case(number, Opening(rule, kiosk, days, json.loads(evidence)), run, closed)
