"""senyum-collector skm import: surveys from CSV and workbooks, recomputed, or faults by place."""

import json
import zipfile
from collections.abc import Sequence
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from collector.cli import main
from collector.index.skm import SLUGS
from collector.ledger.places import Agency, agencies, put_agencies
from collector.ledger.store import open_ledger, read_snapshot, writing
from collector.ledger.surveys import surveys
from collector.surveys.mapping import Mapping, read_mapping
from collector.surveys.reading import surveys_of
from collector.surveys.table import letters, read_table
from collector.tomlfile import FileError

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
ELEMENTS = "[elements]\n" + "\n".join(f'{slug} = "U{i}"' for i, slug in enumerate(SLUGS, 1))
ANSWERS = f'layout = "answers"\nagency = "dukcapil"\nperiod = "2025-S2"\n{ELEMENTS}\n'
MEANS = (
    'layout = "means"\nagency_column = "OPD"\nperiod_column = "Periode"\nn_column = "n"\n'
    f'published_column = "IKM"\n{ELEMENTS}\n'
)
HEADER = ["OPD", "Periode", "n", *(f"U{i}" for i in range(1, 10)), "IKM"]
KEMENAG = [105, 101, 100, 116, 102, 105, 106, 105, 115]  # sums of 29 answers


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with closing(open_ledger(tmp_path / "ledger.db")) as db, writing(db):
        for slug, short in (("dukcapil", "Disdukcapil"), ("dpmptsp", "DPMPTSP")):
            put_agencies(db, [Agency(slug, f"Dinas {short}", short, "Loket", "test", True)])
    return tmp_path


def write(data: Path, rows: Sequence[Sequence[object]], mapping: str, name: str = "s.csv") -> None:
    (data / "m.toml").write_text(mapping)
    (data / name).write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n")


def run(data: Path, name: str = "s.csv") -> Result:
    words = ["--data", str(data), "skm", "import", str(data / name)]
    return CliRunner().invoke(main, [*words, "--mapping", str(data / "m.toml")])


def means(*rows: str) -> list[list[str]]:
    return [HEADER, *(row.split() for row in rows)]


def kemenag() -> list[list[int]]:
    """Twenty-nine forms with these sums: everybody gives 3, and some of them 4."""
    return [[3 + (form < total - 3 * 29) for total in KEMENAG] for form in range(29)]


def stored(data: Path) -> list[Any]:
    with closing(read_snapshot(data / "ledger.db")) as db:
        return surveys(db)


def journal(data: Path) -> list[Any]:
    with closing(read_snapshot(data / "ledger.db")) as db:
        rows = db.conn.execute("SELECT detail FROM journal WHERE what = 'surveys-imported'")
        return [json.loads(detail) for (detail,) in rows]


BANTUL = "dukcapil 2023 150 3,31 3,35 3,49 3,93 3,45 3,39 3,39 3,76 3,35 87,28"
DPMPTSP = "DPMPTSP 2024 217 3.200 3.216 2.936 3.530 3.136 3.200 3.316 3.916 3.323 81.71"


# ---------------------------------------------------------------- what comes in


def test_averages_are_recomputed_and_what_cannot_be_is_told(data: Path) -> None:
    write(data, means(BANTUL, DPMPTSP), MEANS)
    result = run(data)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "dukcapil, 2023-01-01 s.d. 2023-12-31: 150 responden, IKM 87,28, mutu B (Baik)",
        "  IKM terbit 87,28: cocok dengan bobot 1/9 / reproduced",
        "dpmptsp, 2024-01-01 s.d. 2024-12-31: 217 responden, IKM 82,70, mutu B (Baik)",
        "  IKM terbit 81,71: tidak dapat diperoleh dengan bobot mana pun",
        "  published IKM 81.71: cannot be reproduced with any weight",
        "2 surveys in the file; new or changed: 2",
    ]


