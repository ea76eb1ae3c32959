"""senyum-collector reward: by a rule in a file, from answers and promises, never from the index."""

import csv
import io
import json
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from collector.cli import main
from collector.index.handling import Handling
from collector.index.plans import FollowUp, Plan
from collector.index.reward import Merit, Rule, lacking
from collector.ledger.plans import add_version, next_number
from collector.ledger.store import open_ledger, writing
from collector.rewardrule import FILE, PACKAGED
from tests.laporfiles import HEADER, MAPPING, run
from tests.surveyfiles import collector_in
from tests.web import make_ledger

RECEIVED, HANDED_ON = date(2026, 2, 2), date(2026, 2, 9)  # Mondays
MAPPED = 'disposition_column = "Disposisi"\n' + MAPPING
RULE = Rule("test/1", 10, 90, 0, 1, 75)


def bring_in(data: Path, rows: Sequence[Sequence[object]], as_of: str = "2026-07-31") -> None:
    """Rows of (agency, disposition, answer), all closed on the day of the answer."""
    lines = [[*HEADER, "Disposisi"]]
    for number, (agency, handed_on, answered) in enumerate(rows):
        status = "Selesai" if answered else "Proses"
        told = (f"K{number}", RECEIVED, agency, status, answered, answered, handed_on)
        lines.append([str(each) for each in told])
    (data / "m.toml").write_text(MAPPED)
    (data / "l.csv").write_text("\n".join(";".join(line) for line in lines))
    result = run(data, as_of=as_of)
    assert result.exit_code == 0, result.output


def promise(data: Path, agency: str, due: date, realised: date | None) -> None:
    entry = Plan(agency, "waktu", "", "Buka loket", "Camat", RECEIVED, due, due, realised, "SK")
    with closing(open_ledger(data / "ledger.db")) as db, writing(db):
        add_version(db, next_number(db), entry, RECEIVED, 1)


def reward(data: Path, *words: str, period: str = "2026-S1") -> Result:
    wide = CliRunner(env={"COLUMNS": "140"})
    return wide.invoke(main, ["--data", str(data), "reward", "--period", period, *words])


def lacks(data: Path) -> dict[str, list[str]]:
    found = json.loads(reward(data, "--json").output)["agencies"]
    return {each["agency"]: each["lacking"] for each in found}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Dukcapil answers within a day of disposition, a week after all came in; it keeps its word."""
    data = collector_in(tmp_path)
    due = date(2026, 3, 2)
    promise(data, "dukcapil", due, due)
    return data


QUICK = [("dukcapil", HANDED_ON, HANDED_ON + timedelta(days=1))] * 10
LATE = HANDED_ON + timedelta(days=14)


def test_who_answers_in_time_and_keeps_promises_is_on_the_list(data: Path) -> None:
    bring_in(data, [*QUICK, *[("dpmptsp", HANDED_ON, LATE)] * 10])
    assert lacks(data) == {"dukcapil": [], "dpmptsp": ["in_time_percent", "min_plans"]}
    shown = reward(data).output
    assert "Disdukcapil       ya" in shown
    assert "kurang tepat waktu, belum ada rencana" in shown
    assert "Indeks tidak dipakai." in shown


def test_the_day_at_the_ministry_is_not_the_agencys(data: Path) -> None:
    """Without the day of disposition it is on nobody's own clock, and does not count."""
    bring_in(data, [*QUICK[:9], ("dukcapil", "", RECEIVED)])
    assert lacks(data) == {"dukcapil": ["min_cases"]}


@pytest.mark.parametrize(("late", "told"), [(1, []), (2, ["in_time_percent"])])
def test_nine_in_ten_are_enough(data: Path, late: int, told: list[str]) -> None:
    bring_in(data, [*QUICK[late:], *[("dukcapil", HANDED_ON, LATE)] * late])
    assert lacks(data)["dukcapil"] == told


def test_one_that_is_open_beyond_its_limit_is_too_many(data: Path) -> None:
    bring_in(data, [*QUICK, *QUICK, ("dukcapil", HANDED_ON, "")])
    assert lacks(data)["dukcapil"] == ["max_over"]


