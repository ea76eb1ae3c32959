"""senyum-collector report: what stands on paper is what was given out, and nothing else."""

import re
import subprocess
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.ledger.places import Agency, put_agencies
from collector.ledger.releases import Release
from collector.ledger.store import open_ledger, writing
from collector.release.signing import revise
from collector.release.told import shares_of
from collector.report.workbook import DAY
from tests.brokers import require
from tests.releasing import JULY, REMARK, SECOND, by, give_out, given, ledger
from tests.web import PLACES, WICKED

NAMES = {place.slug: place.name for place in PLACES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return give_out(tmp_path_factory.mktemp("released"))


def report(folder: Path, to: Path, *words: str, address: str = "") -> Result:
    return CliRunner().invoke(
        main,
        ["--data", str(folder), "report", *words, "--to", str(to)],
        env={"SENYUM_WEB_ADDRESS": address},
    )


def made(folder: Path, to: Path, *words: str, address: str = "") -> list[Path]:
    result = report(folder, to, *words, address=address)
    assert result.exit_code == 0, result.output
    return sorted(to.iterdir())


def read(file: Path) -> str:
    """The words of a PDF, each row of a table on a line of its own."""
    require("pdftotext")
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, timeout=60
    )
    return re.sub(r"[ \n]+", " ", done.stdout.decode())


def pages(file: Path) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", file.read_bytes()))


def comma(value: Decimal | None) -> str:
    return str(value).replace(".", ",")


# ---------------------------------------------------------------- paper


def test_every_figure_of_a_report_is_that_of_its_release(folder: Path, tmp_path: Path) -> None:
    [file] = made(folder, tmp_path, "2019-T2")
    assert file.name == "laporan-2019-T2-publik.pdf"
    text = read(file)
    rows = given(folder, "public", SECOND)
    assert {row.detail for row in rows.values()} >= {"rounded", "nothing"}
    for row in rows.values():
        if row.index is not None and row.n is not None:
            votes = f"{row.n:,}".replace(",", ".")
            where = "{} {} sekitar {}" if row.place else "{1} · sekitar {2} suara"
            assert where.format(row.index, f"{row.low}–{row.high}", votes) in text, row.place
    assert text.count("data belum cukup") == sum(row.detail == "nothing" for row in rows.values())


def test_it_has_the_skeleton_of_survey_reports_and_says_that_it_is_none(
    folder: Path, tmp_path: Path
) -> None:
    text = read(made(folder, tmp_path, "2019-T2")[0])
    chapters = ("I Pendahuluan", "II Pelaksanaan", "III Hasil", "IV Analisis", "V Kesimpulan")
    assert [chapter for chapter in chapters if chapter not in text] == []
    assert "Rencana tindak lanjut" in text
    assert "Laporan indeks kiosk (bukan SKM)" in text
    assert "bukan dasar untuk menilai" in text
    assert "terbit 19 Juli 2019" in text  # its signature's day, not that of today
    assert REMARK in text


def test_an_agencys_own_report_tells_its_plans_as_they_stood(folder: Path, tmp_path: Path) -> None:
    """What was noted after the figures were signed would change a file that was given out."""
    words = ("2019-T2", "--agency", "rsud")
    text = read(made(folder, tmp_path / "own", *words, "--audience", "agency")[0])
    row = given(folder, "agency", SECOND)["rsud"]
    assert f"rentang kepercayaan 95 %: {comma(row.low)}–{comma(row.high)}" in text
    assert "Buka loket ketiga" in text
    assert "Pasang daftar tarif" not in text
    assert "Buka loket ketiga" not in read(made(folder, tmp_path / "public", *words)[0])


def test_the_same_releases_make_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    words = ["2019-07", "--each"]
    for wanted in ("pdf", "xlsx", "poster", "slide", "nota"):
        words += ["--format", wanted]
    first, second = (made(folder, tmp_path / name, *words) for name in ("first", "second"))
    assert len(first) == 5 * len(PLACES)
    assert [file.name for file in first] == [file.name for file in second]
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_a_name_is_text_and_never_code(folder: Path, tmp_path: Path) -> None:
    text = read(made(folder, tmp_path, "2019-07", "--agency", "uji")[0])
    assert WICKED in text


def test_posters_and_slides_are_one_page_whatever_the_name(tmp_path: Path) -> None:
    folder = give_out(tmp_path)
    long = "Dinas Sosial, Pemberdayaan Perempuan, Perlindungan Anak, Pengendalian Penduduk"
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        name = f"{long} dan Keluarga Berencana serta Lembaga Kemasyarakatan"
        put_agencies(db, [Agency("rsud", name, "rsud", "Rumah sakit", "a test", verified=True)])
    words = ("2019-T2", "--format", "poster", "--format", "slide", "--format", "nota")
    files = made(folder, tmp_path / "out", *words, "--each", address="https://senyum.example")
    assert [file.name for file in files if pages(file) != 1] == []
    assert len(files) == 3 * len(PLACES)


