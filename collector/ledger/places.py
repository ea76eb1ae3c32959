"""Where people are served: agencies, their units, the units' counters; and what they are asked."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError


class UnknownPlace(CollectorError, LookupError):
    """No agency or counter of that name; the message names those that are near."""


class Agency(NamedTuple):
    agency: str  # slug
    name: str
    short: str
    service: str  # type of service: agencies are compared within it
    source: str  # where the name was read
    verified: bool
    valid_from: str | None = None  # local dates, [from, to)
    valid_to: str | None = None
    successor: str | None = None


class Unit(NamedTuple):
    unit: str
    agency: str
    name: str
    district: str | None = None


class Counter(NamedTuple):
    counter: str
    unit: str
    name: str


class Question(NamedTuple):
    question: str
    text_id: str
    text_en: str


class Spot(NamedTuple):
    """A counter with what stands above it."""

    counter: str
    counter_name: str
    unit: str
    unit_name: str
    agency: str
    agency_name: str


def put_agencies(db: Database, agencies: Iterable[Agency]) -> None:
    """Add or change agencies, inside of a transaction of the caller's."""
    db.conn.executemany(
        "INSERT INTO agencies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (agency) DO UPDATE"
        " SET name = excluded.name, short = excluded.short, service = excluded.service,"
        " source = excluded.source, verified = excluded.verified, valid_from = excluded.valid_from,"
        " valid_to = excluded.valid_to, successor = excluded.successor",
        agencies,
    )


def put_units(db: Database, units: Iterable[Unit]) -> None:
    db.conn.executemany(
        "INSERT INTO units VALUES (?, ?, ?, ?) ON CONFLICT (unit) DO UPDATE"
        " SET agency = excluded.agency, name = excluded.name, district = excluded.district",
        units,
    )


def put_counters(db: Database, counters: Iterable[Counter]) -> None:
    db.conn.executemany(
        "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT (counter) DO UPDATE"
        " SET unit = excluded.unit, name = excluded.name",
        counters,
    )


def put_questions(db: Database, questions: Iterable[Question]) -> None:
    db.conn.executemany(
        "INSERT INTO questions VALUES (?, ?, ?) ON CONFLICT (question) DO UPDATE"
        " SET text_id = excluded.text_id, text_en = excluded.text_en",
        questions,
    )


def agencies(db: Database) -> list[Agency]:
    rows = db.conn.execute(
        "SELECT agency, name, short, service, source, verified, valid_from, valid_to, successor"
        " FROM agencies ORDER BY agency"
    )
    return [Agency(*row)._replace(verified=bool(row[5])) for row in rows]


def units(db: Database) -> list[Unit]:
    rows = db.conn.execute("SELECT unit, agency, name, district FROM units ORDER BY unit")
    return [Unit(*row) for row in rows]


def questions(db: Database) -> list[Question]:
    rows = db.conn.execute("SELECT question, text_id, text_en FROM questions ORDER BY question")
    return [Question(*row) for row in rows]


def spots(db: Database) -> list[Spot]:
    """Every counter, with its unit and agency."""
    rows = db.conn.execute(
        "SELECT counter, counters.name, unit, units.name, agency, agencies.name FROM counters"
        " JOIN units USING (unit) JOIN agencies USING (agency) ORDER BY agency, unit, counter"
    )
    return [Spot(*row) for row in rows]


def require_agency(db: Database, agency: str) -> Agency:
    """The agency of that slug. Raises UnknownPlace, with the names that come near."""
    known = {each.agency: each for each in agencies(db)}
    if agency not in known:
        raise _unknown("agency", agency, list(known))
    return known[agency]


def require_counter(db: Database, counter: str) -> None:
    """Raises UnknownPlace, with the names that come near."""
    known = [name for (name,) in db.conn.execute("SELECT counter FROM counters")]
    if counter not in known:
        raise _unknown("counter", counter, known)


def _unknown(kind: str, name: str, known: list[str]) -> UnknownPlace:
    near = difflib.get_close_matches(name, known, n=5, cutoff=0.5) or sorted(known)[:5]
    hint = f"near it: {', '.join(near)}" if near else "there is none yet: 'agency import' adds them"
    return UnknownPlace(f"there is no {kind} {name!r}; {hint}")


def belonging(db: Database) -> list[tuple[str, str, str]]:
    """(counter, its unit, and that one's agency), by counter."""
    return db.conn.execute(
        "SELECT counter, unit, agency FROM counters JOIN units USING (unit) ORDER BY counter"
    ).fetchall()


def services(db: Database) -> dict[str, tuple[str, str]]:
    """Counter → the type of service there, and its unit: by these its hours are told."""
    rows = db.conn.execute(
        "SELECT counter, service, unit FROM counters JOIN units USING (unit)"
        " JOIN agencies USING (agency)"
    )
    return {counter: (service, unit) for counter, service, unit in rows}
