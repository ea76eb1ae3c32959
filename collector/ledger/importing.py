"""Brings a list of places into the ledger: adds, changes, and never takes away."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger.places import (
    Agency,
    Counter,
    Question,
    Unit,
    agencies,
    put_agencies,
    put_counters,
    put_questions,
    put_units,
    questions,
)
from collector.ledger.store import writing


class MovedPlace(CollectorError, ValueError):
    """A counter would take its past votes along to another unit or agency."""


class Places(Protocol):
    """What is to be there."""

    @property
    def agencies(self) -> Sequence[Agency]: ...
    @property
    def units(self) -> Sequence[Unit]: ...
    @property
    def counters(self) -> Sequence[Counter]: ...
    @property
    def questions(self) -> Sequence[Question]: ...


class Change(NamedTuple):
    """A place as it was (None: there was none) and as it is now."""

    kind: str
    slug: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    def differences(self) -> list[str]:
        """`name: 'Dinas A' is now 'Dinas B'`, for each field that changed."""
        return [
            f"{field}: {self.before[field]!r} is now {value!r}"
            for field, value in self.after.items()
            if self.before is not None and self.before[field] != value
        ]


def import_places(db: Database, places: Places) -> list[Change]:
    """Add and change so that all of `places` is there; what they lack stays as it is.

    One transaction; doing it again changes nothing. Raises MovedPlace, and then nothing is done.
    """
    with writing(db):
        changes = _changes(db, places)
        _refuse_moves(db, changes)
        db.conn.execute("PRAGMA defer_foreign_keys = ON")  # a successor may stand further down
        put_agencies(db, places.agencies)
        put_units(db, places.units)
        put_counters(db, places.counters)
        put_questions(db, places.questions)
    return changes


def _changes(db: Database, places: Places) -> list[Change]:
    return [
        *_changed("agency", agencies(db), places.agencies),
        *_changed("unit", _units(db), places.units),
        *_changed("counter", _counters(db), places.counters),
        *_changed("question", questions(db), places.questions),
    ]


_Place = Agency | Unit | Counter | Question


def _changed(kind: str, old: Iterable[_Place], new: Iterable[_Place]) -> list[Change]:
    """The first field of each is its slug."""
    there = {place[0]: place for place in old}
    return [
        Change(kind, str(place[0]), _fields(there.get(place[0])), place._asdict())
        for place in new
        if there.get(place[0]) != place
    ]


def _fields(place: _Place | None) -> dict[str, Any] | None:
    return None if place is None else place._asdict()


_ABOVE: Final = {"counter": "unit", "unit": "agency"}


def _refuse_moves(db: Database, changes: Iterable[Change]) -> None:
    """Votes are attributed by counter → unit → agency, which have no dates."""
    for change in changes:
        above = _ABOVE.get(change.kind)
        if above is None or change.before is None or change.before[above] == change.after[above]:
            continue
        if _has_votes(db, change.kind, change.slug):
            raise MovedPlace(
                f"{change.kind} {change.slug} belongs to {above} {change.before[above]} and has"
                f" votes there; at {change.after[above]} it needs a new slug: add it under that"
                " name and move its kiosk with 'kiosk move'"
            )


def _has_votes(db: Database, kind: str, slug: str) -> bool:
    row = db.conn.execute(
        f"SELECT 1 FROM counters CROSS JOIN counts_day USING (counter) WHERE counters.{kind} = ?"  # noqa: S608
        " LIMIT 1",
        (slug,),
    ).fetchone()
    return row is not None


def _units(db: Database) -> list[Unit]:
    rows = db.conn.execute("SELECT unit, agency, name, district FROM units")
    return [Unit(*row) for row in rows]


def _counters(db: Database) -> list[Counter]:
    return [Counter(*row) for row in db.conn.execute("SELECT counter, unit, name FROM counters")]
