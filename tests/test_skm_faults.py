"""What is wrong with a survey is told by file, line and column, and nothing is stored."""

from contextlib import closing
from pathlib import Path

import pytest

from collector.ledger.places import Agency, put_agencies
from collector.ledger.store import open_ledger, writing
from collector.tables import table
from collector.tables.table import letters
from tests.surveyfiles import (
    ANSWERS,
    BANTUL,
    DPMPTSP,
    HEADER,
    MEANS,
    collector_in,
    journal,
    means,
    run,
    stored,
    write,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return collector_in(tmp_path)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("3,49", "4,01", "line 3, column F (U3): '4,01' is no mean of answers; it lies between 1"),
        ("3,49", "x", "line 3, column F (U3): 'x' is no mean"),
        ("150", "1,5", "line 3, column C (n): '1,5' is no number of respondents"),
        ("150", "0", "line 3, column C (n): '0' is no number of respondents"),
        ("2023", "23", "line 3, column B (Periode): '23' is no period; write 2025"),
        ("dukcapil", "dukcapl", "line 3, column A (OPD): there is no agency 'dukcapl'; near it: d"),
        ("87,28", "187,28", "line 3, column M (IKM): '187,28' is no IKM"),
        (
            "dukcapil 2023",
            "DPMPTSP 2024",
            "line 3, column D (U1): dpmptsp has a row for 2024-01-01",
        ),
    ],
)
def test_a_fault_is_told_by_line_and_column_and_nothing_is_stored(
    data: Path, right: str, wrong: str, told: str
) -> None:
    write(data, means(DPMPTSP, BANTUL.replace(right, wrong, 1)), MEANS)
    result = run(data)
    assert result.exit_code == 1
    assert f"s.csv, {told}" in result.output
    assert "nothing was stored" in result.output
    assert (stored(data), journal(data)) == ([], [])


def test_all_faults_are_told_at_once_up_to_a_point(data: Path) -> None:
    write(data, [HEADER[3:12], *[[5] * 9] * 3], ANSWERS)
    output = run(data).output
    assert output.count("'5' is no answer; an answer is 1, 2, 3 or 4") == 20
    assert "and 7 more faults" in output


def test_an_unknown_agency_in_the_mapping_is_told_once(data: Path) -> None:
    write(data, [HEADER[3:12], [3] * 9, [3] * 9], ANSWERS.replace("dukcapil", "nobody"))
    assert run(data).output.count("the mapping, agency: there is no agency 'nobody'") == 1


def test_an_element_that_nobody_answered_is_told(data: Path) -> None:
    write(data, [HEADER[3:12], [3, 3, "", *[3] * 6]], ANSWERS)
    assert "column C (U3): nobody answered to waktu" in run(data).output


def test_two_published_figures_of_one_survey_are_told(data: Path) -> None:
    rows = [[*HEADER[3:12], "IKM"], [*[3] * 9, "75.00"], [*[3] * 9, "75.01"]]
    write(data, rows, ANSWERS.replace("[el", 'published_column = "IKM"\n[el'))
    assert "line 3, column J (IKM): 75.01 here and 75.00 above" in run(data).output


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty; its first line must name the columns"),
        (b"U1;U2\n", "line 1: there is no column 'U3'; there are: U1, U2"),
        (b"U1;U1;U2;U3;U4;U5;U6;U7;U8;U9\n", "the column 'U1' is there twice"),
        (b"U1;U2;U3;U4;U5;U6;U7;U8;U9\n", "s.csv: has no row under its headings"),
        (b"U1\xff", "is not CSV in UTF-8"),
        (b'U1;U2;U3;U4;U5;U6;U7;U8;U9\n"1', "line 2: is not CSV"),
    ],
)
def test_a_file_that_is_no_table_is_told(data: Path, content: bytes, told: str) -> None:
    write(data, [], ANSWERS)
    (data / "s.csv").write_bytes(content)
    result = run(data)
    assert (result.exit_code, told in result.output) == (1, True), result.output


def test_a_file_that_is_not_there_is_told(data: Path) -> None:
    (data / "m.toml").write_text(ANSWERS)
    assert "nowhere.csv: cannot be read: No such file" in run(data, "nowhere.csv").output


def test_a_name_that_two_agencies_have_is_none(data: Path) -> None:
    with closing(open_ledger(data / "ledger.db")) as db, writing(db):
        put_agencies(db, [Agency("dpmptsp-2", "Dinas", "DPMPTSP", "Loket", "test", True)])
        put_agencies(db, [Agency("dpmptsp-3", "Dinas", "Kembar", "Loket", "test", True)])
    write(data, means(BANTUL.replace("dukcapil", "Dinas")), MEANS)
    assert "column A (OPD): there is no agency 'Dinas'" in run(data).output


def test_a_file_with_too_many_rows_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    write(data, [HEADER[3:12], *[[3] * 9] * 2], ANSWERS)
    assert run(data).exit_code == 0
    write(data, [HEADER[3:12], *[[3] * 9] * 3], ANSWERS)
    assert "s.csv: has more than 2 rows; divide it" in run(data).output


def test_a_file_that_is_too_large_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LARGEST", 10)
    write(data, [HEADER[3:12]], ANSWERS)
    assert "bytes, and 10 are the most" in run(data).output


def test_a_quoted_line_break_does_not_shift_the_lines(data: Path) -> None:
    write(data, [], ANSWERS)
    text = 'Saran;U1;U2;U3;U4;U5;U6;U7;U8;U9\n"dua\nbaris";3;3;3;3;3;3;3;3;3\n-;9;3;3;3;3;3;3;3;3\n'
    (data / "s.csv").write_text(text)
    assert "line 4, column B (U1): '9' is no answer" in run(data).output


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('waktu = "U3"\n', "", "elements: all nine are needed; missing: waktu"),
        ("waktu", "wakt", "elements.wakt: there is no such element"),
        ('agency = "dukcapil"\n', "", "agency: give either agency or agency_column"),
        ("2025-S2", "2025-S3", "line 3, period: '2025-S3' is no period"),
        ('"answers"', '"means"', "n_column: the layout 'means' needs it"),
        ('"answers"', '"forms"', "line 1, layout: Invalid enum value 'forms'"),
        ('"U3"', '"U1"', "the column 'U1' is named twice"),
        ("layout", 'shirt = "x"\nlayout', "line 1, shirt: Object contains unknown field"),
    ],
)
def test_a_fault_in_the_mapping_is_told(data: Path, right: str, wrong: str, told: str) -> None:
    write(data, [HEADER[3:12], [3] * 9], ANSWERS.replace(right, wrong, 1))
    result = run(data)
    assert (result.exit_code, told in result.output) == (1, True), result.output


@pytest.mark.parametrize(
    ("at", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_in_a_spreadsheet(at: int, name: str) -> None:
    assert letters(at) == name
