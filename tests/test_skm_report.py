"""senyum-collector skm report: elements, mutu, priorities and change, for people and programs."""

import csv
import io
import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.index.periodnames import period_named
from collector.index.skm import SLUGS
from collector.index.survey import Survey
from collector.ledger.places import Agency, put_agencies
from collector.ledger.store import open_ledger, writing
from collector.ledger.surveys import add_survey

SURVEYS = [
    ("dukcapil", "2016", "3.20 3.00 3.00 3.00 3.00 3.00 3.00 3.00 3.00", None),
    ("dukcapil", "2024", "3.20 3.35 3.49 3.93 3.45 3.39 3.39 3.76 3.30", None),
    ("dukcapil", "2025", "3.31 3.35 3.49 3.93 3.45 3.39 3.39 3.76 3.35", "87.28"),
    ("dpmptsp", "2024", "3.200 3.216 2.936 3.530 3.136 3.200 3.316 3.916 3.323", "81.71"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        for slug, short in (("dukcapil", "Disdukcapil"), ("dpmptsp", "DPMPTSP")):
            put_agencies(db, [Agency(slug, short, short, "Loket", "test", True)])
        for agency, period, means, published in SURVEYS:
            elements = dict(zip(SLUGS, map(Decimal, means.split()), strict=True))
            told = None if published is None else Decimal(published)
            add_survey(db, Survey(agency, period_named(period), 1480, elements, told), 0)
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "skm", "report", *words])


def report(data: Path, *words: str) -> list[Any]:
    result = run(data, "--json", *words)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout, parse_float=Decimal)
    assert found["weight"] == "1/9"
    return list(found["surveys"])


def test_people_read_each_agencys_last_survey(data: Path) -> None:
    output = run(data).output
    assert "SKM Disdukcapil, 2025-01-01 s.d. 2025-12-31" in output
    assert "SKM DPMPTSP, 2024-01-01 s.d. 2024-12-31" in output
    lines = [line.split() for line in output.splitlines()]
    assert ["Persyaratan", "1.480", "3,3100", "82,75", "+2,75", "B", "Baik", "1"] in lines
    assert ["IKM", "1.480", "3,4911", "87,28", "+0,45", "B", "Baik"] in lines
    assert "Requirements" in output


def test_people_read_where_to_begin_and_what_cannot_be_reproduced(data: Path) -> None:
    output = run(data).output
    assert "Prioritas / priorities: persyaratan, prosedur, sarana." in output
    assert "Selisih / change: dari 2024-01-01 s.d. 2024-12-31." in output
    assert "IKM terbit 87,28: cocok dengan bobot 1/9" in output
    assert "published IKM 81.71: cannot be reproduced with any weight" in output
    assert "Belum ada survei sebelumnya / no survey before it." in output


def test_programs_get_exact_numbers(data: Path) -> None:
    dpmptsp, dukcapil = report(data)
    assert (dukcapil["ikm"], dukcapil["ni"]) == (Decimal("87.28"), Decimal("3.4911"))
    assert (dukcapil["ikm_mutu"], dukcapil["classes"]) == ("B", "2017")
    assert (dukcapil["published"], dukcapil["weights_that_give_it"]) == (
        Decimal("87.28"),
        ["1/9", "0.111"],
    )
    assert dukcapil["before_last_day"] == "2024-12-31"
    assert dukcapil["priorities"][:3] == ["persyaratan", "prosedur", "sarana"]
    assert [each["element"] for each in dukcapil["elements"]] == list(SLUGS)
    assert dukcapil["elements"][0]["change"] == Decimal("2.75")
    assert (dpmptsp["weights_that_give_it"], dpmptsp["ikm_change"]) == ([], None)


def test_an_old_period_may_be_asked_for_and_keeps_its_classes(data: Path) -> None:
    [old] = report(data, "--agency", "dukcapil", "--period", "2016")
    assert (old["ikm"], old["ikm_mutu"], old["classes"]) == (Decimal("75.56"), "B", "2004")
    assert old["weights_that_give_it"] is None
    assert "Tabel mutu 2004 / classes of 2004" in run(data, "--period", "2016").output


def test_a_class_that_rounding_leaves_open_is_told(tmp_path: Path) -> None:
    with closing(open_ledger(tmp_path / "ledger.db")) as db, writing(db):
        put_agencies(db, [Agency("dukcapil", "D", "D", "Loket", "test", True)])
        elements = dict.fromkeys(SLUGS, Decimal("3.53"))
        add_survey(db, Survey("dukcapil", period_named("2025"), 30, elements), 0)
    assert "mutu may be A or B: the averages are rounded too much" in run(tmp_path).output
    assert report(tmp_path)[0]["possible_mutu"] == ["A", "B"]


def test_a_spreadsheet_gets_a_row_for_each_element(data: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(data, "--csv", "--period", "2024").stdout)))
    assert [row["agency"] for row in rows] == ["dpmptsp"] * 9 + ["dukcapil"] * 9
    waktu = next(row for row in rows if row["element"] == "waktu")
    assert [waktu[key] for key in ("nrr", "nik", "mutu", "priority", "change", "ikm")] == [
        "2.9360",
        "73.40",
        "C",
        "1",
        "",
        "82.70",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--agency", "x"], "there is no survey of 'x' yet; 'skm import' adds them"),
        (
            ["--agency", "dpmptsp", "--period", "2025"],
            "there is no survey of 'dpmptsp' of that period; there are: dpmptsp 2024-01-01 to",
        ),
    ],
)
def test_what_is_not_there_is_told(data: Path, words: list[str], told: str) -> None:
    result = run(data, *words)
    assert (result.exit_code, told in result.output) == (1, True), result.output


def test_a_word_that_is_no_period_is_told(data: Path) -> None:
    result = run(data, "--period", "soon")
    assert "'soon' is no period; write 2025, 2025-S2 (semester)" in result.output
