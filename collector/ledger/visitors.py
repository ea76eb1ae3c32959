"""How many people were served, as agencies count them; of a place and day the last counts."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.index.participation import People
from collector.index.periods import Days

WHOLE = ""  # the unit of a count that is of the whole agency


class Count(NamedTuple):
    """Of one day; of a unit, or of the WHOLE agency."""

    agency: str
    unit: str
    day: date
    people: int


def add_counts(db: Database, counts: Iterable[Count], at_ms: int) -> int:
    """Those that the ledger does not have so; how many. Inside of a transaction of the caller's."""
    added = 0
    for count in counts:
        place = (count.agency, count.day.isoformat(), count.unit)
        last = db.conn.execute(
            "SELECT version, people FROM visitors WHERE (agency, day, unit) = (?, ?, ?)"
            " ORDER BY version DESC LIMIT 1",
            place,
        ).fetchone()
        version, people = last or (0, None)
        if people != count.people:
            row = (*place, version + 1, count.people, at_ms)
            db.conn.execute("INSERT INTO visitors VALUES (?, ?, ?, ?, ?, ?)", row)
            added += 1
    return added


def counted_by(db: Database) -> dict[str, bool]:
    """Agency → are its people counted by units? Only of agencies that count."""
    rows = db.conn.execute("SELECT agency, MAX(unit) > '' FROM visitors GROUP BY agency")
    return {agency: bool(by_units) for agency, by_units in rows}


# All versions are summed, and what a later one has replaced is taken away: that is quick, because
# few counts are ever corrected, and those have an index of their own.
_EVERY: Final = (
    "SELECT visitors.agency, unit, COUNT(*), SUM(people) FROM agencies CROSS JOIN visitors"
    " USING (agency) WHERE day >= :first AND day < :end GROUP BY visitors.agency, unit"
)
_REPLACED: Final = (
    "SELECT old.agency, old.unit, COUNT(*), SUM(old.people)"
    " FROM visitors AS new INDEXED BY visitors_corrected JOIN visitors AS old"
    " ON (old.agency, old.day, old.unit, old.version)"
    " = (new.agency, new.day, new.unit, new.version - 1)"
    " WHERE new.version > 1 AND new.day >= :first AND new.day < :end GROUP BY old.agency, old.unit"
)


def people(db: Database, days: Days) -> dict[str, People]:
    """Agency → who came in these days. Of units that were counted differently often, the least."""
    bounds = {"first": days.first.isoformat(), "end": days.end.isoformat()}
    replaced = {(agency, unit): sums for agency, unit, *sums in db.conn.execute(_REPLACED, bounds)}
    found: dict[str, dict[str, People]] = defaultdict(dict)
    for agency, unit, counted, total in db.conn.execute(_EVERY, bounds):
        days_less, people_less = replaced.get((agency, unit), (0, 0))
        found[agency][unit] = People(total - people_less, counted - days_less)
    units = _units(db)
    return {agency: _together(own, units.get(agency, set())) for agency, own in found.items()}


def _units(db: Database) -> dict[str, set[str]]:
    """Agency → its units that have counters: there people vote."""
    found: dict[str, set[str]] = defaultdict(set)
    for agency, unit in db.conn.execute(
        "SELECT agency, unit FROM counters JOIN units USING (unit)"
    ):
        found[agency].add(unit)
    return found


def _together(own: dict[str, People], units: set[str]) -> People:
    if WHOLE in own:
        return own[WHOLE]
    days = min((own[unit].days if unit in own else 0 for unit in units), default=0)
    return People(sum(each.people for each in own.values()), days)
