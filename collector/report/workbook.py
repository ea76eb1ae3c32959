"""Content as a workbook (.xlsx): real numbers and days, one row for each figure.

XlsxWriter stamps its files with a day of its own, so the same content makes the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from collector.index.periods import Days
from collector.release.rules import rules_of
from collector.release.told import shares_of
from collector.report import words
from collector.report.content import Content, Line

Cell = str | int | Decimal | date | None

DAY: Final = "[$-421]d mmmm yyyy"  # in Indonesian, whatever language the program speaks
# Heading, width in characters, format; {points} has the decimals that the audience is told.
_COLUMNS: Final = (
    ("Nama", 44, ""),
    ("Jenis layanan", 24, ""),
    ("Hari pertama", 18, DAY),
    ("Hari terakhir", 18, DAY),
    ("Indeks", 9, "{points}"),
    ("Batas bawah", 12, "{points}"),
    ("Batas atas", 11, "{points}"),
    ("Jumlah suara", 13, "#,##0"),
    ("Puas (%)", 9, "0"),
    ("Cukup puas (%)", 15, "0"),
    ("Tidak puas (%)", 14, "0"),
    ("Lainnya (%)", 11, "0"),
    ("Keterangan", 30, ""),
    ("Mutu", 22, ""),
    ("Versi", 7, "0"),
    ("Tanggapan", 50, ""),
)


def xlsx(content: Content) -> bytes:
    """Sheets: figures; how they ran; what they are."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    made = datetime.combine(content.published, time())
    book.set_properties({"title": _title(content), "author": "Kotak Senyum", "created": made})
    subject = content.subject
    figures = [_row(line, subject.days) for line in (content.main, *content.lines)]
    course = [
        _row(Line(words.period_name(past.kind, past.days), "", past.figure, None, ""), past.days)
        for past in content.course
    ]
    _table(book, "Angka", _places(content), figures)
    _table(book, "Tren", _places(content), course)
    _notes(book, content)
    book.close()
    return file.getvalue()


def _title(content: Content) -> str:
    subject = content.subject
    name = words.REGENCY if subject.agency is None else subject.agency.name
    return f"{words.LABEL}: {name}, {words.period_name(subject.kind, subject.days)}"


def _places(content: Content) -> int:
    rules = rules_of(content.subject.audience, content.main.figure.scope)
    return 0 if rules is None else rules.places


# ---------------------------------------------------------------- rows


def _row(line: Line, days: Days) -> list[Cell]:
    """In the order of the columns; None is an empty cell."""
    figure = line.figure
    reason = "" if figure.audience == "district" else figure.reason
    return [
        line.name or words.REGENCY,
        line.service,
        days.first,
        days.last,
        figure.index,
        figure.low,
        figure.high,
        figure.n,
        *_shares(line),
        "; ".join(filter(None, [_remarkable(line), reason])),
        words.grade(figure),
        figure.version,
        line.remark,
    ]


def _shares(line: Line) -> list[Cell]:
    """Puas, cukup puas, tidak puas, lainnya: whole percent, as they are told."""
    figure, told = line.figure, shares_of(line.figure.cells)
    if not told:
        return [None, None, None, None]
    if figure.alone == "best":
        return [told[0], None, None, told[1]]
    if figure.alone == "worst":
        return [None, None, told[0], told[1]]
    return [told[2], told[1], told[0], None]


def _remarkable(line: Line) -> str:
    figure = line.figure
    if figure.detail == "nothing":
        return words.NO_FIGURE
    if figure.detail == "floor":
        return f"{words.votes(figure)} suara, {words.shares(figure)}"
    return "" if figure.detail == "exact" else "dibulatkan"


# ---------------------------------------------------------------- sheets


def _table(book: Any, name: str, places: int, rows: Sequence[Sequence[Cell]]) -> None:
    """Headings that stay in sight and can be filtered; made to be printed on one page's width."""
    sheet = book.add_worksheet(name)
    head = book.add_format(
        {"bold": True, "bg_color": "#DBE9F6", "text_wrap": True, "valign": "top"}
    )
    points = "0" + ("." + "0" * places if places else "")
    for at, (heading, width, shape) in enumerate(_COLUMNS):
        shown = {"num_format": shape.format(points=points)} if shape else {"text_wrap": True}
        cells = book.add_format({**shown, "valign": "top"})
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, head)
        _column(sheet, at, (row[at] for row in rows), cells)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(rows), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _column(sheet: Any, at: int, cells: Iterable[Cell], shape: Any) -> None:
    """Text is never read as a formula or a link."""
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, str):
            sheet.write_string(number, at, cell, shape)
        elif isinstance(cell, date):
            sheet.write_datetime(number, at, datetime.combine(cell, time()), shape)
        elif cell is not None:
            sheet.write_number(number, at, cell, shape)


def _notes(book: Any, content: Content) -> None:
    sheet = book.add_worksheet("Keterangan")
    bold, wrapped = (
        book.add_format({"bold": True, "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for number, (name, text) in enumerate(_told(content)):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, text, wrapped)


def _told(content: Content) -> Iterator[tuple[str, str]]:
    subject, figure = content.subject, content.main.figure
    yield "Isi", _title(content)
    yield "Periode", words.span(subject.days)
    yield "Untuk siapa", words.AUDIENCES[subject.audience]
    yield "Terbit", words.day(content.published)
    yield "Aturan terbit", figure.rules
    yield "Nilai wajah", f"{words.worth(figure.mapping)} ({figure.mapping})"
    yield "Rentang", "Batas bawah dan atas: rentang kepercayaan 95 %."
    yield (
        "Bukan SKM",
        "Indeks kiosk adalah penilaian sukarela di loket. Ia bukan nilai Survei Kepuasan Masyarakat"
        " (PermenPANRB 14/2017), dan bukan dasar untuk menilai, memberi hadiah, atau menghukum"
        " pegawai.",
    )
    yield "Urutan", "Menurut jenis layanan, lalu abjad; bukan peringkat."