@pytest.mark.parametrize(("kept", "told"), [(2, []), (1, ["kept_percent"])])
def test_three_promises_in_four(data: Path, kept: int, told: list[str]) -> None:
    bring_in(data, QUICK)
    due = date(2026, 6, 30)
    for number in range(3):
        promise(data, "dukcapil", due, due if number < kept else None)
    assert lacks(data)["dukcapil"] == told


def test_the_index_has_no_part_in_it(tmp_path: Path) -> None:
    """The same complaints, with and without a year of votes: the same list."""
    data = make_ledger(tmp_path)
    rows = [(agency, HANDED_ON, HANDED_ON) for agency in ("disdukcapil", "rsud") for _ in range(10)]
    bring_in(data, rows)
    for agency in ("disdukcapil", "rsud"):
        promise(data, agency, date(2026, 3, 2), date(2026, 3, 2))
    with_votes = lacks(data)
    with closing(open_ledger(data / "ledger.db")) as db, writing(db):
        for table in ("counts_day", "counts_quarter"):
            db.conn.execute(f"DELETE FROM {table}")
    assert lacks(data) == with_votes == {"disdukcapil": [], "rsud": []}


def test_the_list_names_its_rule_and_says_when_it_is_early(data: Path) -> None:
    bring_in(data, QUICK, as_of="2026-06-30")
    told: Any = json.loads(reward(data, "--json").output)
    digest = sha256((PACKAGED / FILE).read_bytes()).hexdigest()
    assert (told["rule"]["name"], told["rule_sha256"]) == ("reward/1", digest)
    assert (told["as_of"], told["half_year_closed"]) == ("2026-06-30", False)
    assert "Sementara" in reward(data).output
    bring_in(data, QUICK, as_of="2026-07-01")
    assert "Sementara" not in reward(data).output
    assert (
        f"Aturan reward/1 ({digest[:12]}), menurut berkas pengaduan 2026-07-01."
        in reward(data).output
    )


def test_programs_read_csv(data: Path) -> None:
    bring_in(data, [*QUICK, ("dpmptsp", HANDED_ON, LATE)])
    rows = list(csv.DictReader(io.StringIO(reward(data, "--csv").output)))
    assert [row["rewarded"] for row in rows] == ["True", "False"]
    assert rows[1]["lacking"] == "min_cases min_plans"


def test_the_regencys_own_rule_takes_the_place_of_ours(data: Path) -> None:
    bring_in(data, [*QUICK[:9], ("dukcapil", HANDED_ON, LATE)])
    own = (PACKAGED / FILE).read_text().replace("= 90", "= 95").replace("reward/1", "banjar/1")
    (data / FILE).write_text(own)
    told = json.loads(reward(data, "--json").output)
    assert told["rule"]["name"] == "banjar/1"
    assert lacks(data)["dukcapil"] == ["in_time_percent"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("min_cases = 10", "min_cases = 9"), "min_cases: Expected `int` >= 10"),
        (("min_plans = 1", "min_index = 80"), "min_index"),
        (("= 90", "= 101"), "in_time_percent: Expected `int` <= 100"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    data: Path, change: tuple[str, str], told: str
) -> None:
    (data / FILE).write_text((PACKAGED / FILE).read_text().replace(*change))
    result = reward(data)
    assert result.exit_code == 1
    assert told in result.output
    assert "reward.toml, line" in result.output


def test_only_a_half_year_has_a_list(data: Path) -> None:
    assert "must be a half-year" in reward(data, period="2026-T1").output


def test_without_complaints_there_is_no_list(data: Path) -> None:
    assert "'lapor import' adds them" in reward(data).output


@given(due=st.integers(0, 50), late=st.integers(0, 50), kept=st.integers(0, 8), n=st.integers(0, 8))
def test_to_do_better_never_takes_off_the_list(due: int, late: int, kept: int, n: int) -> None:
    def found(in_time: int, kept: int) -> tuple[str, ...]:
        clocked = Handling(due, due, 0, 0, due, due, in_time, due, 0, None, None)
        return lacking(RULE, Merit(clocked, 0, FollowUp(n, kept)))

    in_time, promised = max(due - late, 0), min(kept, n)
    better = found(min(in_time + 1, due), min(promised + 1, n))
    assert set(better) <= set(found(in_time, promised))