@pytest.mark.parametrize(
    ("published", "told"),
    [
        ("91.48", "cocok dengan bobot 1/9"),
        ("90.56", "cannot be reproduced with 1/9, but with 0.11"),
        ("91.38", "cannot be reproduced with 1/9, but with 0.111"),
        ("90.00", "cannot be reproduced with any weight"),
    ],
)
def test_answers_are_summed_and_a_wrong_weight_is_named(
    data: Path, published: str, told: str
) -> None:
    header = [*(f"U{i}" for i in range(1, 10)), "IKM"]
    rows = [[*form, published if i == 0 else ""] for i, form in enumerate(kemenag())]
    write(data, [header, *rows], ANSWERS.replace("[el", 'published_column = "IKM"\n[el'))
    result = run(data)
    assert "29 responden, IKM 91,48, mutu A (Sangat baik)" in result.output
    assert told in result.output


def test_only_sums_are_stored_and_no_other_column(data: Path) -> None:
    rows = [["Nama", *HEADER[3:12]], *(["Fulan Rahasia", *form] for form in kemenag())]
    write(data, rows, ANSWERS)
    assert run(data).exit_code == 0
    [survey] = stored(data)
    assert survey.n == 29
    assert survey.elements["persyaratan"] == (0, 0, 11, 18)
    with closing(read_snapshot(data / "ledger.db")) as db:
        assert "Rahasia" not in "\n".join(db.conn.iterdump())


def test_an_unanswered_element_counts_less_and_an_empty_form_not_at_all(data: Path) -> None:
    rows = [HEADER[3:12], [4] * 9, ["", *[2] * 8], [""] * 9]
    write(data, [["Nomor", *rows[0]], *([i, *row] for i, row in enumerate(rows[1:]))], ANSWERS)
    assert run(data).exit_code == 0
    [survey] = stored(data)
    assert (survey.n, survey.elements["persyaratan"], survey.elements["waktu"]) == (
        2,
        (0, 0, 0, 1),
        (0, 1, 0, 1),
    )


def test_importing_again_changes_nothing(data: Path) -> None:
    write(data, means(BANTUL, DPMPTSP), MEANS)
    run(data)
    with closing(read_snapshot(data / "ledger.db")) as db:
        before = list(db.conn.iterdump())
    assert "new or changed: 0" in run(data).output
    with closing(read_snapshot(data / "ledger.db")) as db:
        assert list(db.conn.iterdump()) == before


def test_a_correction_is_added_and_is_what_counts(data: Path) -> None:
    write(data, means(BANTUL), MEANS)
    run(data)
    write(data, means(BANTUL.replace("3,31", "3,310")), MEANS)  # the same mean, known better
    assert "new or changed: 1" in run(data).output
    [survey] = stored(data)
    assert str(survey.elements["persyaratan"]) == "3.310"
    with closing(read_snapshot(data / "ledger.db")) as db:
        assert db["surveys"].count == 2


def test_the_journal_says_what_was_brought_in(data: Path) -> None:
    write(data, means(BANTUL), MEANS)
    run(data)
    survey = {"agency": "dukcapil", "first_day": "2023-01-01", "last_day": "2023-12-31"}
    assert journal(data) == [{"surveys": [{**survey, "n": 150, "ikm": "87.28"}]}]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE surveys SET n = 1",
        "DELETE FROM surveys",
        "INSERT OR REPLACE INTO surveys SELECT * FROM surveys",
        "UPDATE survey_elements SET mean = '4'",
        "DELETE FROM survey_elements",
        "INSERT OR REPLACE INTO survey_elements SELECT * FROM survey_elements",
    ],
)
def test_the_ledger_refuses_to_change_a_survey(data: Path, change: str) -> None:
    write(data, means(BANTUL), MEANS)
    run(data)
    with (
        closing(open_ledger(data / "ledger.db")) as db,
        pytest.raises(Exception, match="a survey is never changed or removed"),
        writing(db),
    ):
        db.conn.execute(change)


