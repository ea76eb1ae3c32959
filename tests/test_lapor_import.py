"""senyum-collector lapor import: complaints from CSV and .xlsx, without text and names."""

import json
from contextlib import closing, suppress
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from collector.cli import main
from collector.index.complaints import Complaint
from collector.lapor.cells import number
from collector.lapor.mapping import read_mapping
from collector.lapor.reading import complaints_in
from collector.ledger.places import agencies
from collector.ledger.store import open_ledger, read_snapshot, writing
from collector.tables.table import read_table
from collector.tomlfile import FileError
from tests.laporfiles import CLOSED, HEADER, MAPPING, OPEN, dump, rows_in, run, stored, write
from tests.surveyfiles import collector_in

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return collector_in(tmp_path)


def test_days_and_status_are_stored(data: Path) -> None:
    write(data, [CLOSED, OPEN])
    result = run(data)
    assert result.output == "2 complaints in the file; new: 2, changed: 0\n"
    assert stored(data) == [
        Complaint(
            "dukcapil",
            date(2026, 2, 2),
            "closed",
            answered=date(2026, 2, 4),
            closed=date(2026, 2, 9),
        ),
        Complaint("dpmptsp", date(2026, 2, 3), "open"),
    ]


def test_neither_a_number_nor_another_column_is_in_the_ledger(data: Path) -> None:
    secret = ["LAPOR-99812", *CLOSED[1:], "Jalan rusak di depan rumah Fulan"]
    write(data, [secret])
    (data / "l.csv").write_text((data / "l.csv").read_text().replace("Tutup\n", "Tutup;Isi\n"))
    assert run(data).exit_code == 0
    for word in ("99812", sha256(b"lapor-99812").hexdigest()[:32], "Fulan", "Isi"):
        assert word not in dump(data)
    assert len(stored(data)) == 1


def test_a_later_file_changes_what_is_known_and_never_doubles(data: Path) -> None:
    write(data, [CLOSED, OPEN])
    run(data)
    answered = [*OPEN[:3], "Dijawab", "2026-03-03", ""]
    write(data, [CLOSED, ["#k2", *answered[1:]]])  # the same number, written otherwise
    assert "new: 0, changed: 1" in run(data, as_of="2026-03-04").output
    assert [each.status for each in stored(data)] == ["closed", "answered"]
    assert len(rows_in(data, "complaints")) == 3  # the older version is kept
    assert "new: 0, changed: 0" in run(data, as_of="2026-03-05").output
    assert len(rows_in(data, "complaints")) == 3
    assert [row["as_of"] for row in rows_in(data, "complaint_imports")] == [
        "2026-03-02",
        "2026-03-04",
        "2026-03-05",
    ]


def test_only_complaints_count_of_the_three_classes(data: Path) -> None:
    classes = 'class_column = "Klasifikasi"\n'
    words = '[classes]\n"Pengaduan" = true\n"Aspirasi" = false\n"Permintaan Informasi" = false\n'
    header = [*HEADER, "Klasifikasi"]
    asked = ["K3", *OPEN[1:], "Permintaan Informasi"]
    rows = [[*CLOSED, "pengaduan"], [*OPEN, "Aspirasi"], asked]
    write(data, rows, header=header, mapping=classes + MAPPING + words)
    told = "1 complaints in the file, and 2 that count in nothing; new: 3, changed: 0\n"
    assert run(data).output == told
    assert [each.status for each in stored(data)] == ["closed", "rejected", "rejected"]
    write(data, [[*CLOSED, "keluhan"]], header=header, mapping=classes + MAPPING + words)
    assert "[classes] of the mapping helps" in run(data).output


def test_a_complaint_that_is_handed_to_another_agency_is_there_once(data: Path) -> None:
    write(data, [OPEN])
    run(data)
    write(data, [[*OPEN[:2], "dukcapil", *OPEN[3:]]])
    run(data)
    assert [each.agency for each in stored(data)] == ["dukcapil"]


def test_the_journal_says_how_many_and_of_which_file(data: Path) -> None:
    write(data, [CLOSED, OPEN])
    run(data)
    [entry] = [row for row in rows_in(data, "journal") if row["what"] == "complaints-imported"]
    digest = sha256((data / "l.csv").read_bytes()).hexdigest()
    told = {"new": 2, "changed": 0, "as_of": "2026-03-02", "file": digest}
    assert json.loads(entry["detail"]) == told


