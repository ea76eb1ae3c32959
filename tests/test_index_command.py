"""senyum-collector index: for people a table, for programs exact numbers."""

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
from collector.ledger.places import Agency, Counter, Unit, put_agencies, put_counters, put_units
from collector.ledger.store import open_ledger, writing
from tests.web import make_ledger

AUGUST = ("--from", "2026-08-01", "--to", "2026-08-31")
VOTES = [
    # dukcapil: 600 smiles, 250 neutral, 150 frowns in August, at its edges
    ("dukcapil-1", "2026-08-01", "2026-08-01", "smile", "A", 600),
    ("dukcapil-1", "2026-08-31", "2026-08-31", "neutral", "A", 250),
    ("dukcapil-1", "2026-08-10", "2026-08-12", "frown", "C", 150),
    ("dukcapil-1", "2026-07-31", "2026-07-31", "frown", "A", 900),
    ("dukcapil-1", "2026-09-01", "2026-09-01", "frown", "A", 900),
    ("dukcapil-1", "2026-08-31", "2026-09-01", "frown", "C", 900),
    ("dukcapil-1", "", "2026-08-20", "frown", "D", 7),
    # gambut: too few
    ("gambut-1", "2026-08-03", "2026-08-03", "smile", "A", 29),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    db = open_ledger(folder / "ledger.db")
    with writing(db):
        for slug, short in (("dukcapil", "Disdukcapil"), ("gambut", "Gambut"), ("arsip", "Arsip")):
            put_agencies(db, [Agency(slug, short, short, f"Jenis {slug}", "test", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
            put_counters(db, [Counter(f"{slug}-1", f"{slug}-kantor", "Loket")])
        db.conn.executemany("INSERT INTO counts_day VALUES (?, ?, ?, 'pelayanan', ?, ?, ?)", VOTES)
    db.close()
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "index", *words])


def report(data: Path, *words: str) -> Any:
    result = run(data, *AUGUST, "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout, parse_float=Decimal)


def test_programs_get_every_agency_with_exact_numbers(data: Path) -> None:
    found = report(data)
    assert (found["first_day"], found["last_day"]) == ("2026-08-01", "2026-08-31")
    assert (found["zone"], found["mapping"]) == ("Asia/Makassar", "smiley-3/linear")
    agencies = {each["agency"]: each for each in found["agencies"]}
    assert list(agencies) == ["arsip", "dukcapil", "gambut"]
    dukcapil = agencies["dukcapil"]
    assert [dukcapil[key] for key in ("n", "frown", "neutral", "smile")] == [1000, 150, 250, 600]
    assert [dukcapil[key] for key in ("index", "low", "high", "grade")] == [
        Decimal("79.38"),
        Decimal("77.60"),
        Decimal("81.05"),
        "B",
    ]
    assert (dukcapil["c"], dukcapil["d"]) == (150, 7)


def test_few_votes_and_none_have_no_number(data: Path) -> None:
    agencies = {each["agency"]: each for each in report(data)["agencies"]}
    for slug, n in (("gambut", 29), ("arsip", 0)):
        figures = [agencies[slug][key] for key in ("index", "low", "high", "grade")]
        assert (agencies[slug]["n"], figures) == (n, [None] * 4)


def test_one_agency_may_be_asked_for(data: Path) -> None:
    assert [each["agency"] for each in report(data, "--agency", "gambut")["agencies"]] == ["gambut"]


def test_a_spreadsheet_gets_the_same_and_blanks_for_nothing(data: Path) -> None:
    result = run(data, *AUGUST, "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["agency"] for row in rows] == ["arsip", "dukcapil", "gambut"]
    assert (rows[1]["index"], rows[1]["low"], rows[1]["grade"]) == ("79.38", "77.60", "B")
    assert (rows[2]["n"], rows[2]["index"], rows[2]["grade"]) == ("29", "", "")


def test_people_read_a_table_in_their_own_numbers(data: Path) -> None:
    result = run(data, *AUGUST)
    assert result.exit_code == 0
    assert "Indeks kiosk (bukan SKM)" in result.output
    assert "2026-08-01 s.d. 2026-08-31: 31 hari, waktu Asia/Makassar" in result.output
    dukcapil = next(line for line in result.output.splitlines() if "Disdukcapil" in line)
    assert dukcapil.split()[1:] == ["1.000", "60/25/15", "79,38", "77,60–81,05", "B"]
    gambut = next(line for line in result.output.splitlines() if " Gambut" in line)
    assert gambut.split() == ["Gambut", "29", "data", "belum", "cukup"]
    assert "150 suara (C); tanpa tanggal, tidak dihitung: 7 (D)" in result.output


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--from", "2026-08-31", "--to", "2026-08-01"), 2, "--to 2026-08-01 is before --from"),
        (("--from", "31-08-2026", "--to", "2026-08-01"), 2, "is not a day like 2026-08-17"),
        (("--from", "2026-08-01"), 2, "Give either --period, or both --from and --to"),
        ((), 2, "Give either --period, or both --from and --to"),
        ((*AUGUST, "--period", "2026-08"), 2, "Give either --period, or both --from and --to"),
        (("--period", "2026-W54"), 2, "'2026-W54' is no period; write 2025, 2025-S2"),
        ((*AUGUST, "--agency", "gambud"), 1, "no agency 'gambud'; near it: gambut"),
    ],
)
def test_what_cannot_be_is_told(data: Path, words: tuple[str, ...], code: int, told: str) -> None:
    result = run(data, *words)
    assert result.exit_code == code
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_single_day_is_a_period(data: Path) -> None:
    result = run(data, "--from", "2026-08-03", "--to", "2026-08-03", "--json")
    assert [each["n"] for each in json.loads(result.stdout)["agencies"]] == [0, 0, 29]


@pytest.mark.parametrize(
    ("period", "last", "n", "c"),
    [
        ("2026-08-12", "2026-08-12", 0, 0),
        ("2026-W33", "2026-08-16", 150, 150),  # 10 to 16 August
        ("2026-08", "2026-08-31", 1000, 150),
        ("2026-T3", "2026-09-30", 3700, 1050),
        ("2026-S2", "2026-12-31", 3700, 1050),
        ("2026", "2026-12-31", 3700, 1050),
        ("2026-08-11/2026-08-12", "2026-08-12", 0, 0),
    ],
)
def test_a_period_has_the_votes_that_certainly_lie_in_it(
    data: Path, period: str, last: str, n: int, c: int
) -> None:
    result = run(data, "--period", period, "--agency", "dukcapil", "--json")
    found = json.loads(result.stdout)
    assert found["last_day"] == last
    (dukcapil,) = found["agencies"]
    assert (dukcapil["n"], dukcapil["c"]) == (n, c)


def test_before_there_is_anything_it_says_what_to_do(tmp_path: Path) -> None:
    assert "there is no ledger here" in run(tmp_path, *AUGUST).output
    open_ledger(tmp_path / "ledger.db").close()
    assert "'agency import' adds them" in run(tmp_path, *AUGUST).output


def test_another_mapping_may_be_asked_for_and_is_named(data: Path) -> None:
    found = report(data, "--mapping", "smiley-3/strict", "--agency", "dukcapil")
    assert found["mapping"] == found["agencies"][0]["mapping"] == "smiley-3/strict"
    assert found["agencies"][0]["index"] == Decimal("76.25")
    shown = run(data, *AUGUST, "--mapping", "smiley-4/happy").output
    assert "Pemetaan smiley-4/happy; indeks dari 0 sampai 100." in shown
    assert "kurang baik/" in shown


def test_an_unknown_mapping_is_told_with_those_that_there_are(data: Path) -> None:
    result = run(data, *AUGUST, "--mapping", "smiley-3/fair")
    assert result.exit_code == 1
    assert "there is no mapping 'smiley-3/fair'; there are: smiley-3/linear" in result.output


def test_uneven_days_widen_the_interval_and_it_says_by_how_much(tmp_path: Path) -> None:
    with closing(open_ledger(tmp_path / "ledger.db")) as db, writing(db):
        for slug in ("even", "uneven"):
            put_agencies(db, [Agency(slug, slug, slug, f"Jenis {slug}", "test", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
            put_counters(db, [Counter(f"{slug}-1", f"{slug}-kantor", "Loket")])
        for day in range(1, 31):
            smiles, frowns = (16, 0) if day % 2 else (4, 12)
            for slug, split in (("even", (10, 6)), ("uneven", (smiles, frowns))):
                rows = zip(("smile", "frown"), split, strict=True)
                db.conn.executemany(
                    "INSERT INTO counts_day VALUES (?, ?, ?, 'pelayanan', ?, 'A', ?)",
                    [(f"{slug}-1", *[f"2026-08-{day:02}"] * 2, face, n) for face, n in rows if n],
                )
    even, uneven = report(tmp_path)["agencies"]
    assert (even["n"], even["index"]) == (uneven["n"], uneven["index"]) == (480, Decimal("71.88"))
    assert even["phi"] == 1
    assert 8 < uneven["phi"] < 16
    assert uneven["high"] - uneven["low"] > 3 * (even["high"] - even["low"])


def test_those_that_serve_alike_are_told_apart_where_chance_is_not_enough(tmp_path: Path) -> None:
    votes = {"a": (90, 10), "b": (300, 100), "c": (300, 100), "d": (300, 100), "e": (100, 300)}
    with closing(open_ledger(tmp_path / "ledger.db")) as db, writing(db):
        for slug, split in votes.items():
            put_agencies(db, [Agency(slug, slug, slug, "Kecamatan", "test", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
            put_counters(db, [Counter(f"{slug}-1", f"{slug}-kantor", "Loket")])
            for face, n in zip(("smile", "frown"), split, strict=True):
                row = (f"{slug}-1", "2026-08-03", "2026-08-03", face, n)
                db.conn.execute(
                    "INSERT INTO counts_day VALUES (?, ?, ?, 'pelayanan', ?, 'A', ?)", row
                )
    found = {each["agency"]: each for each in report(tmp_path)["agencies"]}
    assert found["a"]["group"] == "jelas di atas"
    assert found["e"]["group"] == "jelas di bawah"
    assert (found["e"]["best_place"], found["e"]["worst_place"]) == (5, 5)
    assert "di bawah" in run(tmp_path, *AUGUST).output.splitlines()[-8]


# ---------------------------------------------------------------- participation


def test_beside_an_index_stands_who_was_served_and_where_kiosks_are(tmp_path: Path) -> None:
    data = make_ledger(tmp_path)
    rows = [f"rsud,2019-08-{day:02},40" for day in range(1, 26)]
    (tmp_path / "v.csv").write_text("\n".join(["place,day,people", *rows]))
    words = ["--data", str(data), "visitors", "import", str(tmp_path / "v.csv")]
    assert CliRunner().invoke(main, words).exit_code == 0
    asked = ("--from", "2019-08-01", "--to", "2019-08-25")
    found = {
        each["agency"]: each
        for each in json.loads(run(data, *asked, "--json").stdout, parse_float=Decimal)["agencies"]
    }
    rsud, uji = found["rsud"], found["uji"]
    assert (rsud["people"], rsud["people_days"], rsud["service_days"]) == (1000, 25, 25)
    assert rsud["participation"] == (Decimal(rsud["n"]) / 10).quantize(Decimal("0.1"))
    assert (rsud["kiosks"], rsud["counters"], rsud["without_kiosk"]) == (1, 1, None)
    assert uji["without_kiosk"] == "Kantor pelayanan, Loket 1"
    assert (uji["people"], uji["participation"], uji["kiosks"], uji["counters"]) == (
        None,
        None,
        0,
        1,
    )
    wide = CliRunner(env={"COLUMNS": "120"}).invoke(main, ["--data", str(data), "index", *asked])
    line = next(line for line in wide.output.splitlines() if line.startswith(" rsud"))
    assert str(rsud["participation"]).replace(".", ",") in line.split()
    assert line.split()[-1] == "1/1"
    assert "Ikut: suara per seratus orang" in wide.output
    assert "mulai 100 kolom" in run(data, *asked).output