@pytest.mark.parametrize("name", ["skm-answers", "skm-means"])
def test_the_examples_run(tmp_path: Path, name: str) -> None:
    CliRunner().invoke(main, ["--data", str(tmp_path), "agency", "import"])
    words = ["--data", str(tmp_path), "skm", "import", str(EXAMPLES / f"{name}.csv")]
    result = CliRunner().invoke(main, [*words, "--mapping", str(EXAMPLES / f"{name}.toml")])
    assert result.exit_code == 0, result.output
    assert len(stored(tmp_path)) == (1 if name == "skm-answers" else 3)


# ---------------------------------------------------------------- workbooks


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
    book = Workbook()
    for row in [HEADER[3:12], *kemenag()]:
        book.active.append(row)
    book.save(data / "s.xlsx")
    (data / "m.toml").write_text(ANSWERS)
    assert "29 responden, IKM 91,48, mutu A" in run(data, "s.xlsx").output


def test_a_fault_in_a_workbook_is_told_by_its_cell(data: Path) -> None:
    book = Workbook()
    for row in [HEADER[3:12], [3] * 9, [3, 3, 2.5, *[3] * 6]]:
        book.active.append(row)
    book.save(data / "s.xlsx")
    (data / "m.toml").write_text(ANSWERS)
    assert "s.xlsx, line 3, column C (U3): '2.5' is no answer" in run(data, "s.xlsx").output


@pytest.mark.parametrize("content", [b"no workbook", b""])
def test_what_is_no_workbook_is_told(data: Path, content: bytes) -> None:
    (data / "s.xlsx").write_bytes(content)
    (data / "m.toml").write_text(ANSWERS)
    result = run(data, "s.xlsx")
    assert (result.exit_code, "is no workbook that can be read" in result.output) == (1, True)


def test_a_workbook_that_swells_is_refused(data: Path) -> None:
    with zipfile.ZipFile(data / "s.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (257 * 1024 * 1024))
    (data / "m.toml").write_text(ANSWERS)
    assert "unpacks to" in run(data, "s.xlsx").output


def test_a_sheet_that_is_not_there_is_told(data: Path) -> None:
    Workbook().save(data / "s.xlsx")
    (data / "m.toml").write_text(f'sheet = "Data"\n{ANSWERS}')
    assert "there is no sheet 'Data'; there are: Sheet" in run(data, "s.xlsx").output


# ---------------------------------------------------------------- faults


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


# ---------------------------------------------------------------- properties


forms = st.lists(
    st.lists(st.sampled_from(["1", "2", "3", "4"]), min_size=9, max_size=9), min_size=1, max_size=9
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms=forms, separator=st.sampled_from(",;\t"))
def test_the_counts_are_those_of_the_forms(
    data: Path, forms: list[list[str]], separator: str
) -> None:
    lines = [separator.join(row) for row in [HEADER[3:12], *forms]]
    (data / "s.csv").write_text("\r\n".join(lines), newline="")
    [survey] = read(data)
    for i, slug in enumerate(SLUGS):
        column = [form[i] for form in forms]
        assert survey.elements[slug] == tuple(column.count(each) for each in "1234")
    assert survey.n == len(forms)


def read(data: Path) -> list[Any]:
    (data / "m.toml").write_text(ANSWERS)
    mapping: Mapping = read_mapping(data / "m.toml")
    with closing(read_snapshot(data / "ledger.db")) as db:
        known = agencies(db)
    return surveys_of(read_table(data / "s.csv", mapping.headings()), mapping, known)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_surveys_or_a_plain_refusal(data: Path, content: bytes) -> None:
    (data / "s.csv").write_bytes(b"U1,U2,U3,U4,U5,U6,U7,U8,U9\n" + content)
    with suppress(FileError):
        assert [survey.agency for survey in read(data)] == ["dukcapil"]


@pytest.mark.parametrize(
    ("at", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_in_a_spreadsheet(at: int, name: str) -> None:
    assert letters(at) == name


def test_a_mean_keeps_its_digits(data: Path) -> None:
    write(data, means(DPMPTSP), MEANS)
    run(data)
    assert stored(data)[0].elements["persyaratan"].as_tuple() == Decimal("3.200").as_tuple()
