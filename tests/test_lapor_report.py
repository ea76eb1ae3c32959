"""senyum-collector lapor report: index and complaints side by side, small counts not told."""

import csv
import io
import json
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.index.periods import Days
from collector.ledger.handlings import handlings
from collector.ledger.places import Agency, put_agencies
from collector.ledger.store import open_ledger, read_snapshot, writing
from collector.servicehours import read_calendar
from tests.laporfiles import run, write
from tests.surveyfiles import collector_in
from tests.web import make_ledger

AS_OF = date(2026, 6, 30)
Case = tuple[str, date, date | None, date | None]  # agency, received, answered, closed


def report(data: Path, *words: str, period: str = "2026-S1") -> Result:
    wide = CliRunner(env={"COLUMNS": "140"})
    return wide.invoke(main, ["--data", str(data), "lapor", "report", "--period", period, *words])


def bring_in(data: Path, cases: list[Case]) -> None:
    rows = [
        [
            f"K{i}",
            received,
            agency,
            "Selesai" if closed else "Dijawab" if answered else "Proses",
            answered or "",
            closed or "",
        ]
        for i, (agency, received, answered, closed) in enumerate(cases)
    ]
    write(data, rows)
    result = run(data, as_of=str(AS_OF))
    assert result.exit_code == 0, result.output


def simulated(seed: int) -> list[Case]:
    """Half a year of complaints to agencies that are quick, slow, or have few of them."""
    random = Random(seed)
    return [
        (f"opd-{number}", *_case(random, speed))
        for number, (n, speed) in enumerate([(60, 4), (45, 9), (30, 20), (12, 2), (9, 2), (3, 2)])
        for _ in range(n)
    ]


def _case(random: Random, speed: int) -> tuple[date, date | None, date | None]:
    received = date(2026, 1, 1) + timedelta(days=random.randrange(180))
    answered = received + timedelta(days=round(random.expovariate(1 / speed)))
    closed = answered + timedelta(days=random.randrange(30))
    return (
        received,
        answered if answered <= AS_OF else None,
        closed if closed <= AS_OF and random.random() < 0.8 else None,
    )


def agencies_in(data: Path, numbers: int) -> Path:
    with closing(open_ledger(data / "ledger.db")) as db, writing(db):
        slugs = [f"opd-{number}" for number in range(numbers)]
        put_agencies(db, [Agency(slug, slug, slug, "Loket", "a test", True) for slug in slugs])
    return data


# ---------------------------------------------------------------- an independent recomputation


