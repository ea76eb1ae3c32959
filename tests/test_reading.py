"""What the counts say, against the same counted by hand, on a real ledger."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from collector.index.periods import Days
from collector.ledger import reading
from collector.ledger.places import (
    Agency,
    Counter,
    Question,
    Unit,
    put_agencies,
    put_counters,
    put_questions,
    put_units,
)
from collector.ledger.store import open_ledger, writing

WITA = ZoneInfo("Asia/Makassar")
BEGIN = date(2025, 12, 15)
COUNTERS = {"dukcapil-1": "dukcapil", "dukcapil-2": "dukcapil", "gambut-1": "gambut"}
QUESTIONS = ("pelayanan", "waktu")  # those that are known
NOWHERE = ""  # the counter of a kiosk without a place


class Count(NamedTuple):
    counter: str
    first: str
    last: str
    question: str
    face: str
    quality: str
    n: int


def make_places(db: Database) -> None:
    with writing(db):
        for slug in sorted(set(COUNTERS.values())):
            put_agencies(db, [Agency(slug, slug, slug, "test", "test", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
        put_counters(db, [Counter(c, f"{a}-kantor", "Loket") for c, a in COUNTERS.items()])
        put_questions(db, [Question(each, each, each) for each in QUESTIONS])


def some_counts(random: Random) -> list[Count]:
    """Counts of four months, with everything that must not count among them."""
    found: dict[tuple[str, ...], Count] = {}
    for _ in range(3000):
        first = BEGIN + timedelta(days=random.randrange(120))
        last = first
        quality = random.choices("ABCD", (80, 10, 6, 4))[0]
        if quality == "C":
            last += timedelta(days=random.choice((0, 1, 3, 40)))
        count = Count(
            random.choice((*COUNTERS, NOWHERE)),
            "" if quality == "D" else first.isoformat(),
            last.isoformat(),
            random.choice(("pelayanan", "pelayanan", "waktu", "unheard-of")),
            random.choice(("frown", "neutral", "smile")),
            quality,
            random.randint(1, 9),
        )
        found[tuple(count[:6])] = count
    return list(found.values())


COUNTS = some_counts(Random(6303))


def store(db: Database, counts: list[Count]) -> None:
    with writing(db):
        db.conn.executemany("INSERT INTO counts_day VALUES (?, ?, ?, ?, ?, ?, ?)", counts)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = open_ledger(tmp_path_factory.mktemp("reading") / "ledger.db")
    make_places(db)
    store(db, COUNTS)
    yield db
    db.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    db = open_ledger(tmp_path / "ledger.db")
    make_places(db)
    yield db
    db.close()


def counted(days: Days) -> list[Count]:
    """The counts of the period, by the rule and without SQL."""
    return [
        count
        for count in COUNTS
        if count.counter in COUNTERS and count.question in QUESTIONS and count.quality != "D"
        if date.fromisoformat(count.first) in days and date.fromisoformat(count.last) in days
    ]


def summed(counts: list[Count], key: Any) -> dict[Any, dict[str, int]]:
    sums: dict[Any, dict[str, int]] = {}
    for count in counts:
        tally = sums.setdefault(key(count), {})
        tally[count.face] = tally.get(count.face, 0) + count.n
    return sums


@st.composite
def periods(draw: st.DrawFn) -> Days:
    first = BEGIN + timedelta(days=draw(st.integers(-20, 130)))
    return Days(first, first + timedelta(days=draw(st.integers(1, 170))))


@given(days=periods())
def test_the_agencies_have_the_votes_that_lie_wholly_in_the_period(
    ledger: Database, days: Days
) -> None:
    found = reading.by_agency(ledger, days)
    assert found == summed(counted(days), lambda c: COUNTERS[c.counter])
    for agency in ("dukcapil", "gambut"):
        own = {agency: found[agency]} if agency in found else {}
        assert reading.by_agency(ledger, days, agency) == own


@given(days=periods())
def test_votes_are_told_with_the_days_in_which_they_lie(ledger: Database, days: Days) -> None:
    expected: dict[Any, list[int]] = {}
    for count in counted(days):
        if COUNTERS[count.counter] == "gambut":
            sums = expected.setdefault((count.first, count.last, count.face), [0, 0])
            sums[0] += count.n
            sums[1] += count.n * (count.quality == "C")
    assert {
        (str(each.days.first), str(each.days.last), each.face): [each.n, each.c]
        for each in reading.dated(ledger, "gambut", days)
    } == expected


@given(days=periods())
def test_an_agency_has_the_votes_of_each_question(ledger: Database, days: Days) -> None:
    for agency in ("dukcapil", "gambut"):
        own = [count for count in counted(days) if COUNTERS[count.counter] == agency]
        assert reading.by_question(ledger, agency, days) == summed(own, lambda c: c.question)


@given(days=periods())
def test_an_agency_has_the_votes_of_each_counter(ledger: Database, days: Days) -> None:
    for agency in ("dukcapil", "gambut"):
        own = [count for count in counted(days) if COUNTERS[count.counter] == agency]
        assert reading.of_counters(ledger, agency, days) == summed(own, lambda c: c.counter)


@given(days=periods())
def test_poorly_dated_votes_are_told(ledger: Database, days: Days) -> None:
    told = reading.uncertain(ledger, days)
    for agency in ("dukcapil", "gambut"):
        c = sum(
            count.n
            for count in counted(days)
            if count.quality == "C" and COUNTERS[count.counter] == agency
        )
        d = sum(
            count.n
            for count in COUNTS
            if count.quality == "D" and COUNTERS.get(count.counter) == agency
            if count.question in QUESTIONS and count.last >= days.first.isoformat()
        )
        assert told.get(agency, reading.Uncertain(0, 0)) == (c, d)


@given(days=periods())
def test_the_rows_add_up_to_the_agencies(ledger: Database, days: Days) -> None:
    rows = list(reading.rows(ledger, days))
    assert sum(row.n for row in rows) == sum(count.n for count in counted(days))
    assert rows == sorted(rows)
    for row in rows:
        assert days.first.isoformat() <= row.first_day <= row.last_day < days.end.isoformat()


def test_the_first_day_is_one_that_counts(ledger: Database, empty: Database) -> None:
    everything = Days(BEGIN, BEGIN + timedelta(days=365))
    assert reading.first_day(ledger) == min(
        date.fromisoformat(count.first) for count in counted(everything)
    )
    assert reading.first_day(empty) is None


def test_no_votes_are_no_agencies(empty: Database) -> None:
    year = Days(date(2026, 1, 1), date(2027, 1, 1))
    assert reading.by_agency(empty, year) == {}
    assert list(reading.dated(empty, "dukcapil", year)) == []
    assert reading.by_week_hour(empty, "dukcapil", year, WITA) == {}
    assert reading.uncertain(empty, year) == {}


def months_by_hand(db: Database) -> list[tuple[Any, ...]]:
    return db.conn.execute(
        "SELECT counter, SUBSTR(first_day, 1, 7), SUBSTR(last_day, 1, 7), question, face, SUM(n)"
        " FROM counts_day GROUP BY 1, 2, 3, 4, 5 HAVING SUM(n) <> 0"
    ).fetchall()


def unit_days_by_hand(db: Database) -> list[tuple[Any, ...]]:
    return db.conn.execute(
        "SELECT unit, first_day, question, face, SUM(n) FROM counts_day"
        " JOIN counters USING (counter) WHERE first_day = last_day"
        " GROUP BY 1, 2, 3, 4 HAVING SUM(n) <> 0"
    ).fetchall()


def test_months_and_units_follow_whatever_happens_to_the_days(empty: Database) -> None:
    """Counts that grow, shrink and vanish, as ingest, corrections and moves make them do."""
    random = Random(2024)
    for chosen in (COUNTS[:400], COUNTS[200:600], COUNTS[:100]):
        with writing(empty):
            empty.conn.executemany(
                "INSERT INTO counts_day VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET n = n + excluded.n",
                [count._replace(n=random.choice((-count.n, 1, count.n))) for count in chosen],
            )
            empty.conn.execute("DELETE FROM counts_day WHERE n <= 0")
        months = empty.conn.execute("SELECT * FROM counts_month WHERE n <> 0").fetchall()
        assert len(months) > 50
        assert months == months_by_hand(empty)
        days = empty.conn.execute("SELECT * FROM counts_unit_day WHERE n <> 0").fetchall()
        assert len(days) > 50
        assert days == unit_days_by_hand(empty)
    with writing(empty):
        empty.conn.execute("DELETE FROM counts_day")
    for table in ("counts_month", "counts_unit_day"):
        assert empty.conn.execute(f"SELECT * FROM {table}").fetchall() == []


def press(db: Database, at: datetime, n: int = 1) -> None:
    quarter = int(at.timestamp()) // 900 * 900
    db.conn.execute(
        "INSERT INTO counts_quarter VALUES ('gambut-1', ?, 'pelayanan', 'smile', 'A', ?)",
        (quarter, n),
    )


AUGUST = Days(date(2026, 8, 1), date(2026, 9, 1))


@pytest.mark.parametrize(
    ("at", "cell"),
    [
        (datetime(2026, 8, 3, 7, 30, tzinfo=WITA), (0, 7)),
        (datetime(2026, 8, 3, 7, 59, 59, tzinfo=WITA), (0, 7)),
        (datetime(2026, 8, 9, 23, 59, tzinfo=WITA), (6, 23)),
        (datetime(2026, 8, 9, 16, 0, tzinfo=UTC), (0, 0)),  # Monday has begun here
    ],
)
def test_hours_are_local_and_the_week_begins_on_monday(
    empty: Database, at: datetime, cell: tuple[int, int]
) -> None:
    press(empty, at)
    assert reading.by_week_hour(empty, "gambut", AUGUST, WITA) == {cell: {"smile": 1}}


def test_the_same_hour_of_all_weeks_is_one_cell(empty: Database) -> None:
    for day in (3, 10, 17):
        press(empty, datetime(2026, 8, day, 9, 15, tzinfo=WITA), n=day)
    assert reading.by_week_hour(empty, "gambut", AUGUST, WITA) == {(0, 9): {"smile": 30}}


def test_a_period_begins_and_ends_at_local_midnight(empty: Database) -> None:
    press(empty, datetime(2026, 7, 31, 23, 59, tzinfo=WITA))
    press(empty, datetime(2026, 8, 1, 0, 0, tzinfo=WITA), n=2)
    press(empty, datetime(2026, 8, 31, 23, 59, tzinfo=WITA), n=4)
    press(empty, datetime(2026, 9, 1, 0, 0, tzinfo=WITA), n=8)
    cells = reading.by_week_hour(empty, "gambut", AUGUST, WITA)
    assert sum(tally["smile"] for tally in cells.values()) == 6
