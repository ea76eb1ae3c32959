"""Surveys in the ledger: added, never changed. Of one agency and period the last one counts."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from collector.index.periods import Days
from collector.index.survey import Answers, Survey


def add_survey(db: Database, survey: Survey, at_ms: int) -> None:
    """Inside of a transaction of the caller's."""
    days, published = survey.days, survey.published
    cursor = db.conn.execute(
        "INSERT INTO surveys (agency, first_day, last_day, n, published, imported_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            survey.agency,
            *_ends(days),
            survey.n,
            None if published is None else str(published),
            at_ms,
        ),
    )
    db.conn.executemany(
        "INSERT INTO survey_elements VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(cursor.lastrowid, slug, *_columns(given)) for slug, given in survey.elements.items()],
    )


def news(db: Database, given: Iterable[Survey]) -> list[Survey]:
    """Those that the ledger does not have so, to the digit: 3.2 is known less well than 3.20."""
    known = {_place(survey): _exactly(survey) for survey in surveys(db)}
    return [survey for survey in given if known.get(_place(survey)) != _exactly(survey)]


def surveys(db: Database) -> list[Survey]:
    """Those that count, by agency and last day."""
    rows = db.conn.execute(
        "SELECT MAX(s), agency, first_day, last_day, n, published FROM surveys"
        " GROUP BY agency, first_day, last_day ORDER BY agency, last_day, first_day"
    ).fetchall()
    return [_survey(db, row) for row in rows]


def _survey(db: Database, row: tuple[int, str, str, str, int, str | None]) -> Survey:
    s, agency, first, last, n, published = row
    elements = db.conn.execute(
        "SELECT element, a1, a2, a3, a4, mean FROM survey_elements WHERE s = ?", (s,)
    )
    days = Days(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))
    given = {slug: _given(*columns) for slug, *columns in elements}
    return Survey(agency, days, n, given, None if published is None else Decimal(published))


def _place(survey: Survey) -> tuple[str, Days]:
    return survey.agency, survey.days


def _exactly(survey: Survey) -> Sequence[object]:
    rows = sorted((slug, *_columns(given)) for slug, given in survey.elements.items())
    return survey.n, None if survey.published is None else str(survey.published), rows


def _ends(days: Days) -> tuple[str, str]:
    return days.first.isoformat(), days.last.isoformat()


def _columns(given: Answers | Decimal) -> tuple[Any, ...]:
    if isinstance(given, Decimal):
        return None, None, None, None, str(given)
    return *given, None


def _given(a1: int, a2: int, a3: int, a4: int, mean: str | None) -> Answers | Decimal:
    return (a1, a2, a3, a4) if mean is None else Decimal(mean)