def by_numpy(cases: list[Case], holidays: list[date]) -> dict[str, Any]:
    """The indicators anew, with another calendar and from the rows alone."""

    def between(first: date, last: date) -> int:
        one = np.timedelta64(1, "D")
        begin, end = np.datetime64(first) + one, np.datetime64(last) + one
        return int(np.busday_count(begin, end, holidays=holidays))

    taken = [between(received, answered) for _, received, answered, _ in cases if answered]
    waiting = [between(received, AS_OF) for _, received, answered, _ in cases if not answered]
    late = sum(days > 5 for days in waiting)
    settling = [
        between(received, AS_OF) for _, received, answered, closed in cases
        if answered and not closed
    ]  # fmt: skip
    return {
        "received": len(cases),
        "answered": len(taken),
        "closed": sum(closed is not None for *_, closed in cases),
        "over": late + sum(days > 14 for days in settling),
        "in_time_percent": int(100 * sum(days <= 5 for days in taken) / (len(taken) + late) + 0.5),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_what_a_recomputation_from_the_rows_gives(tmp_path: Path, seed: int) -> None:
    data, cases = agencies_in(tmp_path, 6), simulated(seed)
    bring_in(data, cases)
    calendar = read_calendar(data)
    every = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    holidays = [day for day in every if calendar.holiday(day) is not None]
    found = {
        each["agency"]: each
        for each in json.loads(report(data, "--exact", "--json").output)["agencies"]
    }
    for number in range(6):
        slug = f"opd-{number}"
        expected = by_numpy([case for case in cases if case[0] == slug], holidays)
        if expected["received"] < 10:
            expected["in_time_percent"] = None
        for name, value in expected.items():
            assert (found[slug][f"{name}_low"], found[slug][f"{name}_high"]) == (value, value)


def test_small_counts_and_small_rests_are_told_as_ranges(tmp_path: Path) -> None:
    data = agencies_in(tmp_path, 2)
    day = date(2026, 2, 2)
    cases: list[Case] = [("opd-0", day, day, day)] * 38 + [("opd-0", day, None, None)] * 2
    bring_in(data, [*cases, *[("opd-1", day, day, day)] * 3])
    ours, few = json.loads(report(data, "--json").output)["agencies"]
    assert (ours["received_low"], ours["received_high"]) == (40, 40)
    assert (ours["answered_low"], ours["answered_high"]) == (36, 39)
    assert (ours["over_low"], ours["over_high"]) == (1, 4)
    assert (ours["in_time_percent_low"], ours["in_time_percent_high"]) == (90, 98)
    assert (few["received_low"], few["received_high"], few["answered_low"]) == (1, 4, None)
    exact, _ = json.loads(report(data, "--json", "--exact").output)["agencies"]
    assert (exact["answered_low"], exact["over_high"]) == (38, 2)


def test_sums_are_for_the_district_alone(tmp_path: Path) -> None:
    """A sum less what is told of the others would tell a small count."""
    data = agencies_in(tmp_path, 2)
    day = date(2026, 2, 2)
    bring_in(data, [("opd-0", day, day, day)] * 40 + [("opd-1", day, day, day)] * 3)
    assert json.loads(report(data, "--json").output)["verified"] is None
    assert "43" not in report(data).output
    assert json.loads(report(data, "--json", "--exact").output)["verified"] == 0
    assert "seluruh kabupaten: 0 dari 43" in report(data, "--exact").output


def test_places_only_from_ten_cases_on(tmp_path: Path) -> None:
    data = agencies_in(tmp_path, 6)
    bring_in(data, simulated(1))
    found = json.loads(report(data, "--json").output)["agencies"]
    assert [each["place"] is not None for each in found] == [True] * 4 + [False] * 2
    assert [each["median_days"] is not None for each in found] == [True] * 4 + [False] * 2


def test_people_read_both_in_one_table(tmp_path: Path) -> None:
    data = make_ledger(tmp_path)
    day = date(2019, 7, 1)
    cases: list[Case] = [("disdukcapil", day, day + timedelta(days=2), None)] * 12
    write(data, [])
    bring_in(data, cases)
    result = report(data, period="2019-S2")
    assert result.exit_code == 0, result.output
    [line] = [line for line in result.output.splitlines() if line.startswith(" disdukcapil")]
    assert line.split()[-7:] == ["12", "100", "100", "2", "2", "0", "12"]
    assert len(line.split()) == 1 + 3 + 7  # votes, index and interval stand before them
    assert "Hari kerja sejak disposisi" in result.output
    assert "menurut berkas 2026-06-30" in result.output


def test_programs_read_the_same_as_csv(tmp_path: Path) -> None:
    data = agencies_in(tmp_path, 6)
    bring_in(data, simulated(2))
    told = json.loads(report(data, "--json").output)["agencies"]
    rows = list(csv.DictReader(io.StringIO(report(data, "--csv").output)))
    assert [{name: value or None for name, value in row.items()} for row in rows] == [
        {name: None if value is None else str(value) for name, value in each.items()}
        for each in told
    ]


def test_without_complaints_it_says_how_to_add_them(tmp_path: Path) -> None:
    result = report(collector_in(tmp_path))
    assert (result.exit_code, result.output) == (
        1,
        "Error: there are no complaints yet; 'lapor import' adds them\n",
    )


def test_a_period_without_complaints_is_an_empty_table(tmp_path: Path) -> None:
    data = agencies_in(tmp_path, 6)
    bring_in(data, simulated(2))
    assert json.loads(report(data, "--json", period="2024").output)["agencies"] == []


def test_the_worked_example_of_the_docs(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["--data", str(tmp_path), "agency", "import"])
    examples = Path(__file__).parents[1] / "docs" / "examples"
    words = ["lapor", "import", str(examples / "lapor.csv"), "--as-of", "2026-03-02"]
    words += ["--mapping", str(examples / "lapor.toml")]
    CliRunner().invoke(main, ["--data", str(tmp_path), *words])
    with closing(read_snapshot(tmp_path / "ledger.db")) as db:
        semester = Days(date(2026, 1, 1), date(2026, 7, 1))
        found = handlings(db, semester, read_calendar(tmp_path).holiday)
    assert found is not None
    assert found.everyone.received == 3
    ours, other = found.of["disdukcapil"], found.of["dpmptsp"]
    assert (ours.received, ours.in_time, ours.median, ours.p90) == (2, 2, 2, 4)
    assert (other.received, other.answered, other.over) == (1, 0, 1)
