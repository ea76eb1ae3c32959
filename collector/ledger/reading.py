"""What the counts say: votes by agency, day, hour and counter, for a period of local days.

The truth is counts_day; counts_month and counts_unit_day say the same more coarsely, counts_quarter
more finely. A vote counts in a period if it lies in it wholly, if its question is known, and if its
kiosk had a place; it belongs to the agency of the counter where that place was. Qualities A, B and
C count; D has no date and counts in no period.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from math import lcm
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from collector.index.course import Dated
from collector.index.dispersion import Stratum, dispersions, window
from collector.index.periods import Days
from collector.index.scales import DEFAULT, FaceMapping

Tally = dict[str, int]  # face → n; a face without votes may be missing


class Uncertain(NamedTuple):
    """How many votes of a period are dated poorly."""

    c: int  # counted, dated to within some days that all lie in the period
    d: int  # not counted: without a date, they may be of the period or older


CERTAIN: Final = Uncertain(0, 0)


class Row(NamedTuple):
    """The votes of one agency that have everything but the face of the citizen in common."""

    agency: str
    first_day: str  # both days are included; they differ for quality C only
    last_day: str
    question: str
    face: str
    quality: str
    n: int


# CROSS JOIN keeps SQLite from scanning the counts: they are searched for each counter.
_AT: Final = "FROM counters JOIN units USING (unit) CROSS JOIN {} USING (counter)"
_DAY: Final = _AT.format("counts_day")
_VAGUE: Final = _AT.format("counts_day INDEXED BY counts_day_vague")
_MONTH: Final = _AT.format("counts_month")
_QUARTER: Final = _AT.format("counts_quarter")
_KNOWN: Final = "question IN (SELECT question FROM questions)"
_WITHIN: Final = f"first_day >= :first AND first_day < :end AND last_day < :end AND {_KNOWN}"


_BY_UNIT: Final = (
    f"SELECT unit, face, SUM(n) {{}} WHERE {{}} AND {_KNOWN}"
    " AND :agency IN ('', agency) GROUP BY unit, face"
)
_BY_AGENCY: Final = _BY_UNIT.replace("unit, face", "agency, face")
_BY_COUNTER: Final = _BY_UNIT.replace("unit, face", "counter, face")
_SAME_MONTHS: Final = (
    "first_month >= SUBSTR(:months, 1, 7) AND first_month < SUBSTR(:end_months, 1, 7)"
    " AND last_month < SUBSTR(:end_months, 1, 7)"
)
_BEFORE: Final = "first_day >= :first AND first_day < :months AND last_day < :end"
_AFTER: Final = "first_day >= :end_months AND first_day < :end AND last_day < :end"
_ACROSS: Final = (
    "quality = 'C' AND first_day >= :months AND first_day < :end_months"
    " AND last_day >= :end_months AND last_day < :end"
)
# Whole months are read from counts_month, the days before and after them from counts_day. A vote
# that reaches from those months into the days after them is of quality C, so an index finds it.
_PARTS: Final = (
    (_MONTH, _SAME_MONTHS),
    (_DAY, _BEFORE),
    (_DAY, _AFTER),
    (_VAGUE, _ACROSS),
)


def by_agency(db: Database, days: Days, only: str = "") -> dict[str, Tally]:
    """The votes of each agency that has any, or of one alone, which is quicker."""
    return _summed(db, days, _BY_AGENCY, only)


def by_unit(db: Database, days: Days) -> dict[str, Tally]:
    """The votes of each unit that has any."""
    return _summed(db, days, _BY_UNIT)


def of_counters(db: Database, agency: str, days: Days) -> dict[str, Tally]:
    """The votes of each counter of an agency that has any."""
    return _summed(db, days, _BY_COUNTER, agency)


def _summed(db: Database, days: Days, by_place: str, only: str = "") -> dict[str, Tally]:
    bounds = {**_bounds(days), **_whole_months(days), "agency": only}
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for source, condition in _PARTS:
        for place, face, n in db.conn.execute(by_place.format(source, condition), bounds):
            sums[place][face] += n
    return {place: dict(tally) for place, tally in sums.items()}


def dated(db: Database, agency: str, days: Days) -> Iterator[Dated]:
    """The votes of one agency: as many of each face as lie in a day, or in days (quality C)."""
    rows = db.conn.execute(
        f"SELECT first_day, last_day, face, SUM(n), SUM(n * (quality = 'C')) {_DAY}"
        f" WHERE agency = :agency AND {_WITHIN} GROUP BY first_day, last_day, face",
        {"agency": agency, **_bounds(days)},
    )
    return (Dated(_both(first, last), *rest) for first, last, *rest in rows)


def _both(first: str, last: str) -> Days:
    """From `first` to `last`, both included."""
    return Days(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))


def by_question(db: Database, agency: str, days: Days) -> dict[str, Tally]:
    """The votes of one agency on each question that it was asked."""
    rows = db.conn.execute(
        f"SELECT question, face, SUM(n) {_DAY}"
        f" WHERE agency = :agency AND {_WITHIN} GROUP BY question, face",
        {"agency": agency, **_bounds(days)},
    )
    return _tallies(rows)


def by_counter(db: Database, days: Days) -> dict[str, dict[date, Tally]]:
    """The votes of each counter and day that has any; those not dated to one day are left out."""
    rows = db.conn.execute(
        f"SELECT counter, first_day, face, SUM(n) {_DAY}"
        f" WHERE {_WITHIN} AND first_day = last_day GROUP BY counter, first_day, face",
        _bounds(days),
    )
    found: dict[str, dict[date, Tally]] = defaultdict(lambda: defaultdict(dict))
    for counter, day, face, n in rows:
        found[counter][date.fromisoformat(day)][face] = n
    return {counter: dict(tallies) for counter, tallies in found.items()}


_HOUR: Final = 3600
_WEEK: Final = 7 * 24  # hours
_MONDAY: Final = 3 * 24 * _HOUR  # seconds from the Monday before it to 1970-01-01


def by_week_hour(
    db: Database, agency: str, days: Days, zone: tzinfo
) -> dict[tuple[int, int], Tally]:
    """The votes of each weekday (Monday 0) and local hour that has any; qualities A and B.

    The clock of `zone` must not be set forward or back within the period: no zone of Indonesia is.
    """
    first, end = _midnight(days.first, zone), _midnight(days.end, zone)
    offset = first.utcoffset() or timedelta()
    rows = db.conn.execute(
        f"SELECT (quarter + :offset) / {_HOUR} % {_WEEK} AS week_hour, face, SUM(n)"
        f" {_QUARTER} WHERE agency = :agency AND quarter >= :first AND quarter < :end AND {_KNOWN}"
        " GROUP BY week_hour, face",
        {
            "agency": agency,
            "first": int(first.timestamp()),
            "end": int(end.timestamp()),
            "offset": int(offset.total_seconds()) + _MONDAY,
        },
    )
    return {divmod(week_hour, 24): tally for week_hour, tally in _tallies(rows).items()}


# Votes whose day is known. Points are whole numbers here, so that sums are exact.
_CLUSTERS: Final = (
    "WITH days AS (SELECT agency, day, SUM(n) AS m, SUM(n * {points}) AS s,"
    " SUM(n * ({points}) * ({points})) AS q"
    " FROM units CROSS JOIN counts_unit_day USING (unit)"
    " WHERE day >= :first AND day < :end AND {known} AND face IN ({faces}) GROUP BY agency, day)"
    " SELECT agency, COUNT(*), SUM(m), SUM(m * m), SUM(s), SUM(1.0 * s * s / m), SUM(q)"
    " FROM days GROUP BY agency, SUBSTR(day, 1, 7)"
)


def clusters(db: Database, days: Days, mapping: FaceMapping) -> dict[str, list[Stratum]]:
    """For each agency that has votes, its months: how alike the votes of each day were."""
    whole = lcm(*(value.denominator for value in mapping.points.values()))
    cases = " ".join(f"WHEN '{face}' THEN {p * whole}" for face, p in mapping.points.items())
    points, faces = f"CASE face {cases} END", _quoted(mapping)
    sql = _CLUSTERS.format(points=points, faces=faces, known=_KNOWN)
    found: dict[str, list[Stratum]] = defaultdict(list)
    for agency, *sums in db.conn.execute(sql, _bounds(days)):
        found[agency].append(Stratum(*sums))
    return dict(found)


def _quoted(mapping: FaceMapping) -> str:
    return ", ".join(f"'{face}'" for face in mapping.faces)


def dispersion(
    db: Database, days: Days, services: Mapping[str, str], mapping: FaceMapping = DEFAULT
) -> dict[str, Decimal]:
    """phi of each agency that has votes in the last six weeks of these days."""
    return dispersions(clusters(db, window(days), mapping), services)


def uncertain(db: Database, days: Days, mapping: FaceMapping = DEFAULT) -> dict[str, Uncertain]:
    """For each agency that has any, the votes that are dated poorly; of the mapping's faces."""
    shown = f"face IN ({_quoted(mapping)}) GROUP BY agency"
    vague = db.conn.execute(
        f"SELECT agency, SUM(n) {_VAGUE} WHERE quality = 'C' AND {_WITHIN} AND {shown}",
        _bounds(days),
    )
    undated = db.conn.execute(
        f"SELECT agency, SUM(n) {_DAY}"
        f" WHERE first_day = '' AND last_day >= :first AND {_KNOWN} AND {shown}",
        _bounds(days),
    )
    c, d = dict(vague.fetchall()), dict(undated.fetchall())
    return {agency: Uncertain(c.get(agency, 0), d.get(agency, 0)) for agency in c.keys() | d}