def test_a_workbook_is_read_with_its_own_dates(data: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(HEADER)
    book.active.append(["K1", datetime(2026, 2, 2, 9, 30), "dukcapil", "Proses", None, None])
    book.save(data / "l.xlsx")
    (data / "m.toml").write_text(f'dates = "day/month/year"\n{MAPPING}')
    words = ["lapor", "import", str(data / "l.xlsx"), "--mapping", str(data / "m.toml")]
    assert CliRunner().invoke(main, ["--data", str(data), *words]).exit_code == 0
    assert stored(data) == [Complaint("dukcapil", date(2026, 2, 2), "open")]


@pytest.mark.parametrize(
    ("order", "written"),
    [
        ("year-month-day", "2026-02-03"),
        ("year-month-day", "2026-02-03 14:05:10"),
        ("day/month/year", "3/2/2026 14.05 WITA"),
        ("day/month/year", "03-02-2026"),
        ("month/day/year", "02/03/2026"),
    ],
)
def test_days_are_written_in_the_order_that_the_mapping_says(
    data: Path, order: str, written: str
) -> None:
    write(data, [["K1", written, "dukcapil", "Proses"]], f'dates = "{order}"\n{MAPPING}')
    assert run(data).exit_code == 0
    assert stored(data)[0].received == date(2026, 2, 3)


def test_the_example_runs(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["--data", str(tmp_path), "agency", "import"])
    words = ["--data", str(tmp_path), "lapor", "import", str(EXAMPLES / "lapor.csv")]
    words += ["--mapping", str(EXAMPLES / "lapor.toml"), "--as-of", "2026-03-02"]
    result = CliRunner().invoke(main, words)
    told = "3 complaints in the file, and 1 that count in nothing; new: 4, changed: 0\n"
    assert result.output == told
    first, second, *_ = stored(tmp_path)
    assert (first.disposition, first.examined) == (date(2026, 2, 3), False)
    assert (second.answered, second.examined) == (date(2026, 2, 18), True)


# ---------------------------------------------------------------- what is refused

FREE = "Mohon jalan di depan rumah saya diperbaiki"
NAME = "Siti Aminah"


@pytest.mark.parametrize(
    ("column", "held", "told"),
    [
        (0, FREE, "is no number of a complaint"),
        (0, NAME, "is no number of a complaint"),
        (0, "", "is no number of a complaint"),
        (0, "6303051708900001", "looks like an identity number or a telephone"),
        (0, "081250001234", "looks like an identity number or a telephone"),
        (1, NAME, "is no day"),
        (1, "", "is no day"),
        (1, "2026-02-30", "is no day of the calendar"),
        (1, "2026-03-03", "lies after 2026-03-02, when the file was made"),
        (2, NAME, "says nothing that is known; [agencies]"),
        (3, FREE, "says nothing that is known; [statuses]"),
        (3, "", "says nothing that is known; [statuses]"),
        (4, NAME, "is no day"),
        (4, "2026-02-01", "lies before the day on which it was received"),
        (5, "17/08/2026", "is no day; the mapping says that days are written like 2026-08-17"),
    ],
)
def test_a_cell_that_holds_anything_else_is_refused_by_its_place_alone(
    data: Path, column: int, held: str, told: str
) -> None:
    """The message never repeats a cell: it may hold what must not get into a log."""
    row = [held if i == column else cell for i, cell in enumerate(CLOSED)]
    write(data, [OPEN, row])
    result = run(data)
    assert result.exit_code == 1
    where = f"l.csv, line 3, column {'ABCDEF'[column]} ({HEADER[column]}): "
    assert where + told in result.output
    assert "nothing was stored" in result.output
    assert not held or held not in result.output.replace(told, "")
    assert rows_in(data, "complaints") == []


def test_a_table_without_headings_does_not_tell_its_first_row(data: Path) -> None:
    write(data, [CLOSED])
    (data / "l.csv").write_text(f"K1;2026-02-02;{NAME};{FREE};;\n")
    result = run(data)
    assert "line 1: there is no column 'No'; the first row must name the columns" in result.output
    for held in (NAME, FREE, "K1"):
        assert held not in result.output


def test_a_heading_that_is_nearly_right_is_told(data: Path) -> None:
    write(data, [CLOSED], MAPPING.replace('"Status"', '"Statu"'))
    assert "there is no column 'Statu'; near it: Status" in run(data).output


@pytest.mark.parametrize("status", ["Dijawab", "Selesai"])
def test_an_answer_without_a_day_is_refused(data: Path, status: str) -> None:
    write(data, [[*OPEN[:3], status, "", ""]])
    assert "line 2, column D (Status): it says that this was answered" in run(data).output


def test_a_number_that_stands_twice_is_refused(data: Path) -> None:
    write(data, [CLOSED, ["#K1", *OPEN[1:]]])
    assert "line 3, column A (No): this number stands above already" in run(data).output


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('id_column = "No"', 'text_column = "Isi"'), "text_column"),
        (('answered_column = "Jawab"\nclosed_column = "Tutup"\n', ""), "give answered_column"),
        (('agency_column = "OPD"\n', ""), "give either agency or agency_column"),
        (('"Jawab"', '"Tutup"'), "the column 'Tutup' is named twice"),
        (('= "rejected"', '= "lost"'), "Invalid enum value 'lost'"),
        (("[statuses]", '[agencies]\n"X" = "nowhere"\n[statuses]'), "no agency 'nowhere'"),
        (("[statuses]", '[examined]\n"Ya" = true\n[statuses]'), "belong together"),
        (("[statuses]", '[classes]\n"Aspirasi" = false\n[statuses]'), "belong together"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(
    data: Path, change: tuple[str, str], told: str
) -> None:
    write(data, [CLOSED], MAPPING.replace(*change))
    result = run(data)
    assert result.exit_code == 1
    assert "m.toml, line" in result.output
    assert told in result.output


def test_an_older_file_would_take_back_what_is_known(data: Path) -> None:
    write(data, [CLOSED])
    run(data)
    result = run(data, as_of="2026-03-01")
    assert "the last import was of 2026-03-02" in result.output
    assert result.exit_code == 1


def test_a_file_cannot_be_of_tomorrow(data: Path) -> None:
    write(data, [CLOSED])
    assert "is yet to come" in run(data, as_of="9999-01-01").output


@pytest.mark.parametrize(
    "change",
    ["UPDATE {} SET {} = 1", "DELETE FROM {}", "INSERT OR REPLACE INTO {} SELECT * FROM {}"],
)
@pytest.mark.parametrize("table", [("complaints", "received"), ("complaint_imports", "as_of")])
def test_the_ledger_refuses_to_change_a_complaint(
    data: Path, table: tuple[str, str], change: str
) -> None:
    write(data, [CLOSED])
    run(data)
    name, column = table
    said = change.format(name, column if "SET" in change else name)
    with (
        closing(open_ledger(data / "ledger.db")) as db,
        pytest.raises(Exception, match="a complaint is never changed or removed"),
        writing(db),
    ):
        db.conn.execute(said)


# ---------------------------------------------------------------- the key


def test_the_key_is_for_its_owner_only(data: Path) -> None:
    write(data, [CLOSED])
    run(data)
    assert (data / "lapor.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("other", "told"), [(None, "is gone"), (b"x" * 32, "is not the key")])
def test_a_lost_key_is_told_and_everything_can_be_brought_in_anew(
    data: Path, other: bytes | None, told: str
) -> None:
    write(data, [CLOSED, OPEN])
    run(data)
    (data / "lapor.key").unlink()
    if other:
        (data / "lapor.key").write_bytes(other)
    refused = run(data)
    assert refused.exit_code == 1
    assert told in refused.output
    assert (data / "lapor.key").exists() == bool(other)
    assert "new: 2, changed: 0" in run(data, "--key-lost").output
    assert len(stored(data)) == 2  # and not four
    assert "new: 0, changed: 0" in run(data).output


# ---------------------------------------------------------------- properties


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_complaints_or_a_plain_refusal(data: Path, content: bytes) -> None:
    (data / "m.toml").write_text(MAPPING)
    (data / "l.csv").write_bytes(b"No,Masuk,OPD,Status,Jawab,Tutup\n" + content)
    with closing(read_snapshot(data / "ledger.db")) as db:
        known = agencies(db)
    mapping = read_mapping(data / "m.toml", ["dukcapil", "dpmptsp"])
    with suppress(FileError):
        table = read_table(data / "l.csv", mapping.headings())
        assert complaints_in(table, mapping, known, date(2026, 3, 2))


@given(text=st.text(st.characters(categories=["L", "Zs", "P"])))
def test_words_are_no_number_of_a_complaint(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        number(text)
