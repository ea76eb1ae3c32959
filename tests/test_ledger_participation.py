"""Participation of agencies from a real ledger: who came, how long kiosks were heard, and where."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from collector.index.participation import Coverage, Participation, People
from collector.index.periods import Days
from collector.ledger import heard, registry, visitors
from collector.ledger.counts import local_day
from collector.ledger.participation import Clock, participations
from collector.ledger.store import open_ledger, writing
from collector.servicehours import read_calendar
from tests.web import NOW, PLACES, TODAY, ZONE, fill, put_kiosk

FRIDAY = date(2019, 8, 23)  # NOW is the Monday after it
LATELY = Days(FRIDAY, TODAY)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        fill(db, PLACES[:2], days=3)
        put_kiosk(db, "disdukcapil-01", "disdukcapil-1")
        yield db


def hear(db: Database, hour: int, minute: int = 0, kiosk: str = "disdukcapil-01") -> None:
    at = datetime(2019, 8, 23, hour, minute, tzinfo=ZONE)
    with writing(db):
        heard.hear(db, kiosk, int(at.timestamp()))


def found(db: Database, tmp_path: Path, days: Days = LATELY, votes: int = 0) -> Participation:
    clock = Clock(read_calendar(tmp_path), ZONE, int(NOW.timestamp()))
    return participations(db, days, {"disdukcapil": votes}, clock)["disdukcapil"]


def friday_quarters(tmp_path: Path) -> int:
    hours = read_calendar(tmp_path).hours(FRIDAY, "Loket umum")
    assert hours, "an office is open on a Friday"
    return sum(closes - opens for opens, closes in hours) // 15


def test_a_kiosk_is_expected_in_service_hours_since_anything_was_heard(
    db: Database, tmp_path: Path
) -> None:
    assert found(db, tmp_path).uptime is None
    opens = read_calendar(tmp_path).hours(FRIDAY, "Loket umum")[0][0]
    hear(db, opens // 60, opens % 60)
    hear(db, opens // 60, opens % 60 + 14)  # the same quarter
    hear(db, 23)  # at night nobody expects it
    expected = round(100 / friday_quarters(tmp_path), 1)
    assert float(found(db, tmp_path).uptime or 0) == pytest.approx(expected, abs=0.05)


def test_before_anything_was_heard_nothing_is_said(db: Database, tmp_path: Path) -> None:
    hear(db, 9)
    week = Days(FRIDAY - timedelta(days=7), FRIDAY)
    assert found(db, tmp_path, week).uptime is None
    assert found(db, tmp_path, Days(week.first, TODAY)).uptime == found(db, tmp_path).uptime


def test_a_kiosk_is_expected_where_it_stood(db: Database, tmp_path: Path) -> None:
    for hour in range(7, 17):
        for minute in (0, 15, 30, 45):
            hear(db, hour, minute)
    at = int(datetime(2019, 8, 23, 9, tzinfo=ZONE).timestamp())
    registry.move_kiosk(db, "disdukcapil-01", "dpmptsp-1", at, local_day(ZONE))
    clock = Clock(read_calendar(tmp_path), ZONE, int(NOW.timestamp()))
    both = participations(db, LATELY, {}, clock)
    for agency in ("disdukcapil", "dpmptsp"):
        assert str(both[agency].uptime) == "100.0"
    assert both["disdukcapil"].coverage == Coverage(0, 1, ("Kantor pelayanan, Loket 1",))
    assert both["dpmptsp"].coverage == Coverage(1, 1)


def test_votes_are_set_against_those_who_came(db: Database, tmp_path: Path) -> None:
    assert found(db, tmp_path, votes=7).people is None
    with writing(db):
        visitors.add_counts(db, [visitors.Count("disdukcapil", "", FRIDAY, 200)], 1)
    shown = found(db, tmp_path, votes=7)
    assert (shown.people, shown.service_days) == (People(200, 1), 1)
    assert str(shown.rate) == "3.5"


def test_a_period_that_is_not_over_has_its_days_until_today(db: Database, tmp_path: Path) -> None:
    open_still = Days(FRIDAY, TODAY + timedelta(days=30))
    assert found(db, tmp_path, open_still).service_days == 1
    assert found(db, tmp_path, open_still).coverage == Coverage(1, 1)


def test_more_kiosks_and_days_need_no_more_statements(db: Database, tmp_path: Path) -> None:
    hear(db, 9)
    few = statements(db, tmp_path, LATELY)
    for number in range(2, 12):
        put_kiosk(db, f"disdukcapil-{number:02}", "disdukcapil-1")
        hear(db, 9, kiosk=f"disdukcapil-{number:02}")
    assert statements(db, tmp_path, Days(date(2018, 9, 1), TODAY)) == few


def statements(db: Database, tmp_path: Path, days: Days) -> int:
    said: list[str] = []
    db.conn.set_trace_callback(said.append)
    found(db, tmp_path, days)
    db.conn.set_trace_callback(None)
    return len(said)