def test_a_poster_leads_to_the_public_page(folder: Path, tmp_path: Path) -> None:
    words = ("2019-07", "--agency", "rsud", "--format", "poster")
    with_code = read(made(folder, tmp_path / "a", *words, address="https://senyum.example/")[0])
    assert "https://senyum.example/publik" in with_code
    assert "tanyakan alamatnya" in read(made(folder, tmp_path / "b", *words)[0])


def test_a_revision_is_told_with_its_reason(tmp_path: Path) -> None:
    folder = give_out(tmp_path)
    with ledger(folder) as db:
        db.conn.execute("UPDATE counts_day SET n = n + 50 WHERE first_day = '2019-07-10'")
        db.conn.commit()
        revise(db, by(date(2019, 8, 20)), JULY, "Kiosk tanpa jaringan")
    text = read(made(folder, tmp_path / "out", "2019-07")[0])
    assert "versi 2: Kiosk tanpa jaringan" in text
    assert "terbit 20 Agustus 2019" in text


# ---------------------------------------------------------------- the workbook


def rows_of(file: Path, sheet: str = "Angka") -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(file)
    head, *rows = book[sheet].iter_rows()
    names = [cell.value for cell in head]
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize("audience", ["public", "district"])
def test_a_workbook_holds_the_released_numbers_as_numbers(
    folder: Path, tmp_path: Path, audience: str
) -> None:
    [file] = made(folder, tmp_path, "2019-07", "--format", "xlsx", "--audience", audience)
    rows, released = rows_of(file), given(folder, audience, JULY)
    assert len(rows) == len(released)
    by_name = {str(row["Nama"].value): row for row in rows}
    for slug, figure in released.items():
        row = by_name[NAMES.get(slug, "Kabupaten Banjar")]
        cells = ("Indeks", "Batas bawah", "Batas atas", "Jumlah suara")
        told = [row[name].value for name in cells]
        expected = (figure.index, figure.low, figure.high, figure.n)
        assert [value and Decimal(str(value)) for value in told] == list(expected)
        assert [row[name].value for name in ("Puas (%)", "Tidak puas (%)")] == outer(figure)
        assert row["Hari pertama"].value == datetime(2019, 7, 1)


def outer(figure: Release) -> list[int | None]:
    shares = shares_of(figure.cells)
    if figure.alone is None:
        return [shares[2], shares[0]] if shares else [None, None]
    return [shares[0], None] if figure.alone == "best" else [None, shares[0]]


def test_a_workbook_has_formats_for_people(folder: Path, tmp_path: Path) -> None:
    words = ("2019-07", "--format", "xlsx", "--audience")
    for audience, points in (("public", "0"), ("district", "0.00")):
        rows = rows_of(made(folder, tmp_path / audience, *words, audience)[0])
        row = next(row for row in rows if row["Nama"].value == NAMES["rsud"])
        assert row["Indeks"].number_format == points
        assert row["Jumlah suara"].number_format == "#,##0"
        assert row["Hari pertama"].number_format == DAY


def test_an_office_program_reads_the_workbook(folder: Path, tmp_path: Path) -> None:
    require("soffice")
    [file] = made(folder, tmp_path, "2019-07", "--format", "xlsx", "--audience", "district")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, file],
        capture_output=True, check=True, timeout=180,
    )  # fmt: skip
    rsud = given(folder, "district", JULY)["rsud"]
    told = f"1 Juli 2019 31 Juli 2019 {rsud.index} {rsud.low} {rsud.high} {rsud.n:,}"
    assert f"RSUD Ratu Zalecha Rumah sakit {told}" in read(file.with_suffix(".pdf"))


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("2019-08", "--audience", "agency", "--each"), "was not given out yet"),
        (("2019-T3",), "release propose 2019-T3"),
        (("2018-01",), "'senyum-collector release publish' gives out months"),
        (("2019-S1",), "is given no semester"),
        (("2019-W31",), "is no period of releases"),
        (("2019-07", "--agency", "rsut"), "near it: rsud"),
        (("2019-07", "--agency", "rsud", "--each"), "give one of them"),
        (("2019-07", "--audience", "agency"), "name one with --agency, or all with --each"),
        (("2019-07", "--audience", "district", "--format", "poster"), "only --audience public"),
    ],
)
def test_it_says_what_is_wrong_and_what_to_do(
    folder: Path, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    result = report(folder, tmp_path / "out", *words)
    assert result.exit_code != 0
    assert why in " ".join(result.output.split())
    assert not list(tmp_path.glob("out/*"))
