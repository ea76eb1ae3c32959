"""senyum-collector visitors import: who was served, by the agencies' own counts."""

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from collector.cli import main
from collector.index.participation import Coverage, People, participation
from collector.index.periods import Days
from collector.index.uptime import Uptime
from collector.ledger.places import Counter, Unit, put_counters, put_units
from collector.ledger.store import open_ledger, read_snapshot, writing
from collector.ledger.visitors import people
from tests.laporfiles import rows_in
from tests.surveyfiles import collector_in

AUGUST = Days(date(2025, 8, 1), date(2025, 9, 1))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Dukcapil has two units with a counter each."""
    data = collector_in(tmp_path)
    with closing(open_ledger(data / "ledger.db")) as db, writing(db):
        for unit in ("kantor", "mpp"):
            put_units(db, [Unit(unit, "dukcapil", unit)])
            put_counters(db, [Counter(f"{unit}-1", unit, "Loket 1")])
    return data


def bring_in(data: Path, rows: Sequence[str], header: str = "place,day,people") -> Result:
    (data / "v.csv").write_text("\n".join([header, *rows]) + "\n")
    return CliRunner().invoke(
        main, ["--data", str(data), "visitors", "import", str(data / "v.csv")]
    )


def came(data: Path, days: Days = AUGUST) -> dict[str, People]:
    with closing(read_snapshot(data / "ledger.db")) as db:
        return people(db, days)


def test_people_are_summed_over_the_days_of_a_period(data: Path) -> None:
    result = bring_in(
        data,
        ["Disdukcapil,2025-08-01,120", "dukcapil,2025-08-04,80", "dukcapil,2025-09-01,7",
         "DPMPTSP,2025-08-04,0"],
    )  # fmt: skip
    assert result.output == "4 counts in the file; new or changed: 4\n"
    assert came(data) == {"dukcapil": People(200, 2), "dpmptsp": People(0, 1)}


def test_units_count_for_their_agency_as_often_as_the_laziest(data: Path) -> None:
    bring_in(data, ["kantor,2025-08-01,50", "mpp,2025-08-01,30", "kantor,2025-08-04,9"])
    assert came(data) == {"dukcapil": People(89, 1)}


def test_a_unit_that_never_counts_leaves_its_agency_without_a_day(data: Path) -> None:
    bring_in(data, ["kantor,2025-08-01,50"])
    assert came(data) == {"dukcapil": People(50, 0)}


def test_a_corrected_count_takes_the_place_of_the_earlier_one(data: Path) -> None:
    bring_in(data, ["dukcapil,2025-08-01,120", "dukcapil,2025-08-04,80"])
    for people_then in (90, 70):
        bring_in(data, ["dukcapil,2025-08-01,120", f"dukcapil,2025-08-04,{people_then}"])
    assert came(data) == {"dukcapil": People(190, 2)}
    assert [row["people"] for row in rows_in(data, "visitors")] == [120, 80, 90, 70]


def test_importing_again_changes_nothing(data: Path) -> None:
    rows = ["dukcapil,2025-08-01,120"]
    bring_in(data, rows)
    assert "new or changed: 0" in bring_in(data, rows).output
    assert len(rows_in(data, "visitors")) == 1


def test_the_journal_says_how_many_and_of_which_file(data: Path) -> None:
    bring_in(data, ["dukcapil,2025-08-01,120"])
    [entry] = [row for row in rows_in(data, "journal") if row["what"] == "visitors-imported"]
    assert json.loads(entry["detail"])["counts"] == 1


TODAY = datetime.now(ZoneInfo("Asia/Makassar")).date()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("nowhere,2025-08-01,1", "column A (place): there is no agency or unit 'nowhere'"),
        ("dukcapil,1/8/2025,1", "column B (day): '1/8/2025' is not a day like 2026-08-17"),
        ("dukcapil,2025-02-30,1", "column B (day): day is out of range"),
        (f"dukcapil,{TODAY},1", "is not over yet"),
        (f"dukcapil,{TODAY + timedelta(days=9)},1", "is not over yet"),
        ("dukcapil,2025-08-02,-1", "column C (people): '-1' is no number of people"),
        ("dukcapil,2025-08-02,", "column C (people): '' is no number of people"),
        ("dukcapil,2025-08-01,5", "this place has a row for this day already"),
        ("mpp,2025-08-02,5", "dukcapil counts as a whole or by units, and not both"),
    ],
)
def test_what_makes_no_sense_is_refused_as_a_whole(data: Path, row: str, told: str) -> None:
    result = bring_in(data, ["dukcapil,2025-08-01,120", row])
    assert result.exit_code == 1
    assert "v.csv, line 3, " in result.output
    assert told in result.output
    assert rows_in(data, "visitors") == []


def test_an_agency_that_counts_as_a_whole_cannot_go_on_by_units(data: Path) -> None:
    bring_in(data, ["dukcapil,2025-08-01,120"])
    assert "and not both" in bring_in(data, ["mpp,2025-08-02,5"]).output


def test_a_table_without_its_columns_is_refused(data: Path) -> None:
    assert "there is no column 'people'" in bring_in(data, ["a,b"], "place,day").output
    assert "has no row under its headings" in bring_in(data, []).output


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE visitors SET people = 1",
        "DELETE FROM visitors",
        "INSERT OR REPLACE INTO visitors SELECT * FROM visitors",
    ],
)
def test_the_ledger_refuses_to_change_a_count(data: Path, change: str) -> None:
    bring_in(data, ["dukcapil,2025-08-01,120"])
    with (
        closing(open_ledger(data / "ledger.db")) as db,
        pytest.raises(Exception, match="a count of visitors is never changed or removed"),
        writing(db),
    ):
        db.conn.execute(change)


# ---------------------------------------------------------------- the rate

NOBODY, NONE = Uptime(0, 0), Coverage(0, 0)


@pytest.mark.parametrize(("days", "rate"), [(20, "4.1"), (18, "4.1"), (17, None), (0, None)])
def test_the_rate_needs_people_of_nine_days_in_ten(days: int, rate: str | None) -> None:
    found = participation(41, People(1000, days), 20, NOBODY, NONE).rate
    assert (None if found is None else str(found)) == rate


def test_what_is_not_known_is_not_zero() -> None:
    assert participation(41, None, 20, NOBODY, NONE)[2:4] == (None, None)
    assert participation(41, People(0, 20), 20, NOBODY, NONE).rate is None
    assert str(participation(0, People(10, 20), 20, Uptime(0, 8), NONE).uptime) == "0.0"


@given(votes=st.integers(0, 10**7), total=st.integers(1, 10**7))
def test_the_rate_is_within_half_a_tenth(votes: int, total: int) -> None:
    rate = participation(votes, People(total, 1), 1, NOBODY, NONE).rate
    assert rate is not None
    assert abs(rate * total - 100 * votes) * 20 <= total