def first_day(db: Database) -> date | None:
    """The first local day with a vote that counts."""
    row = db.conn.execute(
        "SELECT MIN(first) FROM (SELECT (SELECT first_day FROM counts_day AS c"  # noqa: S608
        f" WHERE c.counter = counters.counter AND first_day > '' AND {_KNOWN}"
        " ORDER BY first_day LIMIT 1) AS first FROM counters)"
    ).fetchone()
    return None if row[0] is None else date.fromisoformat(row[0])


def rows(db: Database, days: Days) -> Iterator[Row]:
    """Every count of the period, by agency, day, question, face and quality."""
    found = db.conn.execute(
        f"SELECT agency, first_day, last_day, question, face, quality, SUM(n) {_DAY}"
        f" WHERE {_WITHIN} GROUP BY 1, 2, 3, 4, 5, 6",
        _bounds(days),
    )
    return (Row(*row) for row in found)


def _tallies(rows: Iterable[Any]) -> dict[Any, Tally]:
    """Rows of (key, face, n) as key → Tally."""
    tallies: dict[Any, Tally] = defaultdict(dict)
    for key, face, n in rows:
        tallies[key][face] = n
    return dict(tallies)


def _bounds(days: Days) -> dict[str, str]:
    return {"first": days.first.isoformat(), "end": days.end.isoformat()}


def _whole_months(days: Days) -> dict[str, str]:
    """The days [months, end_months) of the whole months in `days`; both are its end if none is."""
    months, end_months = _month_not_before(days.first), days.end.replace(day=1)
    if months >= end_months:
        months = end_months = days.end
    return {"months": months.isoformat(), "end_months": end_months.isoformat()}


def _month_not_before(day: date) -> date:
    return day if day.day == 1 else (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)
