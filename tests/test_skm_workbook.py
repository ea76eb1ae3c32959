"""Surveys from workbooks (.xlsx), with the digits that their readers see."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from collector.tables import workbook
from tests.surveyfiles import (
    ANSWERS,
    DPMPTSP,
    HEADER,
    MEANS,
    collector_in,
    kemenag,
    means,
    run,
    write,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return collector_in(tmp_path)


def forms(data: Path, *rows: Sequence[object], name: str = "s.xlsx") -> None:
    """A workbook with a heading for each element, and these rows below."""
    book = Workbook()
    for row in (HEADER[3:12], *rows):
        book.active.append(row)
    book.save(data / name)


def rewrite(data: Path, there: bytes, instead: bytes) -> None:
    """plain.xlsx as another program may write it: s.xlsx."""
    with zipfile.ZipFile(data / "plain.xlsx") as old, zipfile.ZipFile(data / "s.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(there, instead))


def test_a_workbook_says_the_same_as_csv(data: Path) -> None:
    book = Workbook()
    book.active.title = "Catatan"
    sheet = book.create_sheet("Data")
    sheet.append(HEADER)
    numbers = [float(mean) for mean in DPMPTSP.split()[3:12]]
    sheet.append(["DPMPTSP", 2024, 217, *numbers, 81.71])
    for cell in sheet[2][3:12]:
        cell.number_format = "0.000"
    book.save(data / "s.xlsx")
    write(data, means(DPMPTSP), MEANS)
    run(data)
    (data / "m.toml").write_text(f'sheet = "Data"\n{MEANS}')
    result = run(data, "s.xlsx")
    assert result.exit_code == 0, result.output
    assert "new or changed: 0" in result.output  # 3.2 that is shown as 3.200 is 3.200


def test_answers_in_a_workbook(data: Path) -> None:
    forms(data, *kemenag())
    (data / "m.toml").write_text(ANSWERS)
    assert "29 responden, IKM 91,48, mutu A" in run(data, "s.xlsx").output


def test_a_formula_that_failed_is_told_by_its_cell(data: Path) -> None:
    forms(data, ["#DIV/0!", *[3] * 8])
    (data / "m.toml").write_text(ANSWERS)
    assert "s.xlsx, line 2, column A: holds #DIV/0!" in run(data, "s.xlsx").output


def test_rows_far_apart_keep_their_numbers(data: Path) -> None:
    book = Workbook()
    for number, row in ((3, HEADER[3:12]), (9, [3] * 9), (300_000, [3, 5, *[3] * 7])):
        for column, value in enumerate(row, 1):
            book.active.cell(number, column, value)
    book.save(data / "s.xlsx")
    (data / "m.toml").write_text(ANSWERS)
    assert "line 300000, column B (U2): '5' is no answer" in run(data, "s.xlsx").output


def test_a_fault_in_a_workbook_is_told_by_its_cell(data: Path) -> None:
    forms(data, [3] * 9, [3, 3, 2.5, *[3] * 6])
    (data / "m.toml").write_text(ANSWERS)
    assert "s.xlsx, line 3, column C (U3): '2.5' is no answer" in run(data, "s.xlsx").output


def test_a_workbook_with_more_than_a_table_is_read_in_silence(data: Path) -> None:
    """Drop-down lists stand in an extension, of which the library warns."""
    forms(data, *kemenag(), name="plain.xlsx")
    lists = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    rewrite(data, b"</worksheet>", lists)
    (data / "m.toml").write_text(ANSWERS)
    assert "29 responden, IKM 91,48, mutu A" in run(data, "s.xlsx").output


def test_a_workbook_that_tells_a_wrong_size_is_read_whole(data: Path) -> None:
    forms(data, *kemenag(), name="plain.xlsx")
    rewrite(data, b'ref="A1:I30"', b'ref="A1"')
    (data / "m.toml").write_text(ANSWERS)
    assert "29 responden, IKM 91,48, mutu A" in run(data, "s.xlsx").output


@pytest.mark.parametrize("content", [b"no workbook", b""])
def test_what_is_no_workbook_is_told(data: Path, content: bytes) -> None:
    (data / "s.xlsx").write_bytes(content)
    (data / "m.toml").write_text(ANSWERS)
    result = run(data, "s.xlsx")
    assert (result.exit_code, "is no workbook that can be read" in result.output) == (1, True)


def test_a_workbook_that_swells_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 100_000)
    with zipfile.ZipFile(data / "s.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * 100_001)
    (data / "m.toml").write_text(ANSWERS)
    assert "unpacks to" in run(data, "s.xlsx").output


def test_a_sheet_that_is_not_there_is_told(data: Path) -> None:
    Workbook().save(data / "s.xlsx")
    (data / "m.toml").write_text(f'sheet = "Data"\n{ANSWERS}')
    assert "there is no sheet 'Data'; there are: Sheet" in run(data, "s.xlsx").output
